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

    /** The mean of a thousand runs against the closed form: bounds of 50 ms doubled up to 30 s, half of each on average. */
    @Test
    void shouldTryADeadPeerAboutFortyEightTimesInTenMinutes() {
        long attempts = 0;
        for (long seed = 0; seed < 1000; seed++) {
            final ReconnectPolicy policy = new ReconnectPolicy(50_000_000L, 30_000_000_000L, new SplittableRandom(seed));
            for (long nowNs = policy.nextDelayNs(); nowNs < 600_000_000_000L; nowNs += policy.nextDelayNs()) {
                attempts++;
            }
        }
        assertEquals(48.5, attempts / 1000.0, 1.5);
    }

    @Test
    void shouldWaitAsAfterSixFailuresWhenAuthenticationFails() {
        long most = 0;
        for (long seed = 0; seed < 2000; seed++) {
            final ReconnectPolicy policy = new ReconnectPolicy(50_000_000L, 30_000_000_000L, new SplittableRandom(seed));
            policy.nextDelayNs();
            policy.onAuthenticationFailed();
            most = Math.max(most, policy.nextDelayNs());
        }
        assertTrue(most < 3_200_000_000L && most > 3_100_000_000L, "50 ms doubled six times, but " + most);
    }
}
