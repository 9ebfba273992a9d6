package org.reclaimfs.sandbox;

import jnr.ffi.Pointer;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the notifications of one filter until nobody is left who could cause one. It fails closed: a swap call that
 * cannot be answered is refused, and when this process dies the kernel answers ENOSYS.
 */
final class Supervisor {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    private static final int FLAG_CONTINUE = 1;

    // struct seccomp_notif, with its struct seccomp_data
    private static final int ID = 0;
    private static final int PID = 8;
    private static final int NR = 16;
    private static final int ARGS = 32;
    private static final int ARG_COUNT = 6;

    private final Kernel kernel;
    private final int listener;
    private final Answers answers;

    Supervisor(Kernel kernel, int listener, Answers answers) {
        this.kernel = kernel;
        this.listener = listener;
        this.answers = answers;
    }

    /** Begins to serve, on a thread of its own that no filter holds. */
    void start() {
        daemon(this::serve, "reclaimfs-syscalls");
    }

    private static void daemon(Runnable body, String name) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        Pointer notification = kernel.memory(Kernel.NOTIF_BYTES);
        try {
            while (true) {
                if (kernel.receive(listener, notification)) {
                    Call call = call(notification);
                    if (answers.slow(call)) {
                        daemon(() -> reply(call), "reclaimfs-swap");
                    } else {
                        reply(call);
                    }
                }
            }
        } catch (ErrnoException e) {
            LOG.error("no system call is answered any more", e);
            kernel.close(listener); // whoever waits gets ENOSYS
        }
    }

    private static Call call(Pointer notification) {
        long[] args = new long[ARG_COUNT];
        notification.get(ARGS, args, 0, ARG_COUNT);
        return new Call(notification.getLong(ID), notification.getInt(PID), notification.getInt(NR), args);
    }

    private void reply(Call call) {
        Pointer response = kernel.memory(Kernel.RESPONSE_BYTES); // id, val, error, flags
        response.putLong(0, call.id());
        try {
            long result = answer(call);
            if (result == Answers.CONTINUE && !answers.isSwap(call)) {
                response.putInt(20, FLAG_CONTINUE);
            } else {
                response.putLong(8, result);
            }
        } catch (ErrnoException e) {
            LOG.trace("call {}: {}", call.nr(), e.getMessage());
            response.putInt(16, -e.errno().number());
        }
        kernel.send(listener, response);
    }

    private long answer(Call call) throws ErrnoException {
        if (!kernel.valid(listener, call.id())) {
            throw new ErrnoException(Errno.EINTR, "the caller has gone");
        }
        try {
            return answers.answer(call);
        } catch (RuntimeException | Error e) { // the caller must not wait for ever
            LOG.error("call {} of {} failed", call.nr(), call.tid(), e);
            throw new ErrnoException(Errno.EPERM, "no answer");
        }
    }
}
