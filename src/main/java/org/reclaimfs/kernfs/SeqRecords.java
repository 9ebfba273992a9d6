package org.reclaimfs.kernfs;

import java.util.Arrays;
import org.reclaimfs.abi.ErrnoException;

/**
 * Where a descriptor stands in a multi-record file: at a record, not at a byte. Every read shows the records anew from there
 * on, as many whole ones as fit in a buffer, and keeps only the rest of the last one for the next read (fs/seq_file.c
 * seq_read_iter and traverse, 7.2). NOT thread safe; used under one {@link OpenFile}'s monitor.
 */
final class SeqRecords {
    private static final byte[] NOTHING = {};
    private static final int START_BYTES = 4096;

    /** Makes the text of now. */
    @FunctionalInterface
    interface Renderer {
        SeqFile render() throws ErrnoException;
    }

    /** The record that comes next. */
    private int index;
    /** What is left of a record that was begun. */
    private byte[] rest = NOTHING;
    /** Grows for good when one record does not fit, and then holds more of the following ones too. */
    private int bufferBytes = START_BYTES;

    void rewind() {
        index = 0;
        rest = NOTHING;
    }

    /** Goes to a byte of the text as it is now: what a read at another offset than the last one's end does. */
    void seek(SeqFile text, long offset) {
        rewind();
        for (int from = 0; from < offset && from < text.length(); index++) {
            int end = text.recordEnd(from);
            if (end > offset) {
                rest = text.bytes((int) offset, end);
            }
            from = end;
        }
    }

    int read(int size, Sink sink, Renderer renderer) throws ErrnoException {
        byte[] begun = rest;
        if (begun.length > size) {
            sink.put(begun, 0, size);
            rest = Arrays.copyOfRange(begun, size, begun.length);
            return size;
        }
        SeqFile text = renderer.render();
        int room = size - begun.length;
        int from = text.recordStart(index);
        int to = fill(text, from, room);
        int count = Math.min(room, to - from);
        rest = to - from > count ? text.bytes(from + count, to) : NOTHING;
        if (begun.length == 0) {
            text.copyTo(sink, from, count);
        } else {
            byte[] both = Arrays.copyOf(begun, begun.length + count);
            System.arraycopy(text.bytes(from, from + count), 0, both, begun.length, count);
            sink.put(both, 0, both.length);
        }
        return begun.length + count;
    }

    /** Takes at least one record, and more until there is enough or the buffer is full; returns where they end. */
    private int fill(SeqFile text, int from, int enough) {
        int to = from;
        while (to < text.length() && (to == from || to - from < enough)) {
            int end = text.recordEnd(to);
            if (to > from && end - from >= bufferBytes) {
                break;
            }
            while (end - from >= bufferBytes) {
                bufferBytes *= 2;
            }
            to = end;
            index++;
        }
        return to;
    }
}
