package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.scenario.ScenarioParser;
import org.reclaimfs.scenario.Session;

/** Who writes a step can be interrupted, also by a signal that is there before the step begins. */
final class ControlSignalTest {
    private static final String SCENARIO =
            """
            cgroups: {/ice: {}}
            timeline:
              - 0s: task t cgroup=/ice
              - 0s: write /sys/fs/cgroup/ice/cgroup.freeze 1
            """;

    @Test
    void aSignalBeforeTheStepEndsAWaitThatHasNoEnd() throws Exception {
        try (Session session = new Session(ScenarioParser.parse(SCENARIO), Tree::attach, m -> m.nowNs(), "v\n")) {
            session.setUp();
            byte[] step = "check\nalloc t 1M\n".getBytes(StandardCharsets.UTF_8);
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
                OpenFile ctl = session.kernfs().open("/reclaimfs/ctl", OpenFile.O_WRONLY, Caller.ROOT);
                assertThatThrownBy(() -> session.kernfs().write(ctl, step, 0, () -> true))
                        .hasMessageStartingWith("EINTR");
            });
        }
    }
}
