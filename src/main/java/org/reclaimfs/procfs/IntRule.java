package org.reclaimfs.procfs;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * Which numbers a sysctl takes: the int handlers (signed 32 bits) or the unsigned long ones.
 *
 * @param low smallest value; unsigned with {@code wide}
 * @param high largest value; unsigned with {@code wide}
 * @param wide proc_doulongvec_minmax: 64 bits, no sign
 */
record IntRule(long low, long high, boolean wide) {
    private static final int HZ = 250;

    /** proc_dointvec. */
    static final IntRule INT = intIn(Integer.MIN_VALUE, Integer.MAX_VALUE);

    /** proc_dointvec_minmax with a lower bound of 0. */
    static final IntRule NOT_NEGATIVE = intIn(0, Integer.MAX_VALUE);

    /** proc_dointvec_jiffies: seconds that are kept in ticks of an int. */
    static final IntRule SECONDS = intIn(-Integer.MAX_VALUE / HZ, Integer.MAX_VALUE / HZ);

    /** proc_doulongvec_minmax. */
    static final IntRule UNSIGNED = unsignedFrom(0);

    /** proc_dointvec_minmax. */
    static IntRule intIn(int low, int high) {
        return new IntRule(low, high, false);
    }

    /** proc_doulongvec_minmax with a lower bound. */
    static IntRule unsignedFrom(long low) {
        return new IntRule(low, -1, true);
    }

    /** The value, or EINVAL. */
    long check(SysctlText.Signed number) throws ErrnoException {
        if (wide) {
            if (number.negative() || Long.compareUnsigned(number.magnitude(), low) < 0) {
                throw refused(number);
            }
            return number.magnitude();
        }
        long value = number.clamped();
        if (value < low || value > high) {
            throw refused(number);
        }
        return value;
    }

    private ErrnoException refused(SysctlText.Signed number) {
        String text = (number.negative() ? "-" : "") + Long.toUnsignedString(number.magnitude());
        return new ErrnoException(
                Errno.EINVAL, text + " is not in " + low + " to " + (wide ? Long.toUnsignedString(high) : high));
    }
}
