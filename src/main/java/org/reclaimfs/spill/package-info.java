/**
 * Where bytes are kept that programs write to pretend devices: in memory up to a limit, then in a file.
 *
 * <p>In: pieces of up to a page. Out: the same pieces. Mirrors nothing of the kernel. Lock rule: the machine's lock.
 *
 * <p>Why a room of its own: the model rooms see no files, and a simulated machine must not take more of the real one than
 * was agreed, however much is written to its disks.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.spill;
