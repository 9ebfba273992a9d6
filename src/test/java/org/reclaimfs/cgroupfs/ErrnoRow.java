package org.reclaimfs.cgroupfs;

import java.nio.charset.StandardCharsets;

/**
 * One line of the captured errno.tsv: a system call and what a real kernel answered (golden/README.md, "errno.tsv").
 *
 * @param readback the file's content afterwards, or {@code (ERRNO)}, or {@code -}
 */
record ErrnoRow(
        String path, String state, String input, String result, int bytes, String op, String stage, String readback) {

    private static final int READBACK_CHARS = 160;

    static ErrnoRow parse(String line) {
        String[] f = line.split("\t", -1);
        String path = unescape(f[0]).substring(CgroupWorld.ROOT.length());
        return new ErrnoRow(path, f[1], unescape(f[2]), f[3], Integer.parseInt(f[4]), f[5], f[6], f[7]);
    }

    /** The operation without its offset. */
    String verb() {
        return op.split("@")[0];
    }

    /** The number behind {@code @}, or 0. */
    int at() {
        return op.contains("@") ? Integer.parseInt(op.split("@")[1]) : 0;
    }

    /** Whether the file can be put into the state that {@code readback} shows by writing just that. */
    boolean keepsAValue() {
        return !result.equals("OK")
                && !readback.matches("-|\\(.*")
                && path.matches(".*/(memory\\.(.*max|.*high|low|min)|cgroup\\.max\\..*)");
    }

    private static String unescape(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (text.startsWith("@@", i)) {
                int end = text.indexOf("@@", i + 2);
                int times = Integer.parseInt(text.substring(i + 4, end));
                out.append(String.valueOf(text.charAt(i + 2)).repeat(times));
                i = end + 1;
            } else if (c == '\\') {
                i++;
                out.append(
                        switch (text.charAt(i)) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case 's' -> ' ';
                            case '0' -> '\0';
                            default -> text.charAt(i);
                        });
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** A file's text the way errt.c prints it. */
    static String printed(String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        String shown = text.substring(0, Math.min(text.length(), READBACK_CHARS));
        String escaped = shown.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
        return length > READBACK_CHARS ? escaped + "...(" + length + " bytes)" : escaped;
    }
}
