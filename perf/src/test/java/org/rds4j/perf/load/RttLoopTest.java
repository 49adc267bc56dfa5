package org.rds4j.perf.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.perf.Near.assertNear;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RttLoopTest {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;

    private final ManualClock clock = new ManualClock();
    private final RttLoop loop = new RttLoop(clock);
    private final Histogram histogram = new Histogram(60_000_000_000L, 3);

    @Test
    void shouldRecordEveryRoundTripOfTheClosedLoop() {
        final ScriptedRtt session = new ScriptedRtt(clock, n -> 10 * MICRO);
        loop.closed(session, MILLI, histogram);
        assertEquals(100, session.sent);
        assertEquals(100, histogram.getTotalCount());
        assertNear(10 * MICRO, histogram.getValueAtPercentile(50), 10);
        assertNear(10 * MICRO, histogram.getMaxValue(), 10);
    }

    @Test
    void shouldCountAStallOnceInTheClosedLoop() {
        loop.closed(new ScriptedRtt(clock, n -> n == 10 ? 5 * MILLI : 10 * MICRO), 10 * MILLI, histogram);
        assertEquals(1, histogram.getCountBetweenValues(MILLI, 10 * MILLI));
    }

    @Test
    void shouldCountAStallForEveryMessageThatItHeldUpAtAFixedRate() {
        final ScriptedRtt session = new ScriptedRtt(clock, n -> n == 10 ? 5 * MILLI : 10 * MICRO);
        loop.fixedRate(session, 20 * MILLI, 100 * MICRO, histogram);
        assertEquals(200, histogram.getTotalCount());
        final long heldUp = histogram.getCountBetweenValues(MILLI, 10 * MILLI);
        assertTrue(heldUp > 40 && heldUp < 50, "messages held up longer than 1 ms by a stall of 5 ms: " + heldUp);
    }

    @Test
    void shouldKeepTheFixedRateAndNotExceedIt() {
        final ScriptedRtt session = new ScriptedRtt(clock, n -> 10 * MICRO);
        final long beginNs = clock.nanoTime();
        loop.fixedRate(session, 10 * MILLI, 100 * MICRO, histogram);
        assertEquals(100, session.sent);
        assertTrue(clock.nanoTime() - beginNs >= 99 * 100 * MICRO);
        assertNear(10 * MICRO, histogram.getMaxValue(), 25);
    }

    @Test
    void shouldCountMessagesThatWereDueButNeverSentWhenTheSystemIsTooSlowForTheRate() {
        final ScriptedRtt session = new ScriptedRtt(clock, n -> MILLI);
        loop.fixedRate(session, 10 * MILLI, 100 * MICRO, histogram);
        assertEquals(100, histogram.getTotalCount());
        assertTrue(session.sent < 15, "sent " + session.sent);
        assertTrue(histogram.getMaxValue() > 8 * MILLI);
    }

    @Test
    void shouldGiveUpWhenAnEchoDoesNotCome() {
        final ScriptedRtt session = new ScriptedRtt(clock, n -> n == 3 ? Long.MAX_VALUE : MICRO);
        final MeasurementException e =
            assertThrows(MeasurementException.class, () -> loop.closed(session, Long.MAX_VALUE, histogram));
        assertEquals("no echo within 5 s", e.getMessage());
    }

    @Test
    void shouldSendAgainWhenTheSubjectCouldNotTakeTheMessageAtOnce() {
        final ScriptedRtt inner = new ScriptedRtt(clock, n -> MICRO);
        final RttSession reluctant = new RttSession() {
            private int asked;

            @Override
            public boolean trySend() {
                return ++asked % 3 == 0 && inner.trySend();
            }

            @Override
            public boolean poll() {
                return inner.poll();
            }

            @Override
            public void close() {
                inner.close();
            }
        };
        loop.closed(reluctant, 100 * MICRO, histogram);
        assertEquals(inner.sent, histogram.getTotalCount());
        assertTrue(histogram.getMinValue() > MICRO, "the time spent on asking belongs to the round trip");
    }
}
