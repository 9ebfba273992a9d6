/**
 * A tree of kernel files that knows no file: a directory keeps (table of rows, subject), and one row
 * ({@link org.reclaimfs.kernfs.FileSpec}) answers getattr, readdir, open, read, write and poll alike.
 *
 * <p>In: paths, bytes and a {@link org.reclaimfs.kernfs.Caller}, from FUSE or a scenario step. Out: text
 * and errnos. Mirrors fs/kernfs/{dir,file,inode}.c, fs/seq_file.c, fs/proc/{generic,proc_sysctl}.c and
 * the VFS checks before them, Linux 7.2.
 *
 * <p>How to add a file: one row in its table, and the text it is to have in a test or a fixture.
 *
 * <pre>{@code
 * // cgroupfs/MemoryFiles: name, where, what it shows, what a write does
 * rw("memory.example", NON_ROOT, bytesOrMax(MemCgroup::examplePages), pagesOrMax(machine::setExamplePages)).since("7.3"),
 * // a test: assertThat(world.read("/a/memory.example")).isEqualTo("max\n");
 * }</pre>
 *
 * <p>{@link org.reclaimfs.kernfs.Shapes} holds the usual texts and grammars; {@code stub} and {@code withoutEffect} say what is
 * not modelled, and the README lists them. {@code since} and {@code until} name the kernels that have the file; the tree is
 * that of one {@link org.reclaimfs.kernfs.KernelVersion}, a scenario's {@code kernel.version}.
 *
 * <p>Lock: showing and storing run under {@link org.reclaimfs.kernfs.Gate#lock} after {@code enter()}.
 * The tree is changed under that lock and looked up without it (concurrent maps, copied arrays), so a
 * {@code present} predicate may read only what is final, volatile, or settled before {@code attach}.
 * Order: {@code OpenFile} monitor, then the gate, then an attribute monitor.
 */
@NullMarked
package org.reclaimfs.kernfs;

import org.jspecify.annotations.NullMarked;
