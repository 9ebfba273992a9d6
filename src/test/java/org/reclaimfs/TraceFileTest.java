package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.scenario.ScenarioParser;
import org.reclaimfs.scenario.Session;

/** /reclaimfs/trace: the events of a stall as they happen, for each reader at its own pace. */
final class TraceFileTest {
    private static final String PATH = "/reclaimfs/trace";
    /** Events that the machine remembers. */
    private static final int KEPT = 16_384;

    private static final String SCENARIO =
            """
            machine: {memory: 128MiB, cpus: 2}
            zram: [{name: zram0, disksize: 512MiB}]
            swap: [{device: /dev/zram0}]
            """;

    private Session session = session();
    private Kernfs fs = session.kernfs();

    private static Session session() {
        try {
            return new ScenarioFile("trace", ScenarioParser.parse(SCENARIO)).virtualSession();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void hog() throws ErrnoException {
        ctl("task hog cgroup=/");
    }

    @AfterEach
    void close() {
        session.close();
    }

    private void ctl(String step) throws ErrnoException {
        fs.writeText("/reclaimfs/ctl", step + "\n", Signal.NEVER);
    }

    private OpenFile open() throws ErrnoException {
        return fs.open(PATH, OpenFile.O_RDONLY | OpenFile.O_NONBLOCK, Caller.ROOT);
    }

    private String read(OpenFile file, int size) throws ErrnoException {
        StringBuilder text = new StringBuilder();
        fs.read(
                file,
                0,
                size,
                (bytes, at, length) -> text.append(new String(bytes, at, length, StandardCharsets.UTF_8)),
                Signal.NEVER);
        return text.toString();
    }

    @Test
    void withoutEventsAReadWouldWait() throws ErrnoException {
        OpenFile file = open();
        assertThatThrownBy(() -> read(file, 4096)).hasMessageContaining("EAGAIN");
        assertThat(fs.poll(file)).isZero();
    }

    /** Random data into zram until the OOM killer comes: calls, decisions, the kill and the stall, in this order. */
    @Test
    void aStallIsToldFromItsFirstCallToItsEnd() throws ErrnoException {
        OpenFile early = open();
        ctl("alloc hog 1G content=random");
        assertThat(fs.poll(early)).isEqualTo(OpenFile.POLL_READABLE);
        String text = fs.readText(PATH);
        assertThat(text.lines())
                .allSatisfy(line -> assertThat(line).startsWith("{\"atNs\":").endsWith("}"));
        assertThat(text.lines().findFirst().orElseThrow()).contains("\"event\":\"direct-reclaim\",\"task\":\"hog\"");
        int retry = text.indexOf("\"event\":\"retry\"");
        int kill = text.indexOf("\"event\":\"kill\",\"task\":\"hog\",\"cgroup\":\"/\",\"by\":\"oom\"");
        int stall = text.lastIndexOf("\"event\":\"stall\",\"task\":\"hog\"");
        assertThat(retry).isPositive();
        assertThat(kill).isGreaterThan(retry);
        assertThat(stall).isGreaterThan(kill);
        String last = text.substring(stall, text.indexOf('\n', stall));
        assertThat(last).contains("\"rounds\":", "\"poolPages\":", "\"lastRetry\":{\"node\":0,", "\"exit\":\"");
    }

    /** Whatever a reader's buffer is like, it gets the same bytes; and so does a second reader. */
    @Test
    void readersAreIndependentAndMayCutLines() throws ErrnoException {
        ctl("alloc hog 1G content=random");
        String whole = fs.readText(PATH);
        OpenFile slow = open();
        StringBuilder pieces = new StringBuilder();
        for (int size = 1; pieces.length() < whole.length(); size = size % 700 + 13) {
            pieces.append(read(slow, size));
        }
        assertThat(pieces.toString()).isEqualTo(whole);
        assertThatThrownBy(() -> read(slow, 1)).hasMessageContaining("EAGAIN");
    }

    /** More events than are kept: the reader hears how many it has missed, and goes on with the oldest. */
    @Test
    void whoIsTooSlowIsToldWhatIsLost() throws ErrnoException {
        OpenFile slow = open();
        for (int i = 0; i < KEPT + 7; i++) {
            ctl("kill hog");
            ctl("task hog cgroup=/");
        }
        assertThat(read(slow, 1 << 12).lines().findFirst().orElseThrow())
                .isEqualTo("{\"atNs\":0,\"event\":\"lost\",\"events\":7}");
    }

    @Test
    void itIsOnlyRead() {
        assertThatThrownBy(() -> fs.writeText(PATH, "x", Signal.NEVER)).isInstanceOf(ErrnoException.class);
    }
}
