package org.rds4j.tcp.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Answers to strangers: bounded for each and for all, by budgets that nobody can learn (CVE-2016-5696). */
class DestinationLimitTest {
    private static final long SECOND = 1_000_000_000L;

    private static int taken(final DestinationLimit limit, final long low, final long nowNs) {
        int taken = 0;
        while (limit.tryTake(0, low, nowNs)) {
            taken++;
        }
        return taken;
    }

    @Test
    void shouldDrawTheBudgetOfADestinationAnewEachSecond() {
        final DestinationLimit limit = new DestinationLimit(1_000_000, 100, new Random(1));
        final Set<Integer> budgets = new TreeSet<>();
        for (int second = 0; second < 1000; second++) {
            final int budget = taken(limit, 7, second * SECOND);
            assertTrue(budget >= 50 && budget <= 100, "budget " + budget);
            assertEquals(0, taken(limit, 7, second * SECOND + SECOND - 1), "none left in the same second");
            budgets.add(budget);
        }
        assertTrue(budgets.size() > 45, "budgets seen: " + budgets.size());
    }

    @Test
    void shouldNotLetOneDestinationTakeFromAnother() {
        final DestinationLimit limit = new DestinationLimit(100_000, 10, new Random(2));
        taken(limit, 1, 0);
        int untouched = 0;
        for (int other = 2; other < 102; other++) {
            untouched += taken(limit, other, 0) >= 5 ? 1 : 0;
        }
        assertTrue(untouched >= 90, "but for those that share a slot: " + untouched);
    }

    @Test
    void shouldBoundAllTogether() {
        final DestinationLimit limit = new DestinationLimit(1000, 10, new Random(3));
        for (int second = 0; second < 20; second++) {
            int all = 0;
            for (int destination = 0; destination < 100_000; destination++) {
                all += limit.tryTake(destination, destination * 31L, second * SECOND) ? 1 : 0;
            }
            assertTrue(all >= 500 && all <= 1000, "answers in a second: " + all);
        }
    }

    @Test
    void shouldServeALimitOfOne() {
        final DestinationLimit limit = new DestinationLimit(1, 1, new Random(4));
        for (int second = 0; second < 10; second++) {
            assertEquals(1, taken(limit, 1, second * SECOND));
        }
    }
}
