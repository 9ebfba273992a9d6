package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RateTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long DAY = 86_400 * SECOND;
    private static final int PAGE = 12;

    private static long exact(long spanNs, long bytesPerSecond) {
        BigInteger due = BigInteger.valueOf(spanNs)
                .multiply(BigInteger.valueOf(bytesPerSecond))
                .divide(BigInteger.valueOf(SECOND << PAGE));
        return due.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
    }

    @Test
    void isExactForAnySpanAndRate() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            long span = random.nextLong(Long.MAX_VALUE >> random.nextInt(40));
            long rate = 1 + random.nextLong(Long.MAX_VALUE >> 1 + random.nextInt(60));
            assertThat(new Rate(rate, PAGE, 0).allowed(span))
                    .as("%d ns of %d B/s", span, rate)
                    .isEqualTo(exact(span, rate));
        }
    }

    /** Whoever waits as told and does one page finds each allowed exactly when it is due, a month on as at the start. */
    @ParameterizedTest(name = "{0} bytes/s")
    @CsvSource({"1", "4096", "4097", "1000000", "1048576", "268435457", "10737418240"})
    void waitsEndWhenThePageIsDue(long bytesPerSecond) {
        long start = 12_345;
        Rate rate = new Rate(bytesPerSecond, PAGE, start);
        long month = 30 * DAY;
        rate.done(exact(month, bytesPerSecond));
        long now = start + month;
        for (int i = 0; i < 1000; i++) {
            assertThat(rate.allowed(now)).isZero();
            now += rate.waitNs(now);
            assertThat(rate.allowed(now)).as("page %d", i).isPositive();
            assertThat(rate.allowed(now - 1)).isZero();
            rate.done(rate.allowed(now));
        }
    }

    @Test
    void countsEventsToo() {
        Rate rate = new Rate(10, 0, 0);
        assertThat(rate.allowed(SECOND - 1)).isEqualTo(9);
        assertThat(rate.waitNs(0)).isEqualTo(SECOND / 10);
        assertThat(new Rate(0, 0, 0).allowed(0)).isEqualTo(Long.MAX_VALUE);
    }
}
