/**
 * The FUSE border: system calls of other processes in, calls of {@link org.reclaimfs.kernfs.Kernfs} out;
 * texts, masks and {@code -errno} back. The only room that sees {@code ru.serce} and {@code jnr}.
 *
 * <p>Mirrors nothing of the kernel; it speaks libfuse 2.9's high-level interface (fuse.h, API 26) over
 * jnr-fuse's structures. Lock: none is held here while kernfs is called; kernfs takes the gate's.
 *
 * <p>Why our own loop instead of fuse_main: libfuse's threads are strangers to the JVM and would be attached
 * and detached for each call. {@link org.reclaimfs.fuse.SessionLoop} receives on Java threads, one at a time;
 * a request that may wait hands the receiving to another, so that a writer stalled in reclaim never blocks a
 * reader. Never touch our own mount from one of these threads: the kernel may hold an inode lock for the caller.
 *
 * <p>Why some requests never reach libfuse ({@link org.reclaimfs.fuse.QuickAnswers}): a file is opened, read and closed
 * thousands of times a second, and each request would cross from Java to C, back and again; answered from its bytes it
 * costs a receive and a send.
 *
 * <p>Why names are cached though nothing else is ({@link org.reclaimfs.fuse.FuseOptions}): with an entry timeout
 * of 0 every open looks up each part of its path again, which costs more than the read. A stale name is harmless:
 * each use of it still comes to us and is refused.
 */
@NullMarked
package org.reclaimfs.fuse;

import org.jspecify.annotations.NullMarked;
