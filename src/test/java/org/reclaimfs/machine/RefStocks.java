package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;

/** Pages charged ahead on each CPU, page by page (spec/04 section 2). */
final class RefStocks {
    private static final class Stock {
        @Nullable
        RefMemcg owner;

        int pages;
    }

    private final RefMachine machine;
    private final SplittableRandom random;
    private final List<List<Stock>> cpus = new ArrayList<>();
    long overHigh;

    RefStocks(RefMachine machine, long seed) {
        this.machine = machine;
        this.random = new SplittableRandom(seed);
    }

    private List<Stock> here() {
        while (cpus.size() <= machine.cpu) {
            List<Stock> stocks = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                stocks.add(new Stock());
            }
            cpus.add(stocks);
        }
        return cpus.get(machine.cpu);
    }

    private @Nullable Stock of(@Nullable RefMemcg memcg) {
        return here().stream().filter(stock -> stock.owner == memcg).findFirst().orElse(null);
    }

    long pages(RefMemcg memcg) {
        Stock stock = of(memcg);
        return stock == null ? 0 : stock.pages;
    }

    /** One page, from the stock if it has one. */
    void charge(RefMemcg memcg) {
        Stock stock = of(memcg);
        if (stock != null && stock.pages > 0) {
            stock.pages--;
        } else if (memcg.room() >= 64) {
            take(memcg, 64);
            giveBack(memcg, 63);
        } else if (memcg.room() >= 1) {
            take(memcg, 1);
        } else {
            memcg.overMax().event(MemCgroup.Event.MAX);
            memcg.addUsage(1);
        }
    }

    /** A single page of a charge that has reclaimed. */
    void chargeAfterReclaim(RefMemcg memcg) {
        if (pages(memcg) == 0 && memcg.room() >= 1) {
            take(memcg, 1);
            giveBack(memcg, 1);
        }
    }

    private void take(RefMemcg memcg, long pages) {
        memcg.addUsage(pages);
        for (RefMemcg m = memcg; m != null && !m.isRoot(); m = m.parent) {
            if (m.usage > m.high || m.swapUsage > m.swapHigh) {
                overHigh += pages;
                return;
            }
        }
    }

    /** Puts pages in stock; too many of them are uncharged. */
    void giveBack(RefMemcg memcg, int pages) {
        Stock stock = of(memcg);
        if (stock == null) {
            stock = of(null);
            if (stock == null) {
                stock = here().get(random.nextInt(7));
                drain(stock);
            }
            stock.owner = memcg;
        }
        stock.pages += pages;
        if (stock.pages > 64) {
            drain(stock);
        }
    }

    private static void drain(Stock stock) {
        if (stock.owner != null) {
            stock.owner.addUsage(-stock.pages);
            stock.owner = null;
            stock.pages = 0;
        }
    }

    void drainBelow(RefMemcg root) {
        for (List<Stock> stocks : cpus) {
            for (Stock stock : stocks) {
                if (stock.owner != null && stock.owner.isBelow(root)) {
                    drain(stock);
                }
            }
        }
    }

    long takeOverHigh() {
        long taken = overHigh;
        overHigh = 0;
        return taken;
    }
}
