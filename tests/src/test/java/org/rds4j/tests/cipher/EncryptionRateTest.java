package org.rds4j.tests.cipher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.perf.aead.AeadScenario;
import org.rds4j.perf.report.ThreadRate;

/** One encryption thread seals and opens records of 16 KiB nearly as fast as the fastest cipher of the machine does alone. */
class EncryptionRateTest {
    /** Of a cipher: a processor that leaves less has no instructions for this. */
    private static final double RAW_GIGABITS = ThreadRate.BOUND_GIGABITS / ThreadRate.BOUND_SHARE;
    /** Others are at work on the machine; a run in which they spoilt the thread's turns says nothing. */
    private static final int ATTEMPTS = 6;
    private static final int ROUNDS = 4;
    private static final long WARM_UP_NS = 150_000_000L;
    private static final long ROUND_NS = 50_000_000L;
    /** Of the batches: few that are fast show what is possible, the fastest may be luck. */
    private static final double PERCENTILE = 10;

    @Test
    void shouldKeepUpWithTheFastestCipher() {
        String seen = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final List<ThreadRate> rates = ThreadRate.of(new AeadScenario(
                List.of(ThreadRate.BOUNDED_SIZE), (done, total, what) -> { }, WARM_UP_NS, ROUND_NS, ROUNDS).run(), PERCENTILE);
            assertEquals(List.of("seal", "open"), rates.stream().map(ThreadRate::direction).toList());
            assumeTrue(
                rates.stream().allMatch(rate -> rate.raw() > RAW_GIGABITS), () -> "no cipher here is fast enough: " + rates);
            if (rates.stream().allMatch(ThreadRate::holds)) {
                return;
            }
            seen += rates + "; ";
        }
        fail(seen);
    }
}
