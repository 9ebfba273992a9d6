package org.reclaimfs.oomd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both varlink sockets, with a systemd-oomd played by the test. */
@Timeout(20)
final class SubscriptionsTest {
    private static final String CALL =
            "{\"method\":\"io.systemd.ManagedOOM.SubscribeManagedOOMCGroups\"," + "\"parameters\":{},\"more\":true}";
    private static final ManagedOom PRESSURE = ManagedOom.pressure("/test.slice", true, 858993459, 3_000_000);
    private static final Map<String, Object> PRESSURE_257 = Map.of(
            "mode", "kill",
            "path", "/test.slice",
            "property", "ManagedOOMMemoryPressure",
            "limit", 858993459,
            "duration", 3_000_000);

    @TempDir
    private Path dir = Path.of("");

    private Varlink connect(String name) throws IOException {
        return new Varlink(SocketChannel.open(UnixDomainSocketAddress.of(dir.resolve(name))));
    }

    private static @Nullable Object cgroups(@Nullable Map<String, Object> message) {
        assertThat(message).isNotNull().containsEntry("continues", true);
        return message != null && message.get("parameters") instanceof Map<?, ?> parameters
                ? parameters.get("cgroups")
                : null;
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.systemd.ManagedOOM", "io.system.ManagedOOM"})
    void theFirstMessageIsAllThatIsWatchedAndOthersFollow(String name) throws IOException {
        try (Subscriptions subscriptions = Subscriptions.listen(dir, () -> 257)) {
            subscriptions.tell(List.of(PRESSURE, ManagedOom.swap("/test.slice", false), ManagedOom.swap("/x", true)));
            subscriptions.tell(List.of(ManagedOom.swap("/x", false)));
            Varlink oomd = connect(name);
            oomd.write(CALL);
            assertThat(cgroups(oomd.read())).isEqualTo(List.of(PRESSURE_257));
            // What changes nothing is not told.
            subscriptions.tell(List.of(PRESSURE, ManagedOom.swap("/y", false)));
            subscriptions.tell(List.of(ManagedOom.swap("", true), ManagedOom.pressure("/test.slice", false, 0, 0)));
            assertThat(cgroups(oomd.read()))
                    .isEqualTo(List.of(
                            Map.of("mode", "kill", "path", "", "property", "ManagedOOMSwap"),
                            Map.of("mode", "auto", "path", "/test.slice", "property", "ManagedOOMMemoryPressure")));
        }
    }

    @Test
    void oneWhoComesBackIsToldEverythingAgain() throws IOException {
        try (Subscriptions subscriptions = Subscriptions.listen(dir, () -> 262)) {
            subscriptions.tell(List.of(PRESSURE));
            for (int i = 0; i < 3; i++) {
                try (SocketChannel channel =
                        SocketChannel.open(UnixDomainSocketAddress.of(dir.resolve("io.systemd.ManagedOOM")))) {
                    Varlink oomd = new Varlink(channel);
                    // As 262 writes it, and in two pieces.
                    oomd.write(CALL.replace("\"parameters\":{},", ""));
                    assertThat(cgroups(oomd.read())).isEqualTo(List.of(PRESSURE_257));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {0, 252, 256})
    void versionsThatDoNotKnowDurationsAreNotToldAny(int version) {
        assertThat(PRESSURE.json(version))
                .isEqualTo("{\"mode\":\"kill\",\"path\":\"/test.slice\",\"property\":\"ManagedOOMMemoryPressure\","
                        + "\"limit\":858993459}");
    }

    @Test
    void otherCallsAreRefusedAndTheConnectionStays() throws IOException {
        try (Subscriptions subscriptions = Subscriptions.listen(dir, () -> 252)) {
            Varlink client = connect("io.systemd.ManagedOOM");
            client.write("{\"method\":\"io.systemd.Nothing\"}");
            assertThat(client.read()).containsEntry("error", "org.varlink.service.MethodNotFound");
            client.write(CALL.replace(",\"more\":true", ""));
            assertThat(client.read()).containsEntry("error", "org.varlink.service.ExpectedMore");
            client.write(CALL);
            assertThat(cgroups(client.read())).isEqualTo(List.of());
            client.write("no JSON [");
            assertThat(client.read()).as("closed").isNull();
            assertThat(subscriptions.subscribed()).isFalse();
        }
    }

    @Test
    void pathsAreQuoted() {
        assertThat(Varlink.quoted("/a\"\\\n\u0001é")).isEqualTo("\"/a\\\"\\\\\\u000a\\u0001é\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.systemd.ManagedOOM", "io.system.ManagedOOM"})
    void usersManagersReportOnceSomebodyListens(String name) throws IOException {
        Path socket = Files.createDirectory(dir.resolve("oom")).resolve(name);
        try (UserReports reports = new UserReports(dir, () -> 257);
                ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            reports.tell(List.of(PRESSURE));
            server.bind(UnixDomainSocketAddress.of(socket));
            reports.tell(List.of());
            Varlink oomd = new Varlink(server.accept());
            Map<String, Object> report = oomd.read();
            assertThat(report)
                    .containsEntry("method", "io.systemd.oom.ReportManagedOOMCGroups")
                    .containsEntry("oneway", true)
                    .containsEntry("parameters", Map.of("cgroups", List.of(PRESSURE_257)));
            reports.tell(List.of(ManagedOom.pressure("/test.slice", false, 0, 0)));
            assertThat(String.valueOf(oomd.read())).contains("mode=auto", "/test.slice");
        }
    }
}
