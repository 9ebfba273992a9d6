package org.reclaimfs.scenario;

import java.math.BigDecimal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of (a part of) a file with a value.
 *
 * @param key which part, or null for all of it; see {@link FileValue}
 * @param value as written
 */
record Expectation(String path, @Nullable String key, Op op, String value) {
    enum Op {
        EQ("=="),
        NE("!="),
        LT("<"),
        LE("<="),
        GT(">"),
        GE(">=");

        private final String sign;

        Op(String sign) {
            this.sign = sign;
        }

        boolean holds(int comparison) {
            return switch (this) {
                case EQ -> comparison == 0;
                case NE -> comparison != 0;
                case LT -> comparison < 0;
                case LE -> comparison <= 0;
                case GT -> comparison > 0;
                case GE -> comparison >= 0;
            };
        }
    }

    private static final String OPS = "==, !=, <, <=, > or >=";

    static Expectation parse(Words words) throws BadText {
        Word path = StepParser.path(words);
        int colon = path.text().lastIndexOf(':');
        String key = colon < 0 ? null : path.text().substring(colon + 1);
        if (key != null && key.isEmpty()) {
            throw new BadText(path.end(), "found nothing, expected a key after ':'");
        }
        Word sign = words.next(OPS);
        Op op = Arrays.stream(Op.values())
                .filter(o -> o.sign.equals(sign.text()))
                .findFirst()
                .orElseThrow(() -> BadText.found(sign, OPS));
        if (!words.more()) {
            words.next("a value");
        }
        Word value = words.rest();
        if (op != Op.EQ && op != Op.NE && number(value.text()) == null) {
            throw BadText.found(value, "a number or size, or == or != for text");
        }
        return new Expectation(colon < 0 ? path.text() : path.text().substring(0, colon), key, op, value.text());
    }

    /** What a failure says after the step. */
    String describe() {
        return path + (key == null ? "" : ":" + key) + " " + op.sign + " " + value;
    }

    /** Whether what the file says fits; numbers are compared as numbers where both are. */
    boolean holds(String seen) {
        boolean inKib = seen.endsWith(" kB");
        BigDecimal left = number(inKib ? seen.substring(0, seen.length() - 3) : seen);
        BigDecimal right = number(value);
        if (left == null || right == null) {
            return op.holds(seen.equals(value) ? 0 : 1) && (op == Op.EQ || op == Op.NE);
        }
        // A value with a unit is bytes; a plain number is in the unit the file prints.
        boolean bytes = Character.isLetter(value.charAt(value.length() - 1)) && !value.equals("max");
        return op.holds((inKib && bytes ? left.multiply(BigDecimal.valueOf(1024)) : left).compareTo(right));
    }

    /** Decimal numbers, sizes, and "max", which is above every number; null for anything else. */
    private static @Nullable BigDecimal number(String text) {
        if (text.equals("max")) {
            return new BigDecimal("1e30");
        }
        if (text.matches("[-+]?(0|[1-9]\\d*)(\\.\\d+)?|0\\.\\d+")) {
            return new BigDecimal(text);
        }
        try {
            return BigDecimal.valueOf(Quantities.size(new Word(text, 0)));
        } catch (BadText e) {
            return null;
        }
    }
}
