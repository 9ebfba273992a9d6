package org.reclaimfs.klog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ring buffer and its rate limit. */
final class KlogTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final Klog log = new Klog();

    private List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (long seq = log.firstSeq(); seq < log.nextSeq(); seq++) {
            Klog.Entry entry = log.get(seq);
            texts.add(entry == null ? "?" : entry.text());
        }
        return texts;
    }

    @Test
    void recordsAreNumberedAndLoseTheirNewline() {
        log.err(5, "one\n");
        log.info(6, "two\n lines");
        assertThat(log.get(0)).isEqualTo(new Klog.Entry(0, 5, 0, Level.ERR, "one"));
        assertThat(log.get(1)).isEqualTo(new Klog.Entry(1, 6, 0, Level.INFO, "two\n lines"));
        assertThat(log.get(2)).isNull();
        assertThat(new Klog.Entry(0, 0, Klog.USER, Level.WARNING, "").priority())
                .isEqualTo(12);
    }

    @Test
    void newRecordsDriveOutTheOldest() {
        for (int i = 0; i < Klog.RECORDS + 3; i++) {
            log.info(i, "x");
        }
        assertThat(log.firstSeq()).isEqualTo(3);
        assertThat(log.get(2)).isNull();
        String big = "y".repeat(Klog.TEXT_BYTES / 2);
        log.info(0, big);
        log.info(0, big);
        assertThat(texts()).containsExactly(big, big);
        log.info(0, "z");
        assertThat(texts()).containsExactly(big, "z");
    }

    @Test
    void onePlacePrintsTenTimesInFiveSeconds() {
        RateLimit limit = new RateLimit("f");
        int printed = 0;
        for (int i = 0; i < 15; i++) {
            printed += limit.allows(log, i) ? 1 : 0;
        }
        assertThat(printed).isEqualTo(10);
        assertThat(limit.allows(log, 5 * SECOND_NS)).isFalse();
        limit.miss(100);
        assertThat(limit.allows(log, 5 * SECOND_NS + 1)).isTrue();
        assertThat(texts()).containsExactly("f: 106 callbacks suppressed");
        assertThat(limit.allows(log, 20 * SECOND_NS)).isTrue();
        assertThat(texts()).hasSize(1);
    }
}
