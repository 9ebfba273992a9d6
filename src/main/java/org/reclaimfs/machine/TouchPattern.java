package org.reclaimfs.machine;

import java.util.SplittableRandom;

/** Which page of a region is touched next. */
public sealed interface TouchPattern {
    /** One after the other, from the first, around. */
    record Sequential() implements TouchPattern {}

    /** Each page as likely as any. */
    record Uniform() implements TouchPattern {}

    /** Page k (from 1) with a likelihood of 1 / k^exponent; exponent &gt; 0. */
    record Zipf(double exponent) implements TouchPattern {}

    /** The first {@code fraction} of the pages get {@code share} of the touches. */
    record Hot(double fraction, double share) implements TouchPattern {}

    /** Draws the next page of {@code pages}; sequential patterns give {@code turn} around. */
    default long next(long turn, long pages, SplittableRandom random) {
        if (this instanceof Zipf zipf) {
            return Zipfian.draw(zipf.exponent, pages, random) - 1;
        }
        if (this instanceof Hot hot) {
            long hotPages = Math.max(1, Math.min(pages, (long) (pages * hot.fraction)));
            boolean inHot = hotPages == pages || random.nextDouble() < hot.share;
            return inHot ? random.nextLong(hotPages) : hotPages + random.nextLong(pages - hotPages);
        }
        return this instanceof Uniform ? random.nextLong(pages) : turn % pages;
    }
}
