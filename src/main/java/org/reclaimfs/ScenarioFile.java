package org.reclaimfs;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.scenario.Problem;
import org.reclaimfs.scenario.Scenario;
import org.reclaimfs.scenario.ScenarioException;
import org.reclaimfs.scenario.ScenarioParser;
import org.reclaimfs.scenario.Session;
import org.reclaimfs.spill.SpillFile;
import org.reclaimfs.units.UnitSet;

/** A scenario's file: read, built, and every error of it told with its place. */
record ScenarioFile(String name, Scenario scenario) {
    /** The epoch of files' time stamps where time is virtual: 2026-01-01. */
    private static final long VIRTUAL_EPOCH_NS = 1_767_225_600L * 1_000_000_000L;

    static ScenarioFile none() {
        return new ScenarioFile("default machine", Scenario.none());
    }

    static ScenarioFile read(Path path) throws Failure {
        try {
            return new ScenarioFile(path.toString(), ScenarioParser.parse(Files.readString(path)));
        } catch (CharacterCodingException e) {
            throw Failure.of(Main.USAGE, path + " is not UTF-8 text");
        } catch (IOException e) {
            throw Failure.of(Main.USAGE, "cannot read the scenario " + path);
        } catch (ScenarioException e) {
            throw refused(path.toString(), e.problems());
        }
    }

    private static Failure refused(String name, List<Problem> problems) {
        return new Failure(Main.USAGE, problems.stream().map(p -> p.in(name)).toList());
    }

    ScenarioFile with(Scenario other) {
        return new ScenarioFile(name, other);
    }

    /** The same with the units of directories, too; what is ignored there is said. */
    ScenarioFile withUnits(List<Path> dirs) throws Failure {
        try {
            UnitSet system = scenario.units().with(dirs);
            UnitSet user = scenario.userUnits().with(dirs);
            Stream.of(system, user).flatMap(units -> units.remarks().stream()).forEach(Main::say);
            return with(scenario.with(system, user));
        } catch (IOException e) {
            throw Failure.of(Main.FAILED, "cannot read units: " + e.getMessage());
        }
    }

    /** The machine, ready, with time at a standstill. */
    Session session(ToLongFunction<Machine> epochNs) throws Failure {
        return session(epochNs, Tree::attach);
    }

    Session session(ToLongFunction<Machine> epochNs, Session.Mounts mounts) throws Failure {
        Session session = new Session(scenario, mounts, epochNs, Version.text() + "\n");
        session.machine().devices().keepBytesIn(new SpillFile(SpillFile.HEAP_BYTES));
        List<Problem> problems = session.setUp();
        if (!problems.isEmpty()) {
            session.close();
            throw refused(name, problems);
        }
        return session;
    }

    /** The same where time is virtual. */
    Session virtualSession() throws Failure {
        return session(machine -> VIRTUAL_EPOCH_NS + machine.nowNs());
    }
}
