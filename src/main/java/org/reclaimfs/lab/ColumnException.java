package org.reclaimfs.lab;

/** A column that does not make sense; the message names the word and what was expected. */
public final class ColumnException extends Exception {
    private static final long serialVersionUID = 1L;

    ColumnException(String message) {
        super(message);
    }
}
