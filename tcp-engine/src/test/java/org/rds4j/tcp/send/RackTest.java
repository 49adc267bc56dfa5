package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The clauses of RFC 8985 section 6.2 one by one. */
class RackTest {
    private static final long RTT = 1000;
    private final Rack rack = new Rack();
    private final Acknowledgement ack = new Acknowledgement();

    @BeforeEach
    void deliverTheFirst() {
        ack.start(0, false, false, RTT);
        rack.onDelivered(0, 0, 10, false, RTT, ack);
    }

    private long window(final boolean recovering, final int sacked) {
        return rack.window(recovering, sacked, RTT, 10 * RTT);
    }

    @Test
    void shouldTakeWhatLeftEarlierForOvertaken() {
        ack.start(0, false, false, 1200);
        rack.onDelivered(200, 50 - 10, 50, false, RTT, ack);
        assertTrue(rack.isOvertaken(199, 60));
        assertTrue(rack.isOvertaken(200, 49), "the lower of two that left at once");
        assertFalse(rack.isOvertaken(200, 51));
        assertFalse(rack.isOvertaken(201, 40));
        ack.start(0, false, false, 1300);
        rack.onDelivered(150, 40 - 10, 40, false, RTT, ack);
        assertTrue(rack.isOvertaken(199, 60), "an earlier one takes nothing back");
        assertEquals(1150, rack.rttNs());
    }

    @Test
    void shouldIgnoreARetransmissionWhoseAcknowledgementCameTooSoon() {
        ack.start(0, false, false, 2000);
        rack.onDelivered(1500, 10, 20, true, RTT, ack);
        assertFalse(rack.isOvertaken(1499, 15), "500 is less than the shortest round trip");
        rack.onDelivered(900, 10, 20, true, RTT, ack);
        assertTrue(rack.isOvertaken(899, 15));
        assertEquals(1100, rack.rttNs());
    }

    @Test
    void shouldIgnoreARetransmissionThatTheEchoedTimestampPrecedes() {
        ack.start(0, false, false, 5000);
        ack.echo(2000, 3000);
        rack.onDelivered(3000, 10, 20, true, RTT, ack);
        assertFalse(rack.isOvertaken(2999, 15));
        rack.onDelivered(2999, 10, 20, true, RTT, ack);
        assertTrue(rack.isOvertaken(2998, 15));
    }

    @Test
    void shouldWaitAQuarterOfARoundTripUnlessNothingWasReorderedYet() {
        assertEquals(250, window(false, 2));
        assertEquals(0, window(false, 3));
        assertEquals(0, window(true, 0));
        ack.start(0, false, false, 1200);
        rack.onDelivered(0, 20, 30, false, RTT, ack);
        rack.onDelivered(0, 10, 20, true, RTT, ack);
        assertEquals(0, window(true, 0), "a retransmission that fills a gap is no reordering");
        rack.onDelivered(0, 10, 20, false, RTT, ack);
        assertEquals(250, window(true, 3));
    }

    @Test
    void shouldKnowTheFarthestThatCameLateAndStopCountingAt127() {
        for (int i = 1; i <= 300; i++) {
            ack.start(0, false, false, RTT);
            rack.onAcknowledgement();
            rack.onDelivered(0, 1000L * i, 1000L * i + 10, false, RTT, ack);
            rack.onDelivered(0, 1000L * i - (i == 2 ? 90 : 20), 1000L * i - 10, false, RTT, ack);
        }
        assertEquals(127, rack.reorderings());
        assertEquals(100, rack.distance(), "the second was the farthest");
    }

    @Test
    void shouldWidenTheWindowOncePerRoundTripWithDuplicatesAndForgetAfterSixteenRecoveries() {
        rack.onReordering();
        rack.onReport(100, 200);
        rack.onReport(150, 250);
        assertEquals(2, rack.multiplier());
        assertEquals(500, window(true, 3));
        rack.onReport(200, 300);
        assertEquals(3, rack.multiplier());
        for (int i = 0; i < 50; i++) {
            rack.onReport(300 + 100 * i, 400 + 100 * i);
        }
        assertEquals(10 * RTT, window(true, 3), "never more than SRTT");
        for (int i = 0; i < 15; i++) {
            rack.onRecovered();
        }
        assertEquals(53, rack.multiplier());
        rack.onRecovered();
        assertEquals(1, rack.multiplier());
    }
}
