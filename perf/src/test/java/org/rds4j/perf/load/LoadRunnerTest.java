package org.rds4j.perf.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.perf.Near.assertNear;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadRunnerTest {
    private static final long MILLI = 1_000_000;
    private static final TimeBudget BUDGET = new TimeBudget(80 * MILLI, 40 * MILLI, 2);

    private final ManualClock clock = new ManualClock();
    private final List<String> journal = new ArrayList<>();
    private final List<Integer> steps = new ArrayList<>();

    @Test
    void shouldLetSubjectsTakeTurnsRoundByRoundAtEachSize() {
        run(new LoadPlan(List.of(64), List.of(), BUDGET, 0), fake("a", 1_000), fake("b", 1_000));
        assertEquals(List.of("a rtt 64", "b rtt 64", "a rtt 64", "b rtt 64", "a rtt 64", "b rtt 64"), journal);
    }

    @Test
    void shouldReportOneMeasurementForEachSubjectAndSize() {
        final List<Measurement> measurements =
            run(new LoadPlan(List.of(16, 64), List.of(1380), BUDGET, 0), fake("a", 1_000), fake("b", 2_000));
        assertEquals(6, measurements.size());
        assertNear(2_000, assertInstanceOf(Measurement.Rtt.class, measurements.get(1)).atPercentile(50), 30);
        final Measurement.Throughput stream = assertInstanceOf(Measurement.Throughput.class, measurements.get(4));
        assertEquals(2, stream.rounds().size());
        assertEquals(1e6, stream.messagesPerSecond(), 1e4);
    }

    @Test
    void shouldStayWithinItsBudget() {
        final long beginNs = clock.nanoTime();
        run(new LoadPlan(List.of(16, 64), List.of(1380), BUDGET, 0), fake("a", 1_000), fake("b", 1_000));
        final long spentNs = clock.nanoTime() - beginNs;
        assertTrue(spentNs > 75 * MILLI && spentNs < 82 * MILLI, "spent " + spentNs);
    }

    @Test
    void shouldNotSpendTheWholeBudgetOnFewCells() {
        final TimeBudget ample = new TimeBudget(400 * MILLI, 40 * MILLI, 2);
        final long beginNs = clock.nanoTime();
        run(new LoadPlan(List.of(64), List.of(), ample, 0), fake("a", 1_000));
        final long spentNs = clock.nanoTime() - beginNs;
        assertTrue(spentNs > 75 * MILLI && spentNs < 82 * MILLI, "a cell, and as much for what is not compiled: " + spentNs);
    }

    @Test
    void shouldAnnounceEveryStepUpToTheLast() {
        run(new LoadPlan(List.of(16), List.of(64), BUDGET, 0), fake("a", 1_000));
        assertEquals(List.of(0, 1, 2, 3, 4, 5), steps);
    }

    @Test
    void shouldNotRecordTheWarmUp() {
        final Measurement.Rtt rtt = assertInstanceOf(Measurement.Rtt.class,
            run(new LoadPlan(List.of(16), List.of(), BUDGET, 0), fake("a", 1_000)).getFirst());
        final long recordedNs = rtt.histogram().getTotalCount() * 1_000;
        assertNear(2 * BUDGET.measuredNs(1), recordedNs, MILLI);
    }

    @Test
    void shouldPingPongAtTheRateOfThePlan() {
        final Measurement.Rtt rtt = assertInstanceOf(Measurement.Rtt.class,
            run(new LoadPlan(List.of(16), List.of(), BUDGET, 10_000), fake("a", 1_000)).getFirst());
        assertEquals(10_000, rtt.ratePerSecond());
        assertNear(2 * BUDGET.measuredNs(1) / 100_000, rtt.histogram().getTotalCount(), 2);
    }

    @Test
    void shouldNameSubjectMetricAndSizeWhenAMeasurementFails() {
        final MeasurementException e = assertThrows(MeasurementException.class,
            () -> run(new LoadPlan(List.of(16), List.of(), BUDGET, 0), fake("slow", Long.MAX_VALUE)));
        assertEquals("slow rtt 16 B: no echo within 5 s", e.getMessage());
    }

    @Test
    void shouldRefusePlansThatCannotBeCarriedOut() {
        assertThrows(IllegalArgumentException.class, () -> new LoadPlan(List.of(), List.of(), BUDGET, 0));
        assertThrows(IllegalArgumentException.class, () -> new LoadPlan(List.of(15), List.of(), BUDGET, 0));
        assertThrows(IllegalArgumentException.class, () -> new LoadPlan(List.of(), List.of((1 << 20) + 1), BUDGET, 0));
        assertThrows(IllegalArgumentException.class, () -> new LoadPlan(List.of(16), List.of(), BUDGET, -1));
    }

    private FakeSubject fake(final String label, final long rttNs) {
        return new FakeSubject(label, clock, rttNs, journal);
    }

    private List<Measurement> run(final LoadPlan plan, final Subject... subjects) {
        return new LoadRunner(plan, List.of(subjects), (done, total, what) -> steps.add(done), clock).run();
    }
}
