package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.psi.PsiResource;

/** A month of slow work: counters only rise, rates keep to the page, and the books balance in the end. */
final class ThirtyDaysTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long DAY = 86_400 * SECOND;
    private static final long MIB = 1 << 20;
    private static final int DAYS = 30;
    private static final long BYTES_PER_SECOND = 1000; // no whole number of pages

    @Test
    void countersNeverFall() throws ErrnoException {
        Machine machine = new Machine(MachineConfig.defaults());
        machine.devices().addZram();
        machine.devices().zram(0).setDisksize(64 * MIB >> 12);
        machine.devices().swapon("/dev/zram0", 1);
        Task logger = machine.spawn("logger", "logger", "/", 0);
        Task cache = machine.spawn("cache", "cache", "/", 0);
        machine.start(machine.alloc(logger, "log", Kind.FILE, Content.RANDOM, Long.MAX_VALUE >> 20, BYTES_PER_SECOND));
        machine.start(machine.alloc(cache, "heap", Kind.ANON, Content.RANDOM, 64 * MIB >> 12, 0));
        Task shell = machine.spawn("shell", "sh", "/", 0);
        machine.start(machine.fork(shell, 4, 1));
        go(machine, DAY / 24);
        machine.exit(shell);
        TouchPattern zipf = new TouchPattern.Zipf(0.9);
        machine.start(machine.touch(
                cache, machine.region(cache, "heap"), zipf, Long.MAX_VALUE, DAYS * DAY, BYTES_PER_SECOND, true));

        Map<VmStat, Long> before = counters(machine);
        for (int hour = 2; hour <= DAYS * 24; hour++) {
            go(machine, hour * (DAY / 24));
            Map<VmStat, Long> now = counters(machine);
            for (Map.Entry<VmStat, Long> counter : now.entrySet()) {
                assertThat(counter.getValue())
                        .as("%s in hour %d", counter.getKey(), hour)
                        .isGreaterThanOrEqualTo(
                                counter.getKey().key().startsWith("nr_") ? 0 : before.get(counter.getKey()));
            }
            before = now;
        }
        assertThat(machine.region(logger, "log").pages()).isEqualTo(DAYS * 86_400L * BYTES_PER_SECOND / 4096);
        PsiGroup psi = machine.cgroups().root().psi();
        psi.update(machine.nowNs());
        assertThat(psi.totalUs(PsiResource.MEMORY, false)).isBetween(0L, DAYS * DAY / 1000);
        machine.checkInvariants();
    }

    private static Map<VmStat, Long> counters(Machine machine) {
        Map<VmStat, Long> counters = new EnumMap<>(VmStat.class);
        for (VmStat item : VmStat.values()) {
            counters.put(item, machine.vmstat(item));
        }
        return counters;
    }

    private static void go(Machine machine, long atNs) {
        while (!machine.advance(atNs, 1_000_000)) {
            // on
        }
    }
}
