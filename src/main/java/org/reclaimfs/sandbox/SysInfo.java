package org.reclaimfs.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.reclaimfs.abi.ErrnoException;

/** struct sysinfo (linux/sysinfo.h, 64 bit) from the files that show the same figures (kernel/sys.c do_sysinfo). */
final class SysInfo {
    static final int BYTES = 112;
    private static final int SI_LOAD_SHIFT = 16;

    /** The text of one of the machine's files. */
    interface Reader {
        String read(String path) throws ErrnoException;
    }

    private SysInfo() {}

    static byte[] of(Reader machine) throws ErrnoException {
        ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Map<String, Long> memInfo = memInfo(machine.read("/proc/meminfo"));
        out.putLong(
                (long) Math.ceil(Double.parseDouble(machine.read("/proc/uptime").split("\\s+")[0])));
        // "0.00 0.01 0.05 1/234 5678"
        String[] load = machine.read("/proc/loadavg").split("\\s+");
        for (int i = 0; i < 3; i++) {
            out.putLong(Math.round(Double.parseDouble(load[i]) * (1 << SI_LOAD_SHIFT)));
        }
        for (String key : new String[] {"MemTotal", "MemFree", "Shmem", "Buffers", "SwapTotal", "SwapFree"}) {
            out.putLong(memInfo.getOrDefault(key, 0L) * 1024);
        }
        out.putShort((short) Integer.parseInt(load[3].substring(load[3].indexOf('/') + 1)));
        out.putInt(out.capacity() - 8, 1); // mem_unit, after totalhigh and freehigh, which stay 0
        return out.array();
    }

    /** Values in kB by key. */
    private static Map<String, Long> memInfo(String text) {
        Map<String, Long> values = new HashMap<>();
        for (String line : text.split("\n")) {
            String[] words = line.split(":?\\s+");
            values.put(words[0], Long.parseLong(words[1]));
        }
        return values;
    }
}
