package org.reclaimfs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.sandbox.NodeKeeper;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nodes}: the process that {@code exec --tier block} keeps its block devices in. Ends with its tree, or its parent. */
@Command(name = "nodes", hidden = true)
final class NodesCommand implements Callable<Integer> {
    /** What it says when all devices have their nodes. */
    static final String READY = "ready";

    @Option(names = "--tree", required = true)
    private Path tree = Path.of("");

    @Option(names = "--dev", required = true)
    private Path dev = Path.of("");

    @Override
    public @Nullable Integer call() throws Failure {
        Thread watch = new Thread(NodesCommand::endWithParent, "reclaimfs-parent");
        watch.setDaemon(true);
        watch.start();
        try {
            NodeKeeper.serve(tree, dev, () -> {
                System.out.println(READY);
                System.out.flush();
            });
            return 0;
        } catch (IOException e) {
            throw Failure.of(Main.FAILED, "block devices: " + e.getMessage());
        }
    }

    /** The parent's end of our input goes with it, however it ends. */
    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // nothing is said
            }
        } catch (IOException e) {
            // gone, too
        }
        Runtime.getRuntime().halt(0);
    }
}
