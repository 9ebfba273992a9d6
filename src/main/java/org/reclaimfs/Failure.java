package org.reclaimfs;

import java.util.List;

/** Ends a command with a status and lines for stderr. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient List<String> lines;

    Failure(int status, List<String> lines) {
        super(String.join("; ", lines));
        this.status = status;
        this.lines = List.copyOf(lines);
    }

    static Failure of(int status, String message) {
        return new Failure(status, List.of("reclaimfs: " + message));
    }

    int status() {
        return status;
    }

    List<String> lines() {
        return lines;
    }
}
