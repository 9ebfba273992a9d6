package org.reclaimfs.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of units: which are some, where their cgroups are, which drop-ins speak of them (man systemd.unit, systemd.slice). */
final class UnitNameTest {
    private static UnitName name(String text) {
        return Objects.requireNonNull(UnitName.parse(text), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "service",
                ".service",
                "web",
                "web.socket",
                "a b.service",
                "web.service.d",
                "a--b.slice",
                "-a.slice",
                "a-.slice",
                "a@b.slice",
                "a/b.service",
                "@x.service"
            })
    void isNoUnitWithACgroup(String text) {
        assertThat(UnitName.parse(text)).isNull();
    }

    @ParameterizedTest(name = "{0} is at {1}")
    @CsvSource({
        "-.slice, ''",
        "web.slice, /web.slice",
        "TEST-55-OOMD-workload.slice," + " /TEST.slice/TEST-55.slice/TEST-55-OOMD.slice/TEST-55-OOMD-workload.slice",
        "user-1000.slice, /user.slice/user-1000.slice"
    })
    void slices(String slice, String path) {
        assertThat(name(slice).slicePath()).isEqualTo(path);
    }

    @ParameterizedTest(name = "{0} is in {1}, of a user in {2}")
    @CsvSource({
        "web.service, system.slice, app.slice",
        "run-1.scope, system.slice, app.slice",
        "init.scope, -.slice, -.slice",
        "user@1000.service, user-1000.slice, app-user.slice",
        "getty@tty1.service, system-getty.slice, app-getty.slice",
        "a-b@c.service, system-a\\x2db.slice, app-a\\x2db.slice"
    })
    void defaultSlices(String unit, String system, String user) {
        assertThat(name(unit).defaultSlice(false)).hasToString(system);
        assertThat(name(unit).defaultSlice(true)).hasToString(user);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "web.service, web.service.d service.d",
        "a-b-c.service, a-b-c.service.d a-b-.service.d a-.service.d service.d",
        "user-1000.slice, user-1000.slice.d user-.slice.d slice.d",
        "-.slice, -.slice.d slice.d",
        "user@1000.service, user@1000.service.d user@.service.d service.d",
        "a-b@c.service, a-b@c.service.d a-b@.service.d a-@c.service.d a-@.service.d service.d"
    })
    void dropInsFromTheMostSpecialOnes(String unit, String directories) {
        assertThat(String.join(" ", name(unit).dropInDirectories())).isEqualTo(directories);
    }

    @ParameterizedTest(name = "{0} of {1} is {2}")
    @CsvSource({
        "user-%i.slice, user@1000.service, user-1000.slice",
        "%p.slice, web.service, web.slice",
        "%j.slice, a-b.service, b.slice"
    })
    void specifiers(String pattern, String unit, String expanded) {
        assertThat(name(unit).expand(pattern)).isEqualTo(expanded);
    }
}
