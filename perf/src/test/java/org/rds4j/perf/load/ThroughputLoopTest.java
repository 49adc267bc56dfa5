package org.rds4j.perf.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ThroughputLoopTest {
    private static final long MILLI = 1_000_000;

    private final ManualClock clock = new ManualClock();
    private final ThroughputLoop loop = new ThroughputLoop(clock);

    @Test
    void shouldCountDeliveriesOverTheTimeThatTheyTook() {
        final long delivered = loop.run(new Scripted(3, 1_000), 10 * MILLI);
        assertTrue(loop.elapsedNs() >= 10 * MILLI);
        assertEquals(3 * loop.elapsedNs() / 1_000, delivered);
        assertEquals(3_000_000, new Measurement.Round(delivered, loop.elapsedNs()).messagesPerSecond(), 1);
    }

    @Test
    void shouldGiveUpWhenNothingIsDelivered() {
        final Scripted silent = new Scripted(0, 1_000_000);
        final MeasurementException e = assertThrows(MeasurementException.class, () -> loop.run(silent, Long.MAX_VALUE));
        assertEquals("nothing delivered for 5 s", e.getMessage());
    }

    @Test
    void shouldWeighRoundsByTheirTimeAndTellHowFarTheyLieApart() {
        final Measurement.Throughput stream = new Measurement.Throughput(FakeSubject.DESCRIPTION, 125,
            List.of(new Measurement.Round(1_000, 1_000 * MILLI), new Measurement.Round(9_000, 3_000 * MILLI)));
        assertEquals(2_500, stream.messagesPerSecond(), 1e-9);
        assertEquals(2_500 * 1_000 / 1e9, stream.gigabitsPerSecond(), 1e-12);
        assertEquals(1, stream.spread(), 1e-9);
    }

    private final class Scripted implements ThroughputSession {
        private final int perPump;
        private final long pumpNs;

        Scripted(final int perPump, final long pumpNs) {
            this.perPump = perPump;
            this.pumpNs = pumpNs;
        }

        @Override
        public int pump() {
            clock.advance(pumpNs);
            return perPump;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
