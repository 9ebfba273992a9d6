package org.reclaimfs;

/** Looks at the machine again and again, by the host's clock, for as long as the server lives. */
final class Looks {
    private Looks() {}

    /** Starts a thread of that name that looks, and then sleeps for {@code ms}. */
    static void every(long ms, Runnable look, String name) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (true) {
                            look.run();
                            Thread.sleep(ms);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }
}
