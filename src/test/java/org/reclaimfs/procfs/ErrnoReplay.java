package org.reclaimfs.procfs;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.mm.Content;
import org.reclaimfs.zram.ZramDevice;

/**
 * Runs the captured errno rows in their order, with the rows between them that the capture left out ("?"), and compares
 * result, byte count, failing call and what the file then reads.
 */
public final class ErrnoReplay {
    private static final int READ_BYTES = 65536;
    private static final int READBACK_READ = 4096;
    private static final int READBACK_SHOWN = 160;
    private static final Pattern REPEAT = Pattern.compile("@@(.)\\*(\\d+)@@");
    private static final Pattern LIVE = Pattern.compile("/proc/(?!sys/).*");

    private final Guest guest;
    private final List<String> different = new ArrayList<>();
    private int equal;
    /** Where the next of several diskw rows in a row begins. */
    private int diskwAt;

    public ErrnoReplay(Guest guest) {
        this.guest = guest;
    }

    /** One line a row that came out differently: path, state, input, expected, actual. */
    public List<String> different() {
        return different;
    }

    public int equal() {
        return equal;
    }

    /** Runs a fixture. */
    public void run(String fixture) throws ErrnoException {
        for (String line : Guest.lines(fixture)) {
            if (!line.startsWith("#")) {
                row(line.split("\t", -1));
            }
        }
    }

    private void row(String[] row) throws ErrnoException {
        if (row[0].equals("!")) {
            setUp(row);
            return;
        }
        String actual = String.join("\t", call(row[0], row[1], unescape(row[2])));
        String expected = String.join("\t", row[4], row[5], row[6], row[7]);
        if (row[4].equals("?")) {
            return;
        }
        boolean live = LIVE.matcher(row[1]).matches();
        if (live ? masked(actual).equals(masked(expected)) : actual.equals(expected)) {
            equal++;
        } else {
            different.add(row[1] + " | " + row[3] + " | " + row[2] + " | " + expected + " | " + actual);
        }
    }

    private static String masked(String text) {
        return text.replaceAll("\\s*\\d+", "#");
    }

    private void setUp(String[] row) throws ErrnoException {
        ZramDevice zram = guest.machine.devices().zram(0);
        diskwAt = row[1].equals("diskw") ? diskwAt : 0;
        switch (row[1]) {
            case "echo" -> guest.tryWrite(row[2], row[3] + "\n");
            case "swapon" -> guest.machine.devices().swapon(row[2], -1);
            case "swapoff" -> {
                if (row.length > 2) {
                    guest.swapoff(row[2]);
                }
            }
            case "open" -> zram.open();
            case "close" -> zram.close();
            case "diskw" -> {
                int pages = Integer.parseInt(row[3]);
                zram.write(diskwAt, content(row[2]), pages, 0);
                diskwAt += pages;
            }
            default -> throw new IllegalArgumentException(row[1]);
        }
    }

    private static Content content(String pattern) {
        return switch (pattern) {
            case "same" -> Content.SAME;
            case "random" -> Content.RANDOM;
            default -> new Content(pattern, 1066, false, false);
        };
    }

    // ---- errt.c ----

    private String[] call(String op, String path, String input) {
        String stage = "open";
        try {
            switch (op) {
                case "mkdir", "rmdir", "unlink", "truncate", "creat" -> {
                    stage = op.equals("creat") ? "open" : op;
                    change(op, path);
                    return done("0", stage, "-");
                }
                case "or" -> {
                    guest.fs.release(open(path, OpenFile.O_RDONLY));
                    return done("0", stage, "-");
                }
                default -> {}
            }
            boolean reads = op.equals("r") || op.startsWith("pr@");
            OpenFile file = open(path, reads ? OpenFile.O_RDONLY : OpenFile.O_WRONLY);
            try {
                long offset = op.contains("@") ? Long.parseLong(op.substring(op.indexOf('@') + 1)) : 0;
                stage = (offset == 0 ? "" : "p") + (reads ? "read" : "write");
                if (reads) {
                    byte[] bytes = read(file, offset, READ_BYTES);
                    return done(Integer.toString(bytes.length), stage, shown(bytes));
                }
                byte[] bytes = input.getBytes(StandardCharsets.ISO_8859_1);
                int count = guest.fs.write(file, bytes, offset, Signal.NEVER);
                if (op.equals("w2")) {
                    stage = "write2";
                    count = guest.fs.write(file, bytes, 0, Signal.NEVER);
                }
                return done(Integer.toString(count), stage, readback(path));
            } finally {
                guest.fs.release(file);
            }
        } catch (ErrnoException e) {
            boolean none = List.of("mkdir", "rmdir", "unlink", "truncate", "creat", "or")
                    .contains(op);
            return new String[] {e.errno().toString(), "-1", stage, none ? "-" : readback(path)};
        }
    }

    private static String[] done(String count, String stage, String readback) {
        return new String[] {"OK", count, stage, readback};
    }

    private void change(String op, String path) throws ErrnoException {
        switch (op) {
            case "mkdir" -> guest.fs.mkdir(real(path), 0755, Caller.ROOT);
            case "rmdir" -> guest.fs.rmdir(path, Caller.ROOT);
            case "unlink" -> guest.fs.unlink(path, Caller.ROOT);
            case "truncate" -> guest.fs.truncate(path, Caller.ROOT);
            default -> guest.fs.create(real(path), Caller.ROOT);
        }
    }

    /** Links on the way to a new name are followed by the kernel before the file system is asked. */
    private String real(String path) throws ErrnoException {
        int slash = path.lastIndexOf('/');
        return guest.fs.resolve(path.substring(0, slash)) instanceof Dir dir
                ? dir.path() + path.substring(slash)
                : path;
    }

    private OpenFile open(String path, int flags) throws ErrnoException {
        return guest.fs.open(path, flags, Caller.ROOT);
    }

    private byte[] read(OpenFile file, long offset, int size) throws ErrnoException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        guest.fs.read(file, offset, size, bytes::write);
        return bytes.toByteArray();
    }

    private String readback(String path) {
        if (path.contains("hot_add")) {
            return "-";
        }
        try {
            OpenFile file = open(path, OpenFile.O_RDONLY);
            try {
                return shown(read(file, 0, READBACK_READ));
            } finally {
                guest.fs.release(file);
            }
        } catch (ErrnoException e) {
            return "(" + e.errno() + ")";
        }
    }

    private static String shown(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(bytes.length, READBACK_SHOWN); i++) {
            int c = bytes[i] & 0xff;
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                case '\\' -> text.append("\\\\");
                default -> text.append(c < ' ' ? String.format("\\x%02x", c) : Character.toString(c));
            }
        }
        return bytes.length > READBACK_SHOWN ? text + "...(" + bytes.length + " bytes)" : text.toString();
    }

    private static String unescape(String text) {
        String repeated = REPEAT.matcher(text)
                .replaceAll(m -> Matcher.quoteReplacement(m.group(1).repeat(Integer.parseInt(m.group(2)))));
        return repeated.replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\0", "\0")
                .replace("\\s", " ");
    }
}
