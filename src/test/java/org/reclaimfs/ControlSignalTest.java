package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.scenario.Session;

/** Who writes a step can be interrupted, also by a signal that is there before the step begins. */
final class ControlSignalTest {
    @Test
    void aSignalBeforeTheStepEndsAWaitThatHasNoEnd() throws Exception {
        try (Session session = StillSession.of("cgroups: {/ice: {}}")) {
            StillSession.steps(session, "task t cgroup=/ice", "write /sys/fs/cgroup/ice/cgroup.freeze 1");
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertThatThrownBy(
                            () -> write(session, "check\nalloc t 1M\n", () -> true))
                    .hasMessageStartingWith("EINTR"));
        }
    }

    private static void write(Session session, String steps, Signal signal) throws ErrnoException {
        OpenFile ctl = session.kernfs().open("/reclaimfs/ctl", OpenFile.O_WRONLY, Caller.ROOT);
        session.kernfs().write(ctl, steps.getBytes(StandardCharsets.UTF_8), 0, signal);
    }
}
