package org.reclaimfs.fuse;

import java.io.IOException;

/** The mount could not be made; the message says what is missing and what to do. */
public final class MountException extends IOException {
    private static final long serialVersionUID = 1L;

    /** One sentence for the person at the terminal. */
    public MountException(String message) {
        super(message);
    }

    /** The same with what caused it. */
    public MountException(String message, Throwable cause) {
        super(message, cause);
    }
}
