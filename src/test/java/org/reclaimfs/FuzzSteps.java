package org.reclaimfs;

import java.nio.charset.StandardCharsets;
import org.reclaimfs.scenario.StepParser;

/** The grammar of steps, for a fuzzer that is guided by coverage: a line is understood or refused, never a fault. */
public final class FuzzSteps {
    /** The scenario room's own way to refuse a text. */
    static final Class<? extends Exception> REFUSAL;

    static {
        try {
            REFUSAL = Class.forName("org.reclaimfs.scenario.BadText").asSubclass(Exception.class);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private FuzzSteps() {}

    /** One input; throws what ends the fuzzing. */
    public static void fuzzerTestOneInput(byte[] data) throws Exception {
        try {
            StepParser.parse(new String(data, StandardCharsets.UTF_8));
        } catch (Exception e) {
            if (!REFUSAL.isInstance(e) || String.valueOf(e.getMessage()).isBlank()) {
                throw e;
            }
        }
    }
}
