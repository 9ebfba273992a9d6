package org.reclaimfs.machine;

/**
 * A parsed write to memory.reclaim.
 *
 * @param bytes the size as written; unsigned
 * @param swappiness 0..200, 201 for "max", -1 if not given
 * @param zswap whether {@code source=zswap} was given
 */
public record ReclaimRequest(long bytes, int swappiness, boolean zswap) {}
