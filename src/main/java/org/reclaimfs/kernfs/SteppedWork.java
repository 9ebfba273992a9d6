package org.reclaimfs.kernfs;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * Something that goes on in steps as the rest of a write(2): the writer waits for it and gets its errno.
 *
 * @param step does one; the virtual ns it cost, or {@link Work#FINISHED}
 * @param error why it ended early, asked when it has ended; null: it did not
 * @param interrupt the writer has a signal pending
 */
public record SteppedWork(LongSupplier step, Supplier<@Nullable Errno> error, Runnable interrupt) implements Work {
    @Override
    public long slice(long nowNs) throws ErrnoException {
        long costNs = step.getAsLong();
        Errno ended = costNs == FINISHED ? error.get() : null;
        if (ended != null) {
            throw new ErrnoException(ended, "the work of this write ended early");
        }
        return costNs;
    }

    @Override
    public void signal() {
        interrupt.run();
    }
}
