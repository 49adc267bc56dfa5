package org.rds4j.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReconnectPolicyTest {
    @Test
    void shouldTryAtOnceThenWithinDoublingBoundsUpToTheGreatest() {
        final long[] most = new long[15];
        for (long seed = 0; seed < 2000; seed++) {
            final ReconnectPolicy policy = new ReconnectPolicy(1_000_000, 1_000_000_000, new SplittableRandom(seed));
            assertEquals(0, policy.nextDelayNs());
            for (int i = 0; i < most.length; i++) {
                final long boundNs = Math.min(1_000_000_000L, 1_000_000L << i);
                final long delayNs = policy.nextDelayNs();
                assertTrue(delayNs >= 0 && delayNs < boundNs, "attempt " + i + ": " + delayNs);
                most[i] = Math.max(most[i], delayNs * 100 / boundNs);
            }
            policy.reset();
            assertEquals(0, policy.nextDelayNs());
        }
        for (final long percent : most) {
            assertTrue(percent >= 98, "the whole range is used");
        }
    }
}
