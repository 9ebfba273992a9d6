package org.reclaimfs.scenario;

/** An expectation that does not hold. Unchecked, because it has no errno; {@link StepWork} is where it ends. */
final class ExpectFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String seen;

    ExpectFailure(String expected, String seen) {
        super("found " + seen, null, false, false);
        this.expected = expected;
        this.seen = seen;
    }

    String expected() {
        return expected;
    }

    String seen() {
        return seen;
    }
}
