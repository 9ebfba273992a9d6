package org.reclaimfs.units;

import java.nio.charset.StandardCharsets;

/** Unit files and their names, for a fuzzer that is guided by coverage: what systemd would ignore is remarked on, never a fault. */
public final class FuzzUnits {
    private FuzzUnits() {}

    /** One input, a file's text whose first line is taken for a name, too; throws what ends the fuzzing. */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        UnitName.parse(text.lines().findFirst().orElse(""));
        UnitFile.parse(text, "Service", (line, why) -> {
            if (line < 1 || why.isBlank()) {
                throw new IllegalStateException("a remark without a line or a reason: " + line + ", '" + why + "'");
            }
        });
    }
}
