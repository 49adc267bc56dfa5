package org.rds4j.perf.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The runs that the project keeps, over a few seeds. */
@Timeout(120)
class ScenarioTest {
    @Test
    void shouldRepeatALossyRunExactlyAndDifferWithTheSeed() {
        final Verdict verdict = passed(Scenario.LOSS.run(1));
        assertEquals(100_000, verdict.delivered());
        assertEquals(verdict, Scenario.LOSS.run(1));
        assertNotEquals(verdict.traceHash(), passed(Scenario.LOSS.run(2)).traceHash());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldKeepThePromiseInChaos(final long seed) {
        assertEquals(20_000, passed(Scenario.CHAOS.run(seed)).delivered());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldKeepThePromiseThroughAThousandResets(final long seed) {
        final Verdict verdict = passed(Scenario.RESETS.run(seed));
        assertTrue(verdict.delivered() > 10_000, "resets must hit a stream under way: " + verdict);
        assertTrue(verdict.virtualNs() < 20_000_000_000L, "recovery takes too long: " + verdict);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldKeepThePromiseBothWaysAndLeakNoConnectionWhenBothDialAgain(final long seed) {
        assertTrue(passed(Scenario.DUELS.run(seed)).delivered() > 10_000);
    }

    private static Verdict passed(final Verdict verdict) {
        assertTrue(verdict.isPassed(), verdict.toString());
        return verdict;
    }
}
