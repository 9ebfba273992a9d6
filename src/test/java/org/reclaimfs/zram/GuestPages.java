package org.reclaimfs.zram;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** The pages that the captured guest's diskw wrote: the same patterns, from the same generator and seed. */
final class GuestPages {
    private static final int PAGE = 4096;

    private long state = 88172645463325252L;

    GuestPages(int seed) {
        state ^= seed * 0x9E3779B97F4A7C15L;
    }

    private long next() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return state;
    }

    byte[] page(String pattern, int index) {
        byte[] page = new byte[PAGE];
        ByteBuffer words = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
        switch (pattern) {
            case "zero" -> {}
            case "same" -> Arrays.fill(page, (byte) 0x41);
            case "compressible" -> {
                noise(words, 128);
                words.putLong(PAGE - Long.BYTES, index);
            }
            case "half" -> noise(words, 256);
            case "random" -> noise(words, 512);
            case "text" -> {
                for (int at = 0; at < PAGE; at += 32) {
                    String line = String.format(Locale.ROOT, "line %08x offset %04x aaaaaaaa\n", index, at);
                    System.arraycopy(line.getBytes(StandardCharsets.US_ASCII), 0, page, at, 31);
                }
            }
            default -> throw new IllegalArgumentException(pattern);
        }
        return page;
    }

    private void noise(ByteBuffer into, int count) {
        for (int i = 0; i < count; i++) {
            into.putLong(next());
        }
    }
}
