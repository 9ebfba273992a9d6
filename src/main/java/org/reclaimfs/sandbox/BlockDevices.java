package org.reclaimfs.sandbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The process of {@link NodeKeeper}, from its start to its end. */
public final class BlockDevices implements AutoCloseable {
    /** Where the nodes are made: what the sandbox has as /dev. */
    private static final String DEV = "/run/.dev";

    private static final int OPTION_SINCE = 24;
    private static final long END_SECONDS = 10;

    private final Process process;

    private BlockDevices(Process process) {
        this.process = process;
    }

    /**
     * Begins to make nodes for the devices of a machine; does not wait.
     *
     * @param tree where it is mounted, absolute
     * @param main the class whose verb {@code nodes} serves
     */
    public static BlockDevices start(String tree, Class<?> main) throws SandboxException {
        try {
            return new BlockDevices(new ProcessBuilder(words(tree, main))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new SandboxException("no process for block devices: " + e.getMessage(), e);
        }
    }

    private static List<String> words(String tree, Class<?> main) {
        String jar = System.getProperty("java.class.path");
        List<String> words = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xmx64m",
                "-Xss512k",
                "-Xshare:auto",
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED"));
        if (Runtime.version().feature() >= OPTION_SINCE) {
            words.add("--sun-misc-unsafe-memory-access=allow");
        }
        String archive = jar.replaceFirst("\\.jar$", ".jsa");
        if (Files.exists(Path.of(archive))) {
            words.add("-XX:SharedArchiveFile=" + archive);
        }
        words.addAll(List.of("-cp", jar, main.getName(), "nodes", "--tree=" + tree, "--dev=" + DEV));
        return words;
    }

    /** Waits until all devices have their nodes; false if they cannot have them, and stderr says why. */
    public boolean awaitReady() {
        try {
            BufferedReader said = process.inputReader();
            return said.readLine() != null;
        } catch (IOException e) {
            return false;
        }
    }

    /** The devices go, their data to the server first. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
