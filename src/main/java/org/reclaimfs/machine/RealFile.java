package org.reclaimfs.machine;

/**
 * A file of the host that a program in the sandbox wants as swap, as far as swapon(2) looks at it. The machine never writes to it.
 *
 * @param path as /proc/swaps is to show it
 * @param pages its size, rounded down
 * @param firstPage where mkswap left its header
 * @param holes whether blocks of it are nowhere on its device, or shared with another file
 * @param disk the machine's block device that its file system is on; empty if that is none of the machine's
 */
public record RealFile(String path, long pages, byte[] firstPage, boolean holes, String disk) {}
