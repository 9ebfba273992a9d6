package org.reclaimfs.procfs;

import java.nio.charset.StandardCharsets;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.swap.SwapDevice;

/** /proc/swaps (mm/swapfile.c swap_show, fs/seq_file.c mangle_path, 7.2). */
final class SwapsFile {
    private static final String ESCAPED = " \t\n\\";
    private static final int PATH_COLUMNS = 40;
    private static final long WIDE_KIB = 10_000_000;

    private SwapsFile() {}

    static void show(Machine machine, SeqFile out, OpenFile file) {
        out.text("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
        for (SwapDevice device : machine.swap().active()) {
            escape(device.path, out);
            out.padToColumn(PATH_COLUMNS - 1).space().text(device.partition ? "partition" : "file\t");
            column(Units.pagesToKiB(device.usablePages()), out);
            column(Units.pagesToKiB(device.usedPages()), out);
            out.ch('\t').num(device.priority).newline();
        }
    }

    private static void column(long kib, SeqFile out) {
        out.ch('\t').unsigned(kib);
        if (kib < WIDE_KIB) {
            out.ch('\t');
        }
    }

    private static void escape(String path, SeqFile out) {
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0 && ESCAPED.indexOf(b) >= 0) {
                out.ch('\\').text(Integer.toOctalString(01000 | b).substring(1));
            } else {
                out.ch((char) b);
            }
        }
    }
}
