package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns have the distributions they promise; seeds are fixed, so a passing test stays one. */
final class TouchPatternTest {
    private static final int DRAWS = 200_000;
    private static final long HUGE = 100_000_000;

    /** Pearson's chi-squared over the classes, as standard deviations from what is expected of it. */
    private static double deviation(TouchPattern pattern, int pages, IntToDoubleFunction share) {
        SplittableRandom random = new SplittableRandom(42);
        int[] seen = new int[pages];
        for (int turn = 0; turn < DRAWS; turn++) {
            seen[(int) pattern.next(turn, pages, random)]++;
        }
        double chi2 = 0;
        for (int page = 0; page < pages; page++) {
            double expected = share.applyAsDouble(page) * DRAWS;
            chi2 += (seen[page] - expected) * (seen[page] - expected) / expected;
        }
        int freedom = pages - 1;
        return (chi2 - freedom) / Math.sqrt(2.0 * freedom);
    }

    @Test
    void uniform() {
        assertThat(deviation(new TouchPattern.Uniform(), 500, page -> 1 / 500.0))
                .isBetween(-4.0, 4.0);
    }

    @ParameterizedTest(name = "exponent {0}")
    @ValueSource(doubles = {0.2, 0.8, 0.99, 1, 1.0000001, 1.2, 2})
    void zipf(double exponent) {
        int pages = 100;
        double sum = 0;
        for (int rank = 1; rank <= pages; rank++) {
            sum += Math.pow(rank, -exponent);
        }
        double all = sum;
        assertThat(deviation(new TouchPattern.Zipf(exponent), pages, page -> Math.pow(page + 1, -exponent) / all))
                .isBetween(-4.0, 4.0);
    }

    @ParameterizedTest(name = "{0} of the pages get {1} of the touches")
    @CsvSource({"0.1, 0.9", "0.5, 0.5", "0.01, 0.2"})
    void hot(double fraction, double share) {
        int pages = 200;
        int hot = (int) (pages * fraction);
        assertThat(deviation(
                        new TouchPattern.Hot(fraction, share),
                        pages,
                        page -> page < hot ? share / hot : (1 - share) / (pages - hot)))
                .isBetween(-4.0, 4.0);
    }

    /** 100 M pages are 381 GiB: no table may be made of them. The share of the first 1000 is known in closed form. */
    @Test
    void hugeRegionsCostNothing() {
        SplittableRandom random = new SplittableRandom(3);
        double first = 0;
        double all = 0;
        for (int rank = 1; rank <= HUGE; rank++) {
            all += 1.0 / rank;
            first = rank == 1000 ? all : first;
        }
        int seen = 0;
        TouchPattern zipf = new TouchPattern.Zipf(1);
        for (int i = 0; i < DRAWS; i++) {
            long page = zipf.next(i, HUGE, random);
            assertThat(page).isBetween(0L, HUGE - 1);
            seen += page < 1000 ? 1 : 0;
        }
        double expected = DRAWS * first / all;
        assertThat((double) seen).isBetween(expected - 4 * Math.sqrt(expected), expected + 4 * Math.sqrt(expected));
    }

    @ParameterizedTest(name = "hot:{0}:{1} of {2} pages")
    @CsvSource({"1, 0.5, 10", "0.0001, 0.5, 10", "1, 1, 1", "0.5, 1, 1", "0.5, 1, 100000000"})
    void edgesStayInside(double fraction, double share, long pages) {
        SplittableRandom random = new SplittableRandom(1);
        TouchPattern pattern = new TouchPattern.Hot(fraction, share);
        for (int turn = 0; turn < 1000; turn++) {
            assertThat(pattern.next(turn, pages, random)).isBetween(0L, pages - 1);
        }
    }
}
