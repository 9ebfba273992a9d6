package org.reclaimfs.fuse;

import org.reclaimfs.kernfs.Signal;

/**
 * FUSE INTERRUPT as a {@link Signal}. With the mount option {@code intr} libfuse marks the request and sends
 * SIGUSR1 to the serving thread; its handler does nothing, and HotSpot leaves SIGUSR1 alone, so the JVM
 * lives on. Valid only on the thread that serves the request.
 */
final class Interrupts implements Signal {
    private final LibFuse2 lib;

    Interrupts(LibFuse2 lib) {
        this.lib = lib;
    }

    @Override
    public boolean pending() {
        if (!SessionLoop.serving()) { // libfuse would follow a null pointer
            throw new IllegalStateException("a signal may be asked for only on the thread that serves its request");
        }
        SessionLoop.aboutToWait();
        return lib.fuse_interrupted() != 0;
    }
}
