/**
 * The kernel's log.
 *
 * <p>In: lines of text with a level and the moment they are printed. Out: records by sequence number. Mirrors
 * kernel/printk/printk.c and lib/ratelimit.c (7.2; spec/22 section 11). Lock rule: the machine's lock.
 *
 * <p>Not modelled: the console, so that printing takes no time beyond what the printer says it cost; stack dumps; clearing
 * the log and changing its size.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.klog;
