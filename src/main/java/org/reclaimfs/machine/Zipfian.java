package org.reclaimfs.machine;

import java.util.SplittableRandom;

/** Zipf-distributed ranks by rejection-inversion (W. Hörmann, G. Derflinger, ACM TOMACS 6(3), 1996). */
final class Zipfian {
    private Zipfian() {}

    /** A rank in 1..n with likelihood proportional to 1 / rank^s. */
    static long draw(double s, long n, SplittableRandom random) {
        double low = integral(1.5, s) - 1;
        double high = integral(n + 0.5, s);
        while (true) {
            double u = high + random.nextDouble() * (low - high);
            double x = inverse(u, s);
            long k = Math.max(1, Math.min(n, Math.round(x)));
            boolean closeEnough = k - x <= 1 - inverse(integral(1.5, s) - 1, s);
            if (closeEnough || u >= integral(k + 0.5, s) - Math.pow(k, -s)) {
                return k;
            }
        }
    }

    /** Antiderivative of x^-s. */
    private static double integral(double x, double s) {
        double log = Math.log(x);
        return s == 1 ? log : Math.expm1((1 - s) * log) / (1 - s);
    }

    private static double inverse(double y, double s) {
        return s == 1 ? Math.exp(y) : Math.exp(Math.log1p(Math.max(-1, y * (1 - s))) / (1 - s));
    }
}
