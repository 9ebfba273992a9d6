package org.reclaimfs.scenario;

/** A piece of text is not what it should be; {@link #offset} is where, counted from the start of the whole text. */
public final class BadText extends Exception {
    private static final long serialVersionUID = 1L;

    private final int offset;

    BadText(int offset, String message) {
        super(message, null, false, false);
        this.offset = offset;
    }

    static BadText found(Word word, String expected) {
        return new BadText(word.offset(), "found '" + word.text() + "', expected " + expected);
    }

    public int offset() {
        return offset;
    }

    /** For a single line: the place counted from 1, and what is wrong. */
    public String atColumn() {
        return "column " + (offset + 1) + ": " + getMessage();
    }
}
