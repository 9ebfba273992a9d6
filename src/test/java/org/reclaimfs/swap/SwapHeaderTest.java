package org.reclaimfs.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.mm.Memory;

/** Headers of mkswap, good and bad. */
final class SwapHeaderTest {
    private static final int PAGE = 4096;

    private final List<String> log = new ArrayList<>();

    /** The captured header of a disk of 512 MiB (golden proc/swap_header_hexdump.txt). */
    private static byte[] golden() {
        byte[] page = new byte[PAGE];
        byte[] info = HexFormat.of().parseHex("01000000ffff0100000000007dcf4e99a9854735b10c56b266fc1d15");
        System.arraycopy(info, 0, page, 1024, info.length);
        byte[] signature = "SWAPSPACE2".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(signature, 0, page, PAGE - signature.length, signature.length);
        return page;
    }

    private static byte[] header(ByteOrder order, int version, int lastPage, int badCount, int... bad) {
        byte[] page = golden();
        ByteBuffer info = ByteBuffer.wrap(page).order(order);
        info.putInt(1024, version).putInt(1028, lastPage).putInt(1032, badCount);
        for (int i = 0; i < bad.length; i++) {
            info.putInt(1536 + 4 * i, bad[i]);
        }
        return page;
    }

    @Test
    void readsTheCapturedHeader() throws ErrnoException {
        SwapHeader header = SwapHeader.read(golden(), 131072, false, log::add);
        assertThat(header.pages()).isEqualTo(131072);
        assertThat(header.badPages()).isEmpty();
        assertThat(log).isEmpty();
    }

    @Test
    void readsTheOtherByteOrderAndBadPages() throws ErrnoException {
        SwapHeader header = SwapHeader.read(header(ByteOrder.BIG_ENDIAN, 1, 999, 3, 5, 7, 5), 2000, false, log::add);
        assertThat(header.pages()).isEqualTo(1000);
        assertThat(header.badPages()).containsExactly(5, 7);
    }

    @ParameterizedTest(name = "version {0}, last page {1}, {2} bad pages (the first {3}), {4}: {5}")
    @CsvSource({
        "2,   99,   0, 0,   false, Unable to handle swap header version 2",
        "0,   99,   0, 0,   false, Unable to handle swap header version 0",
        "1,   0,    0, 0,   false, Empty swap-file",
        "1,   1,    1, 1,   false, Empty swap-file",
        "1,   2000, 0, 0,   false, Swap area shorter than signature indicates",
        "1,   -1,   0, 0,   false, Swap area shorter than signature indicates",
        "1,   99, 638, 1,   false, ",
        "1,   99,  -1, 1,   false, ",
        "1,   99,   1, 0,   false, ",
        "1,   99,   1, 100, false, ",
        "1,   99,   1, -1,  false, ",
        "1,   99,   1, 9,   true,  ",
    })
    void refuses(int version, int lastPage, int badCount, int firstBad, boolean file, String logged) {
        byte[] page = header(ByteOrder.LITTLE_ENDIAN, version, lastPage, badCount, firstBad);
        assertThatThrownBy(() -> SwapHeader.read(page, 2000, file, log::add))
                .isInstanceOf(ErrnoException.class)
                .hasMessageStartingWith("EINVAL");
        assertThat(log).isEqualTo(logged == null ? List.of() : List.of(logged));
    }

    @Test
    void refusesTheHeaderOfAnotherPageSize() {
        byte[] page = golden();
        page[PAGE - 1] = 0;
        assertThatThrownBy(() -> SwapHeader.read(page, 131072, false, log::add)).isInstanceOf(ErrnoException.class);
        assertThat(log).containsExactly("Unable to find swap-space signature");
    }

    @Test
    void badSlotsAreNeverGivenOut() {
        Memory ram = new Memory(256L << 20, 0, 1, 1, 1);
        SwapDevices swap = new SwapDevices(1, new SwapTables(ram, true));
        Disk disk = new Disk("vda", 16L << 20, Disk.Profile.NVME);
        int[] bad = new int[514];
        bad[0] = 3;
        bad[1] = 600;
        for (int i = 0; i < 512; i++) {
            bad[2 + i] = 1024 + i; // a whole cluster
        }
        SwapDevice device = swap.add("/dev/vda", true, 2000, -1, disk, bad);
        assertThat(device).isNotNull();
        assertThat(device.usablePages()).isEqualTo(1999 - 514);
        List<Integer> slots = new ArrayList<>();
        for (int slot = swap.allocate(0, 1); slot >= 0; slot = swap.allocate(0, 1)) {
            slots.add(slot);
            swap.checkInvariants();
        }
        assertThat(slots).hasSize(1999 - 514).doesNotHaveDuplicates().doesNotContain(0, 3, 600, 1024, 1535);
        slots.forEach(slot -> swap.free(device, slot, 1));
        swap.checkInvariants();
        assertThat(device.freePages()).isEqualTo(1999 - 514);
        assertThat(swap.allocate(0, 4)).isPositive();
    }
}
