/**
 * A tree of kernel files that knows no file: a directory keeps (table of rows, subject), and one row
 * ({@link org.reclaimfs.kernfs.FileSpec}) answers getattr, readdir, open, read, write and poll alike.
 *
 * <p>In: paths, bytes and a {@link org.reclaimfs.kernfs.Caller}, from FUSE or a scenario step. Out: text
 * and errnos. Mirrors fs/kernfs/{dir,file,inode}.c, fs/seq_file.c, fs/proc/{generic,proc_sysctl}.c and
 * the VFS checks before them, Linux 7.2.
 *
 * <p>Lock: showing and storing run under {@link org.reclaimfs.kernfs.Gate#lock} after {@code enter()}.
 * The tree is changed under that lock and looked up without it (concurrent maps, copied arrays), so a
 * {@code present} predicate may read only what is final, volatile, or settled before {@code attach}.
 * Order: {@code OpenFile} monitor, then the gate, then an attribute monitor.
 */
@NullMarked
package org.reclaimfs.kernfs;

import org.jspecify.annotations.NullMarked;
