/**
 * The words every room shares with the kernel: error numbers, page arithmetic, number grammars.
 *
 * <p>In: text as a user wrote it (one {@code char} a byte). Out: numbers, or an {@link
 * org.reclaimfs.abi.ErrnoException}. Mirrors include/uapi/asm-generic/errno*.h, lib/kstrtox.c,
 * lib/cmdline.c (memparse), lib/parser.c and lib/string_helpers.c of Linux 7.2. No state, so no
 * lock; knows no other room.
 */
@NullMarked
package org.reclaimfs.abi;

import org.jspecify.annotations.NullMarked;
