package org.reclaimfs.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Unit files and drop-ins of directories: which count, in which order, and what they say. */
final class UnitSetTest {
    private static final long MIB = 1L << 20;

    @TempDir
    private Path etc = Path.of("");

    private void file(String path, String... lines) throws IOException {
        Path file = etc.resolve(path);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, String.join("\n", lines) + (lines.length == 0 ? "" : "\n"));
    }

    private UnitSet read(String... dirs) throws IOException {
        List<Path> paths = List.of(dirs).stream().map(etc::resolve).toList();
        return UnitSet.NONE.with(paths.isEmpty() ? List.of(etc) : paths);
    }

    private static UnitName name(String text) {
        return Objects.requireNonNull(UnitName.parse(text));
    }

    private static Map<String, String> files(UnitSet units, String unit) {
        return units.settings(name(unit)).files(1000 * MIB);
    }

    @Test
    void aUnitFile() throws IOException {
        file(
                "web.service",
                "# a comment, MemoryMax=1M",
                "[Unit]",
                "Description=the web",
                "[Service]",
                "ExecStart=/bin/true \\",
                "  MemoryMax=7M",
                "Slice=front.slice",
                "MemoryHigh = 10%",
                "MemorySwapMax=infinity",
                "OOMPolicy=kill",
                "ManagedOOMSwap=kill",
                "ManagedOOMMemoryPressure=kill",
                "ManagedOOMMemoryPressureLimit=20%",
                "ManagedOOMMemoryPressureDurationSec=3s",
                "ManagedOOMPreference=avoid");
        UnitSet units = read();
        UnitSettings settings = units.settings(name("web.service"));
        assertThat(files(units, "web.service"))
                .isEqualTo(Map.of("memory.high", "104857600", "memory.swap.max", "max", "memory.oom.group", "1"));
        assertThat(units.cgroup(name("web.service"))).isEqualTo("/front.slice/web.service");
        assertThat(settings.killsForSwap()).isTrue();
        assertThat(settings.killsForPressure()).isTrue();
        assertThat(settings.pressureLimit()).isEqualTo(858993459);
        assertThat(settings.pressureDurationUs()).isEqualTo(3_000_000);
        assertThat(settings.preferenceAttribute()).isEqualTo("user.oomd_avoid");
        assertThat(units.remarks()).isEmpty();
    }

    @ParameterizedTest(name = "[{0}] {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "Service | MemoryHigh=lots | MemoryHigh=: found 'lots', expected bytes",
                "Service | ManagedOOMSwap=yes | ManagedOOMSwap=: found 'yes', expected one of auto, kill",
                "Service | ManagedOOMMemoryPressureDurationSec=0 | found '0', expected a time span of at least 1s",
                "Service | Slice=web.service | Slice=: found 'web.service', expected a slice",
                "Unit    | MemoryHigh=1M | MemoryHigh= belongs in [Service]"
            })
    void isIgnoredAndSaid(String section, String setting, String remark) throws IOException {
        file("web.service", "[" + section + "]", "", setting);
        UnitSet units = read();
        assertThat(files(units, "web.service")).isEmpty();
        assertThat(units.remarks()).singleElement().asString().contains("web.service:3: ", remark, ": ignored");
    }

    @Test
    void dropInsAreReadInTheOrderOfTheirNamesAndTheSpecialOnesReplaceOthersOfTheSameName() throws IOException {
        file("a-b.service", "[Service]", "MemoryMin=1M", "MemoryLow=1M", "MemoryHigh=1M", "MemoryMax=1M");
        file("service.d/50-all.conf", "[Service]", "MemoryLow=2M", "MemoryHigh=2M");
        file("a-.service.d/40-some.conf", "[Service]", "MemoryHigh=3M");
        file("a-b.service.d/60-mine.conf", "[Service]", "MemoryMax=4M");
        file("a-b.service.d/70-same.conf", "[Service]", "MemoryMin=");
        file("service.d/70-same.conf", "[Service]", "MemoryMin=9M");
        file("a-b.service.d/80-not-one.txt", "[Service]", "MemoryMin=9M");
        assertThat(files(read(), "a-b.service"))
                .isEqualTo(Map.of("memory.low", "" + 2 * MIB, "memory.high", "" + 2 * MIB, "memory.max", "" + 4 * MIB));
    }

    @Test
    void theFirstDirectoryIsTheStrongest() throws IOException {
        file("run/web.service", "[Service]", "MemoryMax=1M");
        file("usr/web.service", "[Service]", "MemoryMax=2M", "MemoryMin=2M");
        file("run/web.service.d/10-same.conf", "[Service]", "MemoryLow=1M");
        file("usr/web.service.d/10-same.conf", "[Service]", "MemoryLow=2M");
        file("usr/web.service.d/20-other.conf", "[Service]", "MemoryHigh=2M");
        assertThat(files(read("run", "usr"), "web.service"))
                .isEqualTo(Map.of("memory.max", "" + MIB, "memory.low", "" + MIB, "memory.high", "" + 2 * MIB));
    }

    @Test
    void instancesHaveTheirTemplatesSettings() throws IOException {
        file("user@.service", "[Service]", "Slice=user-%i.slice", "MemoryMax=1G");
        file("user@.service.d/10.conf", "[Service]", "ManagedOOMMemoryPressure=kill");
        file("user@7.service.d/20.conf", "[Service]", "MemoryMax=2G");
        UnitSet units = read();
        assertThat(files(units, "user@1000.service")).isEqualTo(Map.of("memory.max", "1073741824"));
        assertThat(files(units, "user@7.service")).isEqualTo(Map.of("memory.max", "2147483648"));
        assertThat(units.settings(name("user@7.service")).killsForPressure()).isTrue();
        assertThat(units.cgroup(name("user@7.service"))).isEqualTo("/user.slice/user-7.slice/user@7.service");
    }

    @Test
    void namedAreUnitsAndNoTemplatesPatternsOrMaskedOnes() throws IOException {
        file("b.service", "[Service]");
        file("t@.service", "[Service]");
        file("t@x.service.d/1.conf", "[Service]");
        file("user-.slice.d/1.conf", "[Slice]");
        file("service.d/1.conf", "[Service]");
        file("-.slice.d/1.conf", "[Slice]", "ManagedOOMSwap=kill");
        file("c.socket", "[Socket]");
        file("masked.service");
        Files.createSymbolicLink(etc.resolve("null.service"), Path.of("/dev/null"));
        UnitSet units = read();
        assertThat(units.names().stream().map(UnitName::text).collect(Collectors.toList()))
                .containsExactly("-.slice", "b.service", "t@x.service");
        assertThat(units.settings(UnitName.ROOT_SLICE).killsForSwap()).isTrue();
    }

    @Test
    void aDirectoryLikeEtcSystemdHasThoseOfTheSystemAndOfUsers() throws Exception {
        file("system/web.service", "[Service]", "MemoryMax=1M");
        file("user/web.service", "[Service]", "MemoryMax=2M");
        UnitSet users = UnitSet.of(UnitSet.Manager.USER, Map.of()).with(List.of(etc));
        assertThat(files(read(), "web.service")).isEqualTo(Map.of("memory.max", "" + MIB));
        assertThat(files(users, "web.service")).isEqualTo(Map.of("memory.max", "" + 2 * MIB));
        assertThat(users.cgroup(name("web.service"))).isEqualTo("/app.slice/web.service");
    }

    @Test
    void aScenarioIsStrongerThanFiles() throws Exception {
        file("web.service", "[Service]", "MemoryMax=1M", "MemoryMin=1M");
        UnitSettings own = UnitSettings.none().with(Directive.MEMORY_MAX, "2M");
        UnitSet units = UnitSet.of(UnitSet.Manager.SYSTEM, Map.of(name("web.service"), own))
                .with(List.of(etc));
        assertThat(files(units, "web.service")).isEqualTo(Map.of("memory.max", "" + 2 * MIB, "memory.min", "" + MIB));
    }
}
