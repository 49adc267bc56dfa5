package org.rds4j.perf.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.perf.load.Measurement;

class ThreadRateTest {
    private static List<Measurement> run(final long rawNs, final long threadNs) {
        return List.of(Samples.records("slow", "raw", true, 9_000), Samples.records("fast", "raw", true, rawNs),
            Samples.records("encryption thread", "thread", true, threadNs),
            Samples.records("fast", "raw", false, 1_000), Samples.records("encryption thread", "thread", false, 1_000));
    }

    @ParameterizedTest
    @CsvSource({"1000, 1111, true", "1000, 1112, false", "4900, 5242, true", "4900, 5243, false"})
    void shouldHoldBothBoundsOrSayThatOneIsMissed(final long rawNs, final long threadNs, final boolean holds) {
        final List<ThreadRate> rates = ThreadRate.of(run(rawNs, threadNs));
        assertEquals(List.of("seal", "open"), rates.stream().map(ThreadRate::direction).toList());
        assertEquals(List.of(holds, true), rates.stream().map(ThreadRate::holds).toList());
        assertEquals(!holds, rates.getFirst().line().endsWith("MISSED."), rates.getFirst().line());
    }

    @Test
    void shouldSayFiguresAndBounds() {
        assertEquals("One encryption thread, seal of records of 16 KiB: 65.5 Gb/s (bound 25), the fastest cipher alone 131.1: "
            + "0.50 of that (bound 0.90). MISSED.", ThreadRate.of(run(1_000, 2_000)).getFirst().line());
    }

    @Test
    void shouldSayNothingWhereAMeasurementIsMissing() {
        assertTrue(ThreadRate.of(run(1_000, 1_000).subList(0, 2)).isEmpty());
        assertEquals(1, ThreadRate.of(run(1_000, 1_000).subList(0, 3)).size());
        assertTrue(ThreadRate.of(Samples.all()).isEmpty());
    }
}
