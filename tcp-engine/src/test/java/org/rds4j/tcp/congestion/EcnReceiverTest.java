package org.rds4j.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The octets echoed as marked are those that were marked, however marks fall on delayed acknowledgements. */
class EcnReceiverTest {
    private static final long SEGMENT = 100;
    private static final int CE = EcnSender.CONGESTION_EXPERIENCED;
    private static final int ECT = EcnSender.CAPABLE;

    @Test
    void shouldTellEveryPatternOfMarksExactly() {
        for (int pattern = 0; pattern < 1 << 12; pattern++) {
            for (int every = 1; every <= 4; every++) {
                assertEquals(Integer.bitCount(pattern) * SEGMENT, echoed(pattern, 12, every),
                    "pattern " + Integer.toBinaryString(pattern) + ", an acknowledgement per " + every);
            }
        }
    }

    /** Octets acknowledged with ECE when one in so many segments is acknowledged, and at once when that is due. */
    private static long echoed(final int pattern, final int segments, final int every) {
        final EcnReceiver receiver = new EcnReceiver();
        receiver.start(true, true);
        long received = 0;
        long sent = 0;
        long marked = 0;
        for (int i = 0; i < segments; i++) {
            final boolean urgent = receiver.onData((pattern >> i & 1) != 0 ? CE : ECT, false, received, sent);
            received += SEGMENT;
            boolean due = urgent || (i + 1) % every == 0 || i + 1 == segments;
            while (due) {
                marked += receiver.echoes() ? receiver.acknowledges(received) - sent : 0;
                sent = receiver.acknowledges(received);
                due = receiver.onSent();
            }
        }
        assertEquals(received, sent);
        return marked;
    }

    @Test
    void shouldTellMarksApartEvenWhenManyArriveBeforeOneAcknowledgementLeaves() {
        assertEquals(3 * SEGMENT, echoed(0b100_1010_0000, 11, 100));
    }

    @Test
    void shouldRatherEchoTooMuchThanTooLittleWhenBoundariesRunOut() {
        final Random random = new Random(3);
        for (int round = 0; round < 1000; round++) {
            final EcnReceiver receiver = new EcnReceiver();
            receiver.start(true, true);
            long received = 0;
            long marked = 0;
            for (int i = 0; i < 100; i++) {
                final boolean mark = random.nextBoolean();
                receiver.onData(mark ? CE : ECT, false, received, 0);
                received += SEGMENT;
                marked += mark ? SEGMENT : 0;
            }
            long sent = 0;
            long echoed = 0;
            boolean more = true;
            while (more) {
                echoed += receiver.echoes() ? receiver.acknowledges(received) - sent : 0;
                assertTrue(receiver.acknowledges(received) >= sent);
                sent = receiver.acknowledges(received);
                more = receiver.onSent();
            }
            assertEquals(received, sent);
            assertTrue(echoed >= marked);
        }
    }

    @Test
    void shouldEchoUntilTheSenderHasReducedByTheClassicRule() {
        final EcnReceiver receiver = new EcnReceiver();
        receiver.start(true, false);
        assertFalse(receiver.onData(ECT, false, 0, 0));
        assertFalse(receiver.echoes());
        assertTrue(receiver.onData(CE, false, 0, 0), "told at once");
        assertFalse(receiver.onData(ECT, false, 0, 0));
        assertTrue(receiver.echoes(), "although the last packet was not marked");
        assertFalse(receiver.onData(CE, true, 0, 0));
        assertTrue(receiver.echoes(), "reduced, but marked again");
        receiver.onData(ECT, true, 0, 0);
        assertFalse(receiver.echoes());
    }

    @Test
    void shouldNotTakeARetransmissionForTheEndOfMarks() {
        final EcnReceiver receiver = new EcnReceiver();
        receiver.start(true, true);
        receiver.onData(CE, false, 0, 0);
        receiver.onData(EcnSender.NOT_CAPABLE, false, 100, 0);
        assertTrue(receiver.echoes());
    }

    @Test
    void shouldSayNothingWithoutEcn() {
        final EcnReceiver receiver = new EcnReceiver();
        receiver.start(false, true);
        assertFalse(receiver.onData(CE, false, 0, 0));
        assertFalse(receiver.echoes());
        assertEquals(7, receiver.acknowledges(7));
    }
}
