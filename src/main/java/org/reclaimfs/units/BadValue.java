package org.reclaimfs.units;

/** A setting's value is not what it should be; the message says what was found and what is expected. */
public final class BadValue extends Exception {
    private static final long serialVersionUID = 1L;

    BadValue(String found, String expected) {
        super("found '" + found + "', expected " + expected, null, false, false);
    }
}
