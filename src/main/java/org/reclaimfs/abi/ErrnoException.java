package org.reclaimfs.abi;

/**
 * An operation that ends in an errno. Thrown where user text or a path enters; turned into {@code
 * -errno} once, at the FUSE border. It carries no stack trace: a refused write is an answer, not a
 * fault, and tools provoke thousands of them.
 */
public final class ErrnoException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /**
     * Creates one.
     *
     * @param errno what the system call answers
     * @param reason one sentence for a person; never shown by the kernel's interface itself
     */
    public ErrnoException(Errno errno, String reason) {
        super(errno + ": " + reason, null, false, false);
        this.errno = errno;
    }

    /** What the system call answers. */
    public Errno errno() {
        return errno;
    }
}
