package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;

/** What must hold whatever is done: no count falls, nothing is freed unscanned, the same seed gives the same state. */
final class LawsTest {
    private static final int OPS = 60;

    private static boolean isCount(MemoryStat item) {
        return item.unit() == MemoryStat.Unit.COUNT;
    }

    private static List<MemCgroup> memcgs(Machine machine) {
        List<MemCgroup> all = new ArrayList<>();
        collect(machine.cgroups().root(), all);
        return all;
    }

    private static void collect(Cgroup cgroup, List<MemCgroup> into) {
        MemCgroup own = cgroup.memcg();
        if (own != null) {
            into.add(own);
        }
        cgroup.children().forEach(child -> collect(child, into));
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(OpMix.class)
    void countsNeverFallAndNothingIsFreedUnscanned(OpMix mix) {
        for (long seed = 7001; seed < (mix.mayRunShort() ? 7003 : 7006); seed++) {
            RandomOps ops = new RandomOps(seed, mix);
            Map<String, Long> before = Map.of();
            for (int i = 0; i < OPS && !ops.ended(); i++) {
                assertThat(ops.next()).isEmpty();
                Map<String, Long> now = counts(ops.machine());
                for (Map.Entry<String, Long> was : before.entrySet()) {
                    assertThat(now.getOrDefault(was.getKey(), Long.MAX_VALUE))
                            .as("%s, seed %d, operation %d: %s", was.getKey(), seed, i, ops.history())
                            .isGreaterThanOrEqualTo(was.getValue());
                }
                before = now;
            }
        }
    }

    /** RAM = free + per-CPU + used, of each zone; what is used is what the lists, pools and the kernel have. */
    private static void everyPageIsSomewhere(Zone zone) {
        long lists = 0;
        for (int list = 0; list < 5; list++) {
            assertThat(zone.lruPages(list)).isNotNegative();
            lists += zone.lruPages(list);
        }
        assertThat(zone.freePages()).isNotNegative();
        assertThat(zone.perCpuPages()).isNotNegative();
        assertThat(zone.zspages()).isNotNegative();
        assertThat(zone.managedPages - zone.freePages() - zone.perCpuPages() - lists - zone.zspages())
                .as("what is left is the kernel's")
                .isNotNegative();
    }

    private static Map<String, Long> counts(Machine machine) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (VmStat item : List.of(
                VmStat.PGFAULT,
                VmStat.PSWPIN,
                VmStat.PSWPOUT,
                VmStat.PGFREE,
                VmStat.ZSWPOUT,
                VmStat.ALLOCSTALL_MOVABLE,
                VmStat.PAGEOUTRUN,
                VmStat.PGSCAN_DIRECT_THROTTLE,
                VmStat.OOM_KILL)) {
            counts.put(item.key(), machine.vmstat(item));
        }
        for (MemCgroup memcg : memcgs(machine)) {
            assertThat(Lab.stolen(memcg)).isLessThanOrEqualTo(Lab.scanned(memcg));
            assertThat(memcg.stat(MemoryStat.WORKINGSET_RESTORE_ANON))
                    .isLessThanOrEqualTo(memcg.stat(MemoryStat.WORKINGSET_ACTIVATE_ANON));
            assertThat(memcg.stat(MemoryStat.WORKINGSET_ACTIVATE_ANON))
                    .isLessThanOrEqualTo(memcg.stat(MemoryStat.WORKINGSET_REFAULT_ANON));
            for (MemoryStat item : MemoryStat.values()) {
                if (isCount(item)) {
                    counts.put(memcg.id + " " + item.key(), memcg.stat(item));
                }
            }
            for (MemCgroup.Event event : MemCgroup.Event.values()) {
                counts.put(memcg.id + " event " + event.key(), memcg.events(event));
            }
        }
        long scanned = machine.vmstat(VmStat.PGSCAN_ANON) + machine.vmstat(VmStat.PGSCAN_FILE);
        long byClass = machine.vmstat(VmStat.PGSCAN_DIRECT)
                + machine.vmstat(VmStat.PGSCAN_PROACTIVE)
                + machine.vmstat(VmStat.PGSCAN_KSWAPD);
        assertThat(scanned).isEqualTo(byClass);
        assertThat(machine.vmstat(VmStat.PGSTEAL_ANON)).isLessThanOrEqualTo(machine.vmstat(VmStat.PGSCAN_ANON));
        assertThat(machine.vmstat(VmStat.PGSTEAL_FILE)).isLessThanOrEqualTo(machine.vmstat(VmStat.PGSCAN_FILE));
        long stolen = machine.vmstat(VmStat.PGSTEAL_ANON) + machine.vmstat(VmStat.PGSTEAL_FILE);
        long stolenByClass = machine.vmstat(VmStat.PGSTEAL_DIRECT)
                + machine.vmstat(VmStat.PGSTEAL_PROACTIVE)
                + machine.vmstat(VmStat.PGSTEAL_KSWAPD);
        assertThat(stolen).isEqualTo(stolenByClass);
        for (VmStat item : VmStat.values()) {
            assertThat(machine.vmstat(item)).as(item.key()).isNotNegative();
        }
        machine.memory().zones().forEach(LawsTest::everyPageIsSomewhere);
        // A removed cgroup takes its keys with it: Long.MAX_VALUE stands in for them.
        return counts;
    }

    @Test
    void theSameSeedGivesTheSameState() {
        assertThat(state(8001)).isEqualTo(state(8001)).isNotEqualTo(state(8002));
    }

    private static String state(long seed) {
        RandomOps ops = new RandomOps(seed, OpMix.EVERYTHING);
        for (int i = 0; i < OPS && !ops.ended(); i++) {
            ops.next();
        }
        StringBuilder text = new StringBuilder();
        for (VmStat item : VmStat.values()) {
            text.append(item.key())
                    .append(' ')
                    .append(ops.machine().vmstat(item))
                    .append('\n');
        }
        for (MemCgroup memcg : memcgs(ops.machine())) {
            for (MemoryStat item : MemoryStat.values()) {
                text.append(memcg.cgroup.path()).append(' ').append(item.key()).append(' ');
                text.append(memcg.stat(item)).append('\n');
            }
            for (RefList list : RefList.values()) {
                text.append(Comparison.fastOrder(ops.machine(), memcg, 0, list)).append('\n');
            }
        }
        return text.toString();
    }
}
