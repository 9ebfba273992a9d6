package org.reclaimfs.sysfs;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.procfs.Guest;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.zram.ZramDevice;

/** The server's side of real block devices: what the keeper is told, and who waits for it. */
final class NodesTest {
    private static final String NODES = "/reclaimfs/nodes";
    private static final String ZRAM = "/sys/block/zram0/";

    private final Guest guest = new Guest();
    private final ZramDevice zram = requireNonNull(guest.machine.devices().zram(0));
    private final List<Thread> threads = new ArrayList<>();

    /** A keeper on a thread of its own, as the real one is a process of its own: it numbers its nodes 7:0, 7:1 and so on. */
    private final class Keeper {
        private final OpenFile file = guest.open(NODES, OpenFile.O_RDWR | OpenFile.O_NONBLOCK);
        /** What it has been told but "show" at the beginning, without the numbers of the wishes. */
        final List<String> told = new ArrayList<>();

        final Map<String, Boolean> othersHave = new ConcurrentHashMap<>();
        final Map<String, String> numbers = new ConcurrentHashMap<>();
        private final AtomicInteger minors = new AtomicInteger();

        Keeper() throws ErrnoException {
            guest.write(file, "keep");
            serve("ready");
            told.clear();
        }

        /** Does as told until {@code last} has been. */
        void serve(String last) throws ErrnoException {
            String line = "";
            while (!line.startsWith(last)) {
                line = next();
                if (!line.equals("ready")) {
                    String[] words = line.split(" ", 2);
                    line = words[1];
                    guest.write(file, words[0] + " " + answer(line.split(" ")));
                    told.add(line);
                }
            }
        }

        private String next() throws ErrnoException {
            StringBuilder line = new StringBuilder();
            guest.fs.read(
                    file,
                    0,
                    4096,
                    (bytes, from, length) -> line.append(new String(bytes, from, length, StandardCharsets.US_ASCII)));
            return line.toString().strip();
        }

        private String answer(String[] words) {
            String name = words[1];
            switch (words[0]) {
                case "show":
                    numbers.put(name, "7:" + minors.getAndIncrement());
                    zramOpened(name, words[2], true);
                    return "done " + numbers.get(name);
                case "release":
                    if (othersHave.containsKey(name)) {
                        return "busy";
                    }
                    zramOpened(name, "1", false);
                    return "done";
                default:
                    return "done";
            }
        }

        /** The keeper's own hold, which the machine sees as an open file. */
        private void zramOpened(String name, String bytes, boolean open) {
            if (name.equals("zram0") && zram.initialised() && !bytes.equals("0") && zram.busy() != open) {
                if (open) {
                    zram.open();
                } else {
                    zram.close();
                }
            }
        }

        void inBackground(String last) {
            Thread thread = new Thread(() -> {
                try {
                    serve(last);
                } catch (ErrnoException e) {
                    throw new IllegalStateException(e);
                }
            });
            threads.add(thread);
            thread.start();
        }

        void leave() {
            guest.fs.release(file);
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void join() throws InterruptedException {
        end();
        threads.clear();
    }

    @Test
    void theKeeperIsToldOfAllThereIs() throws ErrnoException {
        Keeper keeper = new Keeper();
        assertThat(keeper.numbers.keySet()).containsExactlyInAnyOrder("vda", "vdb", "vdc", "vdd", "zram0");
        assertThat(guest.read(ZRAM + "dev")).isEqualTo(keeper.numbers.get("zram0") + "\n");
    }

    @Test
    void everyPlaceShowsTheNodesNumber() throws ErrnoException {
        assertThat(guest.read("/sys/dev/block/253:0/dev")).isEqualTo("253:0\n");
        Keeper keeper = new Keeper();
        String number = keeper.numbers.get("zram0");
        assertThat(guest.read("/sys/dev/block/" + number + "/disksize")).isEqualTo("0\n");
        assertThat(guest.read("/sys/block/zram0/uevent")).contains("MINOR=" + number.substring(2) + "\n");
        assertThat(guest.read("/proc/diskstats")).contains("   7       " + number.substring(2) + " zram0 ");
        assertThatThrownBy(() -> guest.read("/sys/dev/block/253:0/dev")).hasMessageContaining("ENOENT");
        keeper.leave();
        assertThat(guest.read("/sys/dev/block/253:0/dev")).isEqualTo("253:0\n");
        assertThat(guest.read("/sys/block/zram0/dev")).isEqualTo("253:0\n");
    }

    @Test
    void aWriterWaitsForTheNode() throws ErrnoException, InterruptedException {
        Keeper keeper = new Keeper();
        String before = keeper.numbers.get("zram0");
        keeper.inBackground("show");
        guest.write(ZRAM + "disksize", "1M");
        join();
        assertThat(keeper.told).containsExactly("show zram0 1048576 4096");
        assertThat(guest.read(ZRAM + "dev")).isNotEqualTo(before + "\n").isEqualTo(keeper.numbers.get("zram0") + "\n");
    }

    @Test
    void aResetAsksForTheDeviceFirst() throws ErrnoException, InterruptedException {
        Keeper keeper = new Keeper();
        keeper.inBackground("show");
        guest.write(ZRAM + "disksize", "1M");
        join();
        assertThat(zram.busy()).as("the keeper's own hold").isTrue();
        keeper.inBackground("show zram0 0");
        guest.write(ZRAM + "reset", "1");
        join();
        assertThat(keeper.told).containsExactly("show zram0 1048576 4096", "release zram0", "show zram0 0 4096");
        assertThat(zram.initialised()).isFalse();
    }

    @ParameterizedTest(name = "a device of {0} bytes that others have open: reset <- \"{1}\" is {2}")
    @CsvSource({
        "1M, 1, EBUSY",
        "1M, 0, EINVAL", // what is written is looked at first
        "1M, x, EINVAL",
        "0, 1, EBUSY", // without room, too
        "0, 0, EINVAL",
    })
    void othersKeepADeviceFromReset(String size, String text, String errno)
            throws ErrnoException, InterruptedException {
        Keeper keeper = new Keeper();
        if (!size.equals("0")) {
            keeper.inBackground("show");
            guest.write(ZRAM + "disksize", size);
            join();
        }
        keeper.othersHave.put("zram0", true);
        keeper.inBackground("show");
        assertThat(guest.tryWrite(ZRAM + "reset", text)).isEqualTo(errno);
        join();
        assertThat(zram.initialised()).isEqualTo(!size.equals("0"));
        // Nobody is left on the books but the keeper.
        keeper.othersHave.clear();
        keeper.inBackground("show zram0 0");
        assertThat(guest.tryWrite(ZRAM + "reset", "1")).isEqualTo("OK");
    }

    @Test
    void aSwapDeviceIsNotAskedFor() throws ErrnoException, InterruptedException {
        Keeper keeper = new Keeper();
        keeper.inBackground("show");
        guest.write(ZRAM + "disksize", "1M");
        join();
        guest.machine.devices().swapon("/dev/zram0", SwapDevices.DEFAULT_PRIORITY);
        assertThat(guest.tryWrite(ZRAM + "reset", "1")).isEqualTo("EBUSY");
        assertThat(guest.tryWrite("/sys/class/zram-control/hot_remove", "0")).isEqualTo("EBUSY");
        assertThat(keeper.told).containsExactly("show zram0 1048576 4096");
    }

    @Test
    void hotAddAndHotRemoveWaitForTheNode() throws ErrnoException, InterruptedException {
        Keeper keeper = new Keeper();
        keeper.inBackground("show zram1");
        assertThat(guest.read("/sys/class/zram-control/hot_add")).isEqualTo("1\n");
        join();
        keeper.inBackground("remove zram1");
        guest.write("/sys/class/zram-control/hot_remove", "1");
        join();
        assertThat(keeper.told).containsExactly("show zram1 0 4096", "release zram1", "remove zram1");
        assertThat(guest.tryWrite("/sys/class/zram-control/hot_remove", "1")).isEqualTo("ENODEV");
    }

    @Test
    void whoWaitsForAKeeperThatDiesWaitsNoLonger() throws ErrnoException, InterruptedException {
        Keeper keeper = new Keeper();
        Thread death = new Thread(keeper::leave);
        threads.add(death);
        death.start();
        guest.write(ZRAM + "disksize", "1M");
        join();
        assertThat(zram.initialised()).isTrue();
        guest.write(ZRAM + "reset", "1");
    }

    @ParameterizedTest(name = "{0} <- \"{1}\", a signal before slice {2}")
    @CsvSource({"disksize, 2M, 0", "disksize, 2M, 1", "reset, 1, 0", "reset, 1, 1", "reset, 1, 2"})
    void aSignalEndsTheWaitForASilentKeeper(String file, String text, int slices)
            throws ErrnoException, InterruptedException {
        Keeper keeper = new Keeper();
        if (file.equals("reset")) {
            keeper.inBackground("show");
            guest.write(ZRAM + "disksize", "1M");
            join();
        }
        AtomicInteger asked = new AtomicInteger();
        Signal signal = () -> asked.getAndIncrement() == slices;
        // A writer whom the one note of the signal does not reach stays for ever: time is what such a failure costs.
        String ended = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> tryWrite(ZRAM + file, text, signal));
        assertThat(ended).as("the keeper goes on holding it").isEqualTo(file.equals("reset") ? "EBUSY" : "OK");
        assertThat(zram.initialised()).isTrue();
    }

    private String tryWrite(String path, String text, Signal signal) {
        try {
            guest.fs.writeText(path, text, signal);
            return "OK";
        } catch (ErrnoException e) {
            return e.errno().toString();
        }
    }

    @Test
    void thereIsOneKeeper() throws ErrnoException {
        Keeper keeper = new Keeper();
        OpenFile other = guest.open(NODES, OpenFile.O_RDWR);
        assertThatThrownBy(() -> guest.write(other, "keep")).hasMessageContaining("EBUSY");
        assertThatThrownBy(() -> guest.write(other, "1 done")).hasMessageContaining("EINVAL");
        assertThat(guest.read(NODES)).isEmpty(); // who only looks does not become one
        keeper.leave();
        guest.write(other, "keep");
    }
}
