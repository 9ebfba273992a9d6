package org.reclaimfs.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.ErrnoException;

/**
 * Real block devices in the place of the machine's (tier block): does what TREE/reclaimfs/nodes asks for, in a process of its own.
 *
 * <p>Why a process of its own: the last close of a device writes its dirty pages back, through the server. Were it the server that
 * dies holding it, the kernel would wait for the dying for ever, and no signal ends that. This process only ever waits for the
 * server; when that is gone its mount is, too, every request gets an error, and so do the programs: EIO.
 */
public final class NodeKeeper {
    private static final int LINE_BYTES = 4096;
    private static final long LOOK_MS = 10;

    private static final class Held {
        final String size;
        final Loop loop;

        Held(String size, Loop loop) {
            this.size = size;
            this.loop = loop;
        }
    }

    private final Kernel kernel;
    private final Path tree;
    private final Path dev;
    private final Map<String, Held> devices = new HashMap<>();
    private @Nullable Path nothing;

    private NodeKeeper(Kernel kernel, Path tree, Path dev) {
        this.kernel = kernel;
        this.tree = tree;
        this.dev = dev;
    }

    /**
     * Serves until the tree is gone.
     *
     * @param tree where the machine is mounted
     * @param dev where the nodes are to be
     * @param ready told when all devices that there are have theirs
     * @throws IOException the tree is gone, or has a keeper already
     */
    public static void serve(Path tree, Path dev, Runnable ready) throws IOException {
        Kernel kernel = Kernel.ofThisMachine();
        if (kernel == null) {
            throw new IOException("not on this machine");
        }
        new NodeKeeper(kernel, tree, dev).serve(ready);
    }

    private void serve(Runnable ready) throws IOException {
        Path file = tree.resolve("reclaimfs/nodes");
        awaitTree(file);
        try (FileChannel nodes = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            write(nodes, "keep");
            ByteBuffer buffer = ByteBuffer.allocate(LINE_BYTES);
            while (nodes.read(buffer) > 0) {
                String line = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII).strip();
                buffer.clear();
                if (line.equals("ready")) {
                    ready.run();
                } else {
                    String[] words = line.split(" ");
                    write(nodes, words[0] + " " + answer(words));
                }
            }
        }
    }

    /** We may have been started before the tree is there: two JVMs then start side by side. */
    private static void awaitTree(Path file) throws IOException {
        try {
            while (!Files.exists(file)) {
                Thread.sleep(LOOK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void write(FileChannel file, String line) throws IOException {
        file.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
    }

    /** Does what {@code ID WHAT NAME …} says, and says what came of it. */
    private String answer(String[] words) {
        String name = words[2];
        try {
            return switch (words[1]) {
                case "show" -> show(name, words[3], Integer.parseInt(words[4]));
                case "release" -> release(name);
                default -> remove(name);
            };
        } catch (ErrnoException | IOException e) {
            System.err.println("reclaimfs: no block device " + name + ": " + e.getMessage());
            return "failed";
        }
    }

    private String show(String name, String size, int sectorBytes) throws ErrnoException, IOException {
        Held before = devices.get(name);
        if (before != null && before.loop.held() && before.size.equals(size)) {
            return "done " + before.loop.number;
        }
        String file = size.equals("0") ? nothing() : tree.resolve("dev/" + name).toString();
        Loop loop = Loop.over(kernel, file, sectorBytes, dev.resolve(name));
        devices.put(name, new Held(size, loop));
        if (before != null) {
            before.loop.close();
        }
        return "done " + loop.number;
    }

    /** A device without room reads nothing and takes nothing: so does one over an empty file. */
    private String nothing() throws IOException {
        if (nothing == null) {
            nothing = Files.createFile(dev.resolve(".nothing"));
        }
        return nothing.toString();
    }

    private String release(String name) throws ErrnoException {
        Held held = devices.get(name);
        return held == null || !held.loop.held() || held.loop.release() ? "done" : "busy";
    }

    private String remove(String name) throws IOException {
        Files.deleteIfExists(dev.resolve(name));
        Held held = devices.remove(name);
        if (held != null) {
            held.loop.close();
        }
        return "done";
    }
}
