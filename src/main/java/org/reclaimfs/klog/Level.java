package org.reclaimfs.klog;

/** Log levels, most urgent first; the ordinal is the kernel's number. */
public enum Level {
    EMERG,
    ALERT,
    CRIT,
    ERR,
    WARNING,
    NOTICE,
    INFO,
    DEBUG
}
