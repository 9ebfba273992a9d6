package org.reclaimfs.scenario;

/** One error of a scenario, at a line and column from 1. */
public record Problem(int line, int column, String message) {
    public String in(String file) {
        return file + ":" + line + ":" + column + ": " + message;
    }
}
