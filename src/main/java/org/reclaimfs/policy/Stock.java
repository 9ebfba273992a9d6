package org.reclaimfs.policy;

/**
 * Linux 7.2: whatever was released is progress, whatever it cost; anon pages count while a single swap slot is free,
 * wherever that slot keeps its data.
 */
public final class Stock implements RetryPolicy {}
