package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.scenario.ScenarioException;
import org.reclaimfs.scenario.ScenarioParser;
import org.reclaimfs.scenario.Session;

/** A whole machine with its tree, set up, whose time stands still. */
final class StillSession {
    private StillSession() {}

    static Session of(String scenario) {
        try {
            Session made = new Session(ScenarioParser.parse(scenario), Tree::attach, m -> m.nowNs(), "v\n");
            assertThat(made.setUp()).isEmpty();
            return made;
        } catch (ScenarioException e) {
            throw new IllegalStateException(e.problems().toString(), e);
        }
    }

    /** Does steps, as {@code reclaimfs/ctl} does. */
    static void steps(Session session, String... lines) throws ErrnoException {
        session.kernfs().writeText("/reclaimfs/ctl", String.join("\n", lines) + "\n", Signal.NEVER);
    }
}
