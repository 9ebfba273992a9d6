/**
 * The sandbox of {@code exec}: a program with its own mounts and processes in front of the machine's files.
 *
 * <p>In: a mounted tree and a command. Out: the command's exit status, and answers to the few system calls that no file
 * can give (spec/30, spec/31 section 5). Knows the machine by its files alone, so it serves a machine of this process and one
 * that another process has mounted alike. Native calls go through {@link org.reclaimfs.sandbox.Kernel} only.
 *
 * <p>Why seccomp user notification: it works for static and Go binaries, needs no native code of ours, and costs only the
 * calls that are asked for. It is a stage set, not a wall: the program may be root, and what it does on purpose against
 * the sandbox is not held back. Two things are safe whatever it does: swapon and swapoff are answered here or refused and
 * never carried out, nor are modules loaded or unloaded; and a killer sees only processes of the sandbox.
 *
 * <p>Block devices are loop devices over the machine's files, held by a process of their own ({@link
 * org.reclaimfs.sandbox.NodeKeeper} says why), with nodes in the sandbox' /dev. The tree then shows the nodes' numbers: what
 * stat(2) says must lead through /sys/dev/block to the device, and a node with the machine's own number could be the host's.
 *
 * <p>Not covered: openat2 with RESOLVE_NO_XDEV across our mounts, the
 * 32-bit entry points, whose calls for swap and modules are refused and whose other calls show the host.
 */
@NullMarked
package org.reclaimfs.sandbox;

import org.jspecify.annotations.NullMarked;
