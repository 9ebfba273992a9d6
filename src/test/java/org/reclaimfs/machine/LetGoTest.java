package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;

/** A machine that runs for months must let go of what has ended. */
final class LetGoTest {
    /** Dead files are looked through in batches of this size. */
    private static final int BATCH = 64;

    private static final long FLUSH_NS = 2_000_000_000;

    private final Lab lab = new Lab();

    private static long alive(List<? extends WeakReference<?>> references) {
        System.gc();
        return references.stream().filter(reference -> reference.get() != null).count();
    }

    @Test
    void removedCgroupsAndTheirTasks() throws Exception {
        List<WeakReference<Object>> gone = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Cgroup cgroup = lab.cgroup("/c" + i).cgroup;
            Task task = lab.task("t" + i, "/c" + i, Kind.ANON, 10, Content.RANDOM);
            lab.run(lab.machine.kill(task, "test"));
            lab.machine.cgroups().rmdir(cgroup, lab.machine.nowNs());
            gone.add(new WeakReference<>(cgroup));
            gone.add(new WeakReference<>(task));
        }
        // What was asked for while they lived, such as the visit of the reaper, is over by then.
        pass(5 * FLUSH_NS);
        assertThat(alive(gone)).isZero();
    }

    /** Their charges go long after them, and no other cgroup is removed then. */
    @Test
    void removedCgroupsWhosePagesAreFreedLater() throws Exception {
        List<WeakReference<Object>> gone = new ArrayList<>();
        lab.cgroup("/d");
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Cgroup cgroup = lab.cgroup("/c" + i).cgroup;
            Task task = lab.task("t" + i, "/c" + i, Kind.ANON, 10, Content.RANDOM);
            lab.machine.cgroups().move(task, lab.machine.cgroups().find("/d"));
            lab.machine.cgroups().rmdir(cgroup, lab.machine.nowNs());
            tasks.add(task);
            gone.add(new WeakReference<>(cgroup));
        }
        pass(FLUSH_NS);
        assertThat(alive(gone)).isEqualTo(300);
        for (Task task : tasks) {
            lab.run(lab.machine.kill(task, "test"));
        }
        tasks.clear();
        pass(5 * FLUSH_NS);
        assertThat(alive(gone)).isZero();
        lab.machine.checkInvariants();
    }

    private void pass(long ns) {
        lab.machine.advance(lab.machine.nowNs() + ns, Integer.MAX_VALUE);
    }

    @Test
    void aCgroupWhoseLastPagesAreInSwapGoesWithThem() throws Exception {
        lab.zram(64);
        Cgroup cgroup = lab.cgroup("/c").cgroup;
        lab.cgroup("/d");
        Task task = lab.task("t", "/c", Kind.ANON, 100, Content.RANDOM);
        lab.reclaim(cgroup.memcg(), 100 * 4096);
        assertThat(task.swapEntryPages()).isGreaterThan(0);
        lab.machine.cgroups().move(task, lab.machine.cgroups().find("/d"));
        lab.machine.cgroups().rmdir(cgroup, lab.machine.nowNs());
        assertThat(lab.machine.cgroups().dyingDescendants(lab.machine.cgroups().root()))
                .isEqualTo(1);
        lab.run(lab.machine.kill(task, "test"));
        assertThat(lab.machine.cgroups().dyingDescendants(lab.machine.cgroups().root()))
                .isZero();
        lab.machine.checkInvariants();
    }

    /** The shadows of evicted file pages name a memcg that has been let go of. */
    @Test
    void evictedPagesOfACgroupThatIsGoneComeBack() throws Exception {
        Cgroup cgroup = lab.cgroup("/c").cgroup;
        lab.cgroup("/d");
        Task task = lab.task("t", "/c", Kind.FILE, 100, Content.RANDOM);
        lab.reclaim(cgroup.memcg(), 100 * 4096);
        assertThat(task.rssPages(Kind.FILE)).isZero();
        lab.machine.cgroups().move(task, lab.machine.cgroups().find("/d"));
        lab.machine.cgroups().rmdir(cgroup, lab.machine.nowNs());
        pass(FLUSH_NS);
        lab.touch(task, true);
        assertThat(lab.machine.cgroups().find("/d").memcg().memory.usage()).isGreaterThanOrEqualTo(100);
        lab.machine.sysctls().dropPageCache();
        lab.machine.checkInvariants();
    }

    @Test
    void theActivitiesOfATaskThatLivesOn() throws Exception {
        lab.cgroup("/c");
        Task task = lab.task("t", "/c", Kind.ANON, 1, Content.RANDOM);
        List<WeakReference<Activity>> ended = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Activity activity = lab.machine.alloc(task, "data", Kind.ANON, null, 1, 0);
            lab.run(activity);
            ended.add(new WeakReference<>(activity));
        }
        assertThat(alive(ended)).isLessThanOrEqualTo(1); // perhaps the last
    }

    /** Nobody reads the file of an ended task again: it stays as long as its pages do. */
    @Test
    void filesOfEndedTasks() throws Exception {
        Cgroup cgroup = lab.cgroup("/c").cgroup;
        OrphanFiles orphans = lab.machine.tasks().orphans();
        for (int i = 0; i < 1000; i++) {
            Task task = lab.task("t" + i, "/c", Kind.FILE, 10, Content.RANDOM);
            lab.run(lab.machine.kill(task, "test"));
            lab.reclaim(cgroup.memcg(), 10 * 4096);
        }
        assertThat(orphans.count()).isLessThanOrEqualTo(BATCH);
        lab.machine.checkInvariants();
        Task kept = lab.task("kept", "/c", Kind.FILE, 10, Content.RANDOM);
        lab.run(lab.machine.kill(kept, "test"));
        orphans.dropEmpty();
        assertThat(orphans.count()).isEqualTo(1);
        lab.machine.sysctls().dropPageCache();
        assertThat(orphans.count()).isZero();
        lab.machine.checkInvariants();
    }

    /** mm/truncate.c mapping_try_invalidate: with the shadows gone, pages that come back are new ones. */
    @Test
    void dropCachesForgetsShadows() throws Exception {
        Cgroup cgroup = lab.cgroup("/c").cgroup;
        Task task = lab.task("t", "/c", Kind.FILE, 100, Content.RANDOM);
        lab.reclaim(cgroup.memcg(), 100 * 4096);
        lab.touch(task, 50);
        assertThat(refaults()).isEqualTo(50);
        lab.machine.sysctls().dropPageCache();
        lab.touch(task, 100);
        assertThat(refaults()).isEqualTo(50);
        lab.machine.checkInvariants();
    }

    private long refaults() {
        return lab.machine.memory().vmstat.get(VmStat.WORKINGSET_REFAULT_FILE);
    }
}
