package org.reclaimfs;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The rooms of the house and which may know which: one table, checked on the compiled classes. */
final class ArchitectureTest {

    private static final String ROOT = "org.reclaimfs";

    /** Room, and the rooms it may import. Everything may import abi; the root package may import all. */
    // spotless:off
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            // syscalls in, text out
            Map.entry("fuse",     Set.of("kernfs")),
            Map.entry("kernfs",   Set.of()),
            Map.entry("sandbox",  Set.of()),
            Map.entry("spill",    Set.of("swap")),
            Map.entry("cgroupfs", Set.of("kernfs", "pressurefs", "machine", "memcg", "lru", "mm", "oom", "psi", "sched", "swap", "vmscan", "zram", "zswap")),
            Map.entry("procfs",   Set.of("kernfs", "pressurefs", "machine", "memcg", "lru", "mm", "oom", "policy", "psi", "sched", "swap", "vmscan", "zram", "zswap")),
            Map.entry("sysfs",    Set.of("kernfs", "machine", "memcg", "lru", "mm", "oom", "psi", "sched", "swap", "vmscan", "zram", "zswap")),
            Map.entry("devfs",    Set.of("kernfs", "klog", "machine")),
            Map.entry("pressurefs", Set.of("kernfs", "machine", "memcg", "psi")),
            Map.entry("scenario", Set.of("kernfs", "klog", "machine", "memcg", "mm", "oom", "policy", "psi", "swap", "zram", "zswap")),
            Map.entry("lab",      Set.of("kernfs", "machine", "memcg", "mm", "oom", "psi", "scenario", "swap")),
            // the model
            Map.entry("machine",  Set.of("klog", "memcg", "lru", "mm", "oom", "policy", "psi", "sched", "swap", "vmscan", "zram", "zswap")),
            Map.entry("vmscan",   Set.of("memcg", "lru", "swap", "zswap", "mm")),
            Map.entry("oom",      Set.of("klog", "memcg", "mm")),
            Map.entry("zswap",    Set.of("memcg", "lru", "swap", "mm")),
            Map.entry("zram",     Set.of("swap", "mm")),
            Map.entry("memcg",    Set.of("lru", "psi", "sched", "mm")),
            Map.entry("policy",   Set.of("mm")),
            Map.entry("swap",     Set.of("mm")),
            Map.entry("lru",      Set.of("mm")),
            Map.entry("klog",     Set.of()),
            Map.entry("psi",      Set.of()),
            Map.entry("sched",    Set.of()),
            Map.entry("mm",       Set.of()),
            Map.entry("abi",      Set.of()));
    // spotless:on

    private static final List<String> MODEL = List.of(
            "machine", "klog", "vmscan", "oom", "zswap", "zram", "swap", "lru", "policy", "psi", "sched", "memcg", "mm",
            "abi");

    private static final List<String> ROOMS = ARROWS.keySet().stream().sorted().toList();

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/")) // wherever the build directory is
            .importPackages(ROOT);

    private static String room(String name) {
        return ROOT + "." + name + "..";
    }

    private static String[] modelRooms() {
        return MODEL.stream().map(ArchitectureTest::room).toArray(String[]::new);
    }

    private static void check(ArchRule rule) {
        // A room may be drawn before it has a class.
        rule.allowEmptyShould(true).check(CLASSES);
    }

    @ParameterizedTest(name = "{0} imports only what its arrows allow")
    @FieldSource("ROOMS")
    void arrows(String name) {
        Set<String> allowed = new TreeSet<>(ARROWS.get(name));
        allowed.add(name);
        allowed.add("abi");
        String[] allowedRooms = allowed.stream().map(ArchitectureTest::room).toArray(String[]::new);
        DescribedPredicate<JavaClass> forbidden = DescribedPredicate.and(
                        resideInAnyPackage(ROOT + ".."), not(resideInAnyPackage(allowedRooms)))
                .as("are ours, but outside of %s", allowed);
        check(noClasses().that().resideInAPackage(room(name)).should().dependOnClassesThat(forbidden));
    }

    @Test
    void roomsHaveNoCycles() {
        check(slices().matching(ROOT + ".(*)..").should().beFreeOfCycles());
    }

    @Test
    void onlyFuseAndTheSandboxSeeNativeTypes() {
        check(noClasses()
                .that(not(resideInAnyPackage(room("fuse"), room("sandbox"))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ru.serce..", "jnr..", "com.kenai.jffi.."));
    }

    @Test
    void theModelSeesNoFilesThreadsOrLoggers() {
        check(noClasses()
                .that()
                .resideInAnyPackage(modelRooms())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io",
                        "java.nio.file..",
                        "java.net..",
                        // java.util.concurrent.locks is left for the one lock, in machine
                        "java.util.concurrent",
                        "java.util.concurrent.atomic",
                        "java.util.logging..",
                        "org.slf4j..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class));
    }

    @Test
    void onlyTheMachineHasALock() {
        check(noClasses()
                .that()
                .resideInAnyPackage(modelRooms())
                .and()
                .resideOutsideOfPackage(room("machine"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent.locks"));
    }

    @Test
    void theModelIsGivenItsTimeAndItsSeed() {
        check(noClasses()
                .that()
                .resideInAnyPackage(modelRooms())
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callConstructor(SplittableRandom.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Random.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class));
    }

    @Test
    void everyRoomIsInTheTableAndIntroducesItself() throws IOException {
        Path sources = Path.of("src/main/java", ROOT.replace('.', '/'));
        Set<Path> rooms;
        try (Stream<Path> files = Files.walk(sources)) {
            rooms = files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .filter(dir -> !dir.equals(sources))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertThat(rooms).allSatisfy(dir -> {
            assertThat(ARROWS).containsKey(sources.relativize(dir).getName(0).toString());
            assertThat(dir.resolve("package-info.java")).isRegularFile();
        });
    }
}
