package org.reclaimfs.sandbox;

/** The sandbox cannot be made; the message says what is missing. */
public final class SandboxException extends Exception {
    private static final long serialVersionUID = 1L;

    SandboxException(String message, Throwable cause) {
        super(message, cause);
    }
}
