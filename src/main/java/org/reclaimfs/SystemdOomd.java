package org.reclaimfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.oomd.ManagedOom;
import org.reclaimfs.oomd.Subscriptions;
import org.reclaimfs.oomd.UserReports;
import org.reclaimfs.scenario.Session;
import org.reclaimfs.units.UnitCgroups;
import org.reclaimfs.units.UnitSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands around a systemd-oomd in the sandbox: its configuration, and the service managers that tell it which units to
 * watch. A cgroup is a unit by its name, from when it is made until it is removed, whoever does that; a unit that comes
 * gets its settings. A thread of its own looks for them many times a second.
 */
final class SystemdOomd {
    private static final Logger LOG = LoggerFactory.getLogger(SystemdOomd.class);
    private static final long LOOK_MS = 50;

    /** Shared with the sandbox, and only with it. */
    private static final Path SYSTEMD = Path.of("/run/systemd");
    /** The sandbox's script writes them. */
    private static final Path VERSION = Path.of("/run/.oomd/version");

    private static final Path LOG_FILE = Path.of("/run/log/systemd-oomd.log");
    private static final Pattern KILL = Pattern.compile("(Killed|Marked) /.* (due to|for killing due to) .*");

    private final Session session;
    private final UnitCgroups units;
    private final Subscriptions subscriptions;
    private final UserReports reports;
    private final Map<Cgroup, String> known = new LinkedHashMap<>();
    private long changes = -1;

    private SystemdOomd(Session session) throws IOException {
        this.session = session;
        this.units = session.unitCgroups();
        this.subscriptions = Subscriptions.listen(SYSTEMD, SystemdOomd::version);
        this.reports = new UserReports(SYSTEMD, SystemdOomd::version);
    }

    /**
     * Gets ready for a systemd-oomd that is to start.
     *
     * @param dirs like /etc/systemd: oomd.conf and oomd.conf.d in them are its configuration, the first is the strongest
     */
    static SystemdOomd prepare(Session session, List<Path> dirs) throws Failure {
        SystemdOomd oomd;
        try {
            configure(dirs, session.oomdSettings());
            oomd = new SystemdOomd(session);
        } catch (IOException e) {
            throw Failure.of(Main.FAILED, "--with systemd-oomd: " + e.getMessage());
        }
        oomd.look(); // so that the first answer tells of all there are
        return oomd;
    }

    /** Drop-ins in /run are stronger than the host's in /usr, and weaker than the host's in /etc of the same name. */
    private static void configure(List<Path> dirs, Map<String, String> settings) throws IOException {
        Path dropIns = Files.createDirectories(SYSTEMD.resolve("oomd.conf.d"));
        for (int i = dirs.size() - 1; i >= 0; i--) {
            Path dir = dirs.get(i);
            if (Files.isRegularFile(dir.resolve("oomd.conf"))) {
                Files.writeString(dropIns.resolve("00-oomd.conf"), Files.readString(dir.resolve("oomd.conf")));
            }
            if (Files.isDirectory(dir.resolve("oomd.conf.d"))) {
                try (Stream<Path> files = Files.list(dir.resolve("oomd.conf.d"))) {
                    for (Path file : files.sorted().toList()) {
                        Files.writeString(dropIns.resolve(String.valueOf(file.getFileName())), Files.readString(file));
                    }
                }
            }
        }
        if (!settings.isEmpty()) {
            String lines = settings.entrySet().stream()
                    .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
                    .collect(Collectors.joining());
            Files.writeString(dropIns.resolve("zz-scenario.conf"), "[OOM]\n" + lines);
        }
    }

    /** Of the running systemd-oomd; 0 as long as it is not known, which is the least that one can say to it. */
    private static int version() {
        try {
            return Integer.parseInt(Files.readString(VERSION).strip());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    void start() {
        Looks.every(LOOK_MS, this::look, "reclaimfs-units");
    }

    /** Finds out which units have come and gone, and tells. */
    private void look() {
        List<Cgroup> come;
        List<String> gone = new ArrayList<>();
        session.gate().lock().lock();
        try {
            if (changes == session.machine().cgroups().changes()) {
                come = List.of();
            } else {
                known.entrySet().removeIf(unit -> unit.getKey().dead() && gone.add(unit.getValue()));
                come = findUnits();
            }
        } finally {
            session.gate().lock().unlock();
        }
        tell(gone, false);
        List<String> paths = come.stream().map(known::get).toList();
        for (String path : paths) {
            try {
                units.apply(path);
            } catch (ErrnoException e) {
                LOG.warn("unit {}: {}, {}", path, e.errno(), e.getMessage());
            }
        }
        tell(paths, true);
    }

    /** The units that are not known yet, which then are. Expects the machine's lock. */
    private List<Cgroup> findUnits() {
        changes = session.machine().cgroups().changes();
        List<Cgroup> found = new ArrayList<>();
        find(session.machine().cgroups().root(), found);
        return found;
    }

    private void find(Cgroup cgroup, List<Cgroup> found) {
        String path = cgroup.isRoot() ? "" : cgroup.path();
        if (UnitCgroups.unit(path) != null && known.putIfAbsent(cgroup, path) == null) {
            found.add(cgroup);
        }
        cgroup.children().forEach(child -> find(child, found));
    }

    private void tell(Iterable<String> paths, boolean there) {
        List<ManagedOom> system = new ArrayList<>();
        List<ManagedOom> user = new ArrayList<>();
        for (String path : paths) {
            UnitSettings settings = units.settings(path);
            List<ManagedOom> to = UnitCgroups.ofUser(path) ? user : system;
            to.add(ManagedOom.swap(path, there && settings.killsForSwap()));
            to.add(ManagedOom.pressure(
                    path,
                    there && settings.killsForPressure(),
                    there ? settings.pressureLimit() : 0,
                    there ? settings.pressureDurationUs() : 0));
        }
        subscriptions.tell(system);
        reports.tell(user);
    }

    /** What systemd-oomd wrote about its kills. */
    List<String> kills() {
        try {
            return Files.readAllLines(LOG_FILE).stream()
                    .filter(line -> KILL.matcher(line).matches())
                    .toList();
        } catch (IOException e) {
            return List.of(); // it never started
        }
    }
}
