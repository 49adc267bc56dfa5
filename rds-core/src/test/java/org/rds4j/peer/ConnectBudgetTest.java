package org.rds4j.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConnectBudgetTest {
    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void shouldAllowSoManyAtOnceAndTheNextASecondLater() {
        final ConnectBudget budget = new ConnectBudget(3);
        assertEquals(50, budget.reserve(50));
        assertEquals(60, budget.reserve(60));
        assertEquals(70, budget.reserve(70));
        assertEquals(50 + SECOND_NS, budget.reserve(80));
        assertEquals(60 + SECOND_NS, budget.reserve(80));
        assertEquals(9 * SECOND_NS, budget.reserve(9 * SECOND_NS));
    }

    @Test
    void shouldNeverExceedTheBudgetInAnySecondAndServeInOrder() {
        final SplittableRandom random = new SplittableRandom(4);
        final ConnectBudget budget = new ConnectBudget(100);
        final long[] moments = new long[10_000];
        long nowNs = 0;
        for (int i = 0; i < moments.length; i++) {
            nowNs += random.nextLong(i < 5_000 ? 4_000_000L : 100_000_000L);
            moments[i] = budget.reserve(nowNs);
            assertTrue(moments[i] >= nowNs);
            if (i > 0) {
                assertTrue(moments[i] >= moments[i - 1]);
            }
            if (i >= 100) {
                assertTrue(moments[i] - moments[i - 100] >= SECOND_NS);
            }
        }
        assertEquals(nowNs, moments[moments.length - 1], "what is not used up is not owed");
    }
}
