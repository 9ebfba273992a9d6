package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.reclaimfs.abi.ErrnoException;

/** What all operations of {@link RandomOps} draw from: the seed, names, tasks, cgroups, and the notes of what was done. */
final class Draw {
    final SplittableRandom random;
    final OpMix mix;
    final Duel duel;
    final List<String> history = new ArrayList<>();
    private int names;

    Draw(SplittableRandom random, OpMix mix, Duel duel) {
        this.random = random;
        this.mix = mix;
        this.duel = duel;
    }

    /** A name that nothing else has. */
    String name(String prefix) {
        return prefix + names++;
    }

    void note(String format, Object... args) {
        history.add(String.format(Locale.ROOT, format, args));
    }

    <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    String anyCgroup() {
        return any(new ArrayList<>(duel.ref.memcgs.keySet()));
    }

    List<String> leaves() {
        return duel.ref.memcgs.values().stream()
                .filter(m -> m.children.isEmpty() && !m.isRoot())
                .map(m -> m.path)
                .toList();
    }

    RefTask anyTask() throws ErrnoException {
        if (duel.ref.tasks.isEmpty()) {
            spawn();
        }
        return any(new ArrayList<>(duel.ref.tasks.values()));
    }

    int pages(int upTo) {
        return switch (random.nextInt(4)) {
            case 0 -> 1 + random.nextInt(8);
            case 1 -> 1 + random.nextInt(100);
            default -> 1 + random.nextInt(upTo);
        };
    }

    // ---- operations that several kinds have in common ----

    void mkdir(String path) throws ErrnoException {
        note("mkdir %s", path);
        duel.mkdir(path);
    }

    void spawn() throws ErrnoException {
        if (duel.ref.tasks.size() >= 6) {
            return;
        }
        String name = name("t");
        String path = any(leaves().stream().filter(p -> !p.equals("/b")).toList());
        int adj = random.nextInt(4) == 0 ? random.nextInt(-500, 500) : 0;
        note("spawn %s in %s adj %d", name, path, adj);
        duel.spawn(name, path, adj);
    }

    void exit() throws ErrnoException {
        RefTask task = anyTask();
        note("exit %s", task.name);
        duel.exit(task);
    }

    void dropCaches() {
        note("drop caches");
        duel.dropCaches();
    }
}
