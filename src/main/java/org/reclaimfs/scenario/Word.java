package org.reclaimfs.scenario;

/** A word and where it stands in its line. */
record Word(String text, int offset) {
    /** The part from {@code from} on, as a word at its own place. */
    Word from(int from) {
        return new Word(text.substring(from), offset + from);
    }

    Word to(int to) {
        return new Word(text.substring(0, to), offset);
    }

    int end() {
        return offset + text.length();
    }
}
