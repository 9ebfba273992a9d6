package org.reclaimfs.kernfs;

/**
 * The poll side of a row that keeps its own triggers (PSI). Rows that only count events leave it out.
 *
 * @param <T> subject
 */
@FunctionalInterface
public interface Poll<T> {
    /**
     * Event bits of this open file now. Runs under the gate's lock.
     *
     * @param consume true when the bits go to a waiter: a one-shot event is then used up; false only looks
     * @return the whole mask, of the {@code POLL*} constants in {@link OpenFile}
     */
    int poll(T subject, OpenFile file, boolean consume);
}
