package org.reclaimfs.zram;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.reclaimfs.abi.Units;

/**
 * LZO1X-1 and, with runs of zeros, LZO-RLE, as the kernel's streams are made (format: Documentation/staging/lzo.rst, 7.2).
 * The search is greedy: one candidate by a hash of four bytes, and the longer nothing is found, the larger the steps: so
 * objects have the kernel's lengths. NOT thread safe.
 *
 * <p>Of the instructions only those are written, and read, that a page can have: no distance is beyond 16 KiB but the one
 * that says "zeros".
 */
final class Lzo implements Codec {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int HASH_BITS = 13;
    private static final int HASH_FACTOR = 0x1824429d;
    /** The last bytes of a page are literals. */
    private static final int TAIL = 20;

    private static final int MIN_MATCH = 4;
    /** Each 32 bytes without a match make the step a byte longer. */
    private static final int SKIP_SHIFT = 5;

    // Instructions, by their first byte.
    private static final int VERSION = 17;
    private static final int FAR = 16;
    private static final int MIDDLE = 32;
    private static final int NEAR = 64;
    private static final int MAX_NEAR_LENGTH = 8;
    private static final int MAX_NEAR_DISTANCE = 0x800;
    private static final int MAX_MIDDLE_LENGTH = 33;
    private static final int MAX_SHORT_LITERALS = 18;
    private static final int MIN_ZEROS = 4;
    private static final int MAX_ZEROS = 2047 + MIN_ZEROS;
    /** With these distance bits the instruction of far matches is a run of zeros. */
    private static final int ZEROS = 0xfffc18;

    private final boolean zeroRuns;
    private final short[] lastSeen = new short[1 << HASH_BITS];

    // The stream being written.
    private byte[] out = {};
    private int at;
    /** Where the last instruction keeps the number of literals behind it, if they are few. */
    private int few;

    Lzo(boolean zeroRuns) {
        this.zeroRuns = zeroRuns;
    }

    // ---- compression ----

    @Override
    public int compress(byte[] page, byte[] to) {
        Arrays.fill(lastSeen, (short) 0);
        out = to;
        at = 0;
        few = -1;
        if (zeroRuns) {
            put(VERSION);
            put(1);
        }
        int rest = search(page);
        literals(page, rest, Units.PAGE_SIZE - rest);
        put(FAR | 1); // a far match at no distance: the end
        put(0);
        put(0);
        return at;
    }

    /** Writes all but the last literals, and returns where those begin. */
    private int search(byte[] page) {
        int end = Units.PAGE_SIZE - TAIL;
        int literals = 0;
        int ip = MIN_MATCH;
        while (ip < end) {
            int word = (int) INT.get(page, ip);
            int zeros = word == 0 && zeroRuns ? zeros(page, ip, end) : 0;
            int candidate = zeros == 0 ? candidate(word, ip) : 0;
            if (zeros == 0 && word != (int) INT.get(page, candidate)) {
                ip += 1 + (ip - literals >> SKIP_SHIFT);
                continue;
            }
            literals(page, literals, ip - literals);
            if (zeros > 0) {
                zeroRun(zeros - MIN_ZEROS);
                ip += zeros;
            } else {
                int length = matchLength(page, candidate, ip, end);
                match(ip - candidate, length);
                ip += length;
            }
            literals = ip;
        }
        return literals;
    }

    /** Where the word was seen last, as far as the table knows. */
    private int candidate(int word, int ip) {
        int hash = word * HASH_FACTOR >>> Integer.SIZE - HASH_BITS;
        int seen = lastSeen[hash];
        lastSeen[hash] = (short) ip;
        return seen;
    }

    private static int zeros(byte[] page, int from, int end) {
        int limit = Math.min(end, from + MAX_ZEROS + 1);
        int to = from + MIN_ZEROS;
        while (to < limit && page[to] == 0) {
            to++;
        }
        return Math.min(to - from, MAX_ZEROS);
    }

    /** Looked for in words of eight bytes, so that a match may reach into the tail. */
    private static int matchLength(byte[] page, int candidate, int ip, int end) {
        int length = MIN_MATCH;
        long differs = (long) LONG.get(page, candidate + length) ^ (long) LONG.get(page, ip + length);
        while (differs == 0) {
            length += Long.BYTES;
            if (ip + length >= end) {
                return length;
            }
            differs = (long) LONG.get(page, candidate + length) ^ (long) LONG.get(page, ip + length);
        }
        return length + Long.numberOfTrailingZeros(differs) / Byte.SIZE;
    }

    private void literals(byte[] page, int from, int count) {
        if (count == 0) {
            return;
        }
        if (count <= 3) {
            out[few] |= (byte) count;
        } else if (count <= MAX_SHORT_LITERALS) {
            put(count - 3);
        } else {
            put(0);
            longLength(count - MAX_SHORT_LITERALS);
        }
        System.arraycopy(page, from, out, at, count);
        at += count;
    }

    private void longLength(int length) {
        int left = length;
        for (; left > 255; left -= 255) {
            put(0);
        }
        put(left);
    }

    private void zeroRun(int length) {
        INT.set(out, at, length << 21 | ZEROS | length & 7);
        few = at + 1;
        at += 4;
    }

    private void match(int distance, int length) {
        if (length <= MAX_NEAR_LENGTH && distance <= MAX_NEAR_DISTANCE) {
            few = at;
            put(length - 1 << 5 | (distance - 1 & 7) << 2);
            put(distance - 1 >> 3);
            return;
        }
        if (length <= MAX_MIDDLE_LENGTH) {
            put(MIDDLE | length - 2);
        } else {
            put(MIDDLE);
            longLength(length - MAX_MIDDLE_LENGTH);
        }
        few = at;
        SHORT.set(out, at, (short) (distance - 1 << 2));
        at += 2;
    }

    private void put(int value) {
        out[at++] = (byte) value;
    }

    // ---- expansion ----

    private int in;
    private int done;

    @Override
    public void expand(byte[] from, int length, byte[] page) {
        in = zeroRuns ? 2 : 0;
        done = 0;
        int after = 0; // literals that the last instruction had
        boolean more = true;
        while (more) {
            int op = from[in++] & 0xff;
            if (op < FAR && after == 0) {
                int count = op == 0 ? MAX_SHORT_LITERALS + longer(from) : op + 3;
                copy(from, page, count);
                after = count;
            } else {
                more = step(from, op, page);
                after = few;
                copy(from, page, after);
            }
        }
        if (done != Units.PAGE_SIZE || in != length) {
            throw new IllegalStateException("an object became a page of " + done + " bytes");
        }
    }

    /** One instruction that repeats something; leaves in {@link #few} how many literals follow. False at the end. */
    private boolean step(byte[] from, int op, byte[] page) {
        if (op >= NEAR) {
            few = op & 3;
            repeat(page, ((from[in++] & 0xff) << 3 | op >> 2 & 7) + 1, (op >> 5) + 1);
            return true;
        }
        if (op >= MIDDLE) {
            int length = (op & 31) == 0 ? MAX_MIDDLE_LENGTH + longer(from) : (op & 31) + 2;
            int low = half(from);
            few = low & 3;
            repeat(page, (low >> 2) + 1, length);
            return true;
        }
        if (op < FAR) {
            throw new IllegalStateException("an object with an instruction that nobody writes: " + op);
        }
        int low = half(from);
        few = low & 3;
        if ((op & 8) == 0) {
            return false;
        }
        int zeros = ((from[in++] & 0xff) << 3 | op & 7) + MIN_ZEROS;
        Arrays.fill(page, done, done + zeros, (byte) 0);
        done += zeros;
        return true;
    }

    private int half(byte[] from) {
        int low = (short) SHORT.get(from, in) & 0xffff;
        in += 2;
        return low;
    }

    private int longer(byte[] from) {
        int length = 0;
        while (from[in] == 0) {
            in++;
            length += 255;
        }
        return length + (from[in++] & 0xff);
    }

    private void repeat(byte[] page, int distance, int length) {
        for (int i = 0; i < length; i++, done++) {
            page[done] = page[done - distance];
        }
    }

    private void copy(byte[] from, byte[] page, int count) {
        System.arraycopy(from, in, page, done, count);
        in += count;
        done += count;
    }
}
