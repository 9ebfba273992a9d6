package org.reclaimfs.swap;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Consumer;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * What mkswap wrote to the first page of an area, as far as the kernel wants to know it (union swap_header; read_swap_header
 * and setup_swap_clusters_info in mm/swapfile.c, 7.2). Label and UUID are read by tools only, from the bytes.
 *
 * @param pages with the header
 * @param badPages that must not be used; none is named twice
 */
public record SwapHeader(long pages, int[] badPages) {
    private static final byte[] SIGNATURE = "SWAPSPACE2".getBytes(StandardCharsets.US_ASCII);
    private static final int SIGNATURE_AT = 4096 - SIGNATURE.length;
    private static final int VERSION_AT = 1024;
    private static final int LAST_PAGE_AT = 1028;
    private static final int BAD_COUNT_AT = 1032;
    private static final int UUID_AT = 1036;
    private static final int BAD_PAGES_AT = 1536;
    /** What fits between its place and the signature. */
    private static final int MAX_BAD_PAGES = (SIGNATURE_AT - BAD_PAGES_AT) / Integer.BYTES;

    private static final long U32_MASK = 0xffff_ffffL;

    /**
     * The page that mkswap would have written to an area of {@code pages} pages: version 1, no label, no bad pages.
     *
     * @param name from which its UUID is made, so that it is the same in each run
     */
    public static void put(byte[] page, long pages, String name) {
        Arrays.fill(page, (byte) 0);
        ByteBuffer header = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(VERSION_AT, 1);
        header.putInt(LAST_PAGE_AT, (int) (pages - 1));
        UUID uuid = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        header.order(ByteOrder.BIG_ENDIAN);
        header.putLong(UUID_AT, uuid.getMostSignificantBits());
        header.putLong(UUID_AT + Long.BYTES, uuid.getLeastSignificantBits());
        System.arraycopy(SIGNATURE, 0, page, SIGNATURE_AT, SIGNATURE.length);
    }

    /** Whether the page ends in the signature; the header of another page size does not. */
    static boolean signed(byte[] page) {
        return Arrays.equals(page, SIGNATURE_AT, page.length, SIGNATURE, 0, SIGNATURE.length);
    }

    /**
     * Reads a header, of either byte order.
     *
     * @param devicePages pages of the device or file
     * @param file whether it is a file, which cannot have bad pages
     * @param complain is told what the kernel logs
     * @throws ErrnoException EINVAL
     */
    public static SwapHeader read(byte[] page, long devicePages, boolean file, Consumer<String> complain)
            throws ErrnoException {
        if (!signed(page)) {
            throw refusal("Unable to find swap-space signature", complain);
        }
        ByteBuffer header = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
        if (header.getInt(VERSION_AT) == Integer.reverseBytes(1)) {
            header.order(ByteOrder.BIG_ENDIAN);
        }
        long version = header.getInt(VERSION_AT) & U32_MASK;
        long lastPage = header.getInt(LAST_PAGE_AT) & U32_MASK;
        if (version != 1) {
            throw refusal("Unable to handle swap header version " + version, complain);
        }
        if (lastPage == 0) {
            throw refusal("Empty swap-file", complain);
        }
        if (lastPage + 1 > devicePages) {
            throw refusal("Swap area shorter than signature indicates", complain);
        }
        long badCount = header.getInt(BAD_COUNT_AT) & U32_MASK;
        if (badCount > MAX_BAD_PAGES || file && badCount > 0) {
            throw new ErrnoException(
                    Errno.EINVAL,
                    "found " + badCount + " bad pages, expected at most " + MAX_BAD_PAGES + ", and none in a file");
        }
        int[] bad = new int[(int) badCount];
        for (int i = 0; i < bad.length; i++) {
            bad[i] = header.getInt(BAD_PAGES_AT + i * Integer.BYTES);
            if ((bad[i] & U32_MASK) == 0 || (bad[i] & U32_MASK) > lastPage) {
                throw new ErrnoException(Errno.EINVAL, "bad page " + (bad[i] & U32_MASK) + " of " + lastPage);
            }
        }
        int[] distinct = Arrays.stream(bad).distinct().toArray();
        if (lastPage - distinct.length <= 0) {
            throw refusal("Empty swap-file", complain);
        }
        return new SwapHeader(lastPage + 1, distinct);
    }

    private static ErrnoException refusal(String why, Consumer<String> complain) {
        complain.accept(why);
        return new ErrnoException(Errno.EINVAL, why);
    }
}
