package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.NewReno;

/** The four rules of NextSeg (RFC 6675 section 4) with all the window they may want. */
class NextSegmentTest {
    private static final int MSS = 1000;
    private static final long MS = 1_000_000;
    private final NewReno reno = new NewReno();
    private final RttEstimator rtt = new RttEstimator(new RttLimits(1000 * MS, MS, 100_000 * MS, false));
    private final SendRecords records = new SendRecords(new RecordPool(1 << 16));
    private final SackRecovery recovery = new SackRecovery(records, reno, rtt, TcpCounters.inMemory(), 0, 0, false);
    private final Acknowledgement ack = new Acknowledgement();

    private void send(final int from, final int to, final long nowNs) {
        for (int i = from; i <= to; i++) {
            recovery.onSent((i + 1L) * MSS, nowNs);
        }
    }

    private void sack(final int below, final int from, final int to, final long nowNs) {
        ack.start((long) below * MSS, false, false, nowNs);
        ack.block((long) from * MSS, (to + 1L) * MSS);
        recovery.onAcknowledgement(ack);
        reno.window(100 * MSS);
    }

    private List<Long> planned(final long nowNs) {
        final List<Long> all = new ArrayList<>();
        while (recovery.planRepair() || recovery.planSpare()) {
            all.add(recovery.plannedStart() / MSS);
            recovery.onSentAgain(recovery.plannedStart(), recovery.plannedEnd(), nowNs);
        }
        return all;
    }

    @Test
    void shouldTakeLostSegmentsThenThoseBelowASackedOneThenTheLastOnce() {
        reno.onConnected(MSS, 20 * MSS);
        rtt.onSample(100 * MS, 0);
        send(0, 3, 0);
        sack(0, 2, 2, 100 * MS);
        sack(0, 1, 2, 100 * MS); // the path reorders, so the window is not 0
        sack(4, 4, 3, 100 * MS);
        send(4, 6, 200 * MS);
        send(7, 11, 230 * MS);
        sack(4, 9, 9, 330 * MS);
        assertTrue(recovery.isRecovering());
        assertEquals(
            List.of(4L, 5L, 6L, 7L, 8L, 11L), planned(330 * MS), "rule 1, rule 3 for 7 and 8, rule 4 for the last; 10 is above");
        sack(4, 9, 9, 331 * MS);
        send(12, 12, 331 * MS);
        assertEquals(List.of(), planned(331 * MS), "the last once in a recovery");
    }

    @Test
    void shouldSendNothingAgainThatIsSacked() {
        reno.onConnected(MSS, 20 * MSS);
        rtt.onSample(100 * MS, 0);
        send(0, 9, 0);
        ack.start(0, false, false, 100 * MS);
        ack.block(MSS, 3 * MSS);
        ack.block(5 * MSS, 6 * MSS);
        ack.block(8 * MSS, 10 * MSS);
        recovery.onAcknowledgement(ack);
        reno.window(100 * MSS);
        assertEquals(List.of(0L, 3L, 4L, 6L, 7L), planned(100 * MS));
        assertFalse(recovery.planSpare());
    }

    /** A record of several segments is sacked by whole segments, and sent again in what is left of it. */
    @Test
    void shouldSplitARecordOfSeveralSegments() {
        reno.onConnected(MSS, 20 * MSS);
        rtt.onSample(100 * MS, 0);
        recovery.onSent(10 * MSS, 0);
        recovery.onSent(20 * MSS, 0);
        ack.start(0, false, false, 100 * MS);
        ack.block(2 * MSS + 1, 5 * MSS + 999);
        ack.block(7 * MSS, 12 * MSS);
        recovery.onAcknowledgement(ack);
        assertEquals(7 * MSS, records.sackedOctets(), "3, 4, and 7 to 11");
        reno.window(100 * MSS);
        assertTrue(recovery.planRepair());
        assertEquals(0, recovery.plannedStart());
        assertEquals(3 * MSS, recovery.plannedEnd());
        recovery.onSentAgain(0, MSS, 100 * MS);
        assertTrue(recovery.planRepair());
        assertEquals(MSS, recovery.plannedStart());
    }
}
