package org.reclaimfs.zram;

import io.airlift.compress.Compressor;
import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Compressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.reclaimfs.abi.Units;
import org.reclaimfs.mm.Costs;

/** An algorithm at work on pages of real bytes (struct zcomp). NOT thread safe: it has its work space. */
interface Codec {
    /** Room for what the worst page becomes with any algorithm. */
    int MAX_BYTES = 2 * Units.PAGE_SIZE;

    /** Compresses a page; returns the length, which may be more than a page. */
    int compress(byte[] page, byte[] to);

    /** Makes the page again from the first {@code length} bytes. */
    void expand(byte[] from, int length, byte[] page);

    /** lz4hc finds a little more than lz4 does, and writes the same format: here it is lz4. */
    static Codec of(Costs.Algorithm algorithm) {
        return switch (algorithm) {
            case LZO -> new Lzo(false);
            case LZO_RLE -> new Lzo(true);
            case LZ4, LZ4HC -> new Library(new Lz4Compressor(), new Lz4Decompressor());
            case ZSTD -> new Zstd();
            case DEFLATE -> new Deflate();
        };
    }

    /** An algorithm as the library has it. */
    record Library(Compressor compressor, Decompressor decompressor) implements Codec {
        @Override
        public int compress(byte[] page, byte[] to) {
            return compressor.compress(page, 0, Units.PAGE_SIZE, to, 0, to.length);
        }

        @Override
        public void expand(byte[] from, int length, byte[] page) {
            int bytes = decompressor.decompress(from, 0, length, page, 0, Units.PAGE_SIZE);
            if (bytes != Units.PAGE_SIZE) {
                throw new IllegalStateException("an object became a page of " + bytes + " bytes");
            }
        }
    }

    /** The kernel's frames end without a checksum; the library's have one of four bytes, and a bit in the header for it. */
    final class Zstd implements Codec {
        private static final int HEADER_DESCRIPTOR = 4;
        private static final int CHECKSUM_FLAG = 4;
        private static final int CHECKSUM_BYTES = 4;

        private final Library library = new Library(new ZstdCompressor(), new ZstdDecompressor());

        @Override
        public int compress(byte[] page, byte[] to) {
            int length = library.compress(page, to);
            if ((to[HEADER_DESCRIPTOR] & CHECKSUM_FLAG) == 0) {
                return length;
            }
            to[HEADER_DESCRIPTOR] &= (byte) ~CHECKSUM_FLAG;
            return length - CHECKSUM_BYTES;
        }

        @Override
        public void expand(byte[] from, int length, byte[] page) {
            library.expand(Arrays.copyOf(from, length), length, page); // it looks a few bytes beyond the end
        }
    }

    /** Raw deflate of the JDK, which is the same zlib. */
    final class Deflate implements Codec {
        private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        private final Inflater inflater = new Inflater(true);

        @Override
        public int compress(byte[] page, byte[] to) {
            deflater.reset();
            deflater.setInput(page);
            deflater.finish();
            return deflater.deflate(to);
        }

        @Override
        public void expand(byte[] from, int length, byte[] page) {
            inflater.reset();
            inflater.setInput(from, 0, length);
            try {
                if (inflater.inflate(page) != Units.PAGE_SIZE) {
                    throw new IllegalStateException("an object became less than a page");
                }
            } catch (DataFormatException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
