package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.support.Script.MS;
import static org.rds4j.tcp.support.Script.SECOND;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.congestion.CongestionAlgorithm;
import org.rds4j.tcp.congestion.EcnMode;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.support.Script;

/** Loss and its repair with a peer that understands SACK: RFC 6675, 8985, 9937, 5682, 3522, 2883. */
class SackRecoveryTest {
    private static final int MSS = 1000;
    private static final long RTT = 100 * MS;

    private static Script established(final TcpConfiguration.Builder configuration, final boolean timestamps) {
        return established(configuration, timestamps, RTT);
    }

    private static Script established(
        final TcpConfiguration.Builder configuration, final boolean timestamps, final long rttNs) {
        final FlowConfiguration flow =
            FlowConfiguration.WIDE_AREA.withAlgorithm(CongestionAlgorithm.NEW_RENO).withPacing(false);
        final Script script = new Script(configuration.sack(true).timestamps(timestamps).flow(flow)).listen();
        final int mss = timestamps ? MSS + 12 : MSS;
        script.inject("S seq=0 win=65535 mss=" + mss + " sackOK" + (timestamps ? " ts=1000/0" : ""));
        script.emitted();
        script.after(rttNs);
        script.inject("A seq=1 ack=1 win=65535" + (timestamps ? " ts=1100/0" : ""));
        script.expect();
        script.events.clear();
        return script;
    }

    private static Script established() {
        return established(Script.plain(), false);
    }

    /** Segments are counted from 0. */
    private static String data(final int segment) {
        return "A seq=" + (1 + segment * MSS) + " ack=1 win=65535 len=" + MSS;
    }

    private static String last(final int segment) {
        return "P" + data(segment);
    }

    /** Acknowledges segments below the first number and sacks [from, to) for each further pair. */
    private static String ack(final int below, final int... blocks) {
        final StringBuilder text = new StringBuilder("A seq=1 ack=").append(1 + below * MSS).append(" win=65535");
        for (int i = 0; i < blocks.length; i += 2) {
            text.append(i == 0 ? " sack=" : ",").append(1 + blocks[i] * MSS).append('-').append(1 + blocks[i + 1] * MSS);
        }
        return text.toString();
    }

    @Test
    void shouldSendOneNewSegmentForEachOfTheFirstTwoDuplicatesAndRepairOnTheThird() {
        final Script script = established();
        script.send(30 * MSS);
        assertEquals(10, script.emitted().size());
        script.after(RTT);
        script.inject(ack(0, 1, 2));
        script.expect(data(10));
        script.inject(ack(0, 1, 3));
        script.expect(data(11));
        script.inject(ack(0, 1, 4));
        script.expect(data(0));
        assertEquals(1, script.count(TcpCounter.FAST_RETRANSMITS));
        assertEquals(5 * MSS, script.connection.slowStartThreshold(), "limited transmit does not count (RFC 5681 section 3.2)");
    }

    @Test
    void shouldRepairABurstOfLossesWithoutATimeout() {
        final Script script = established();
        script.send(10 * MSS);
        script.emitted();
        script.after(RTT);
        for (int i = 7; i <= 10; i++) {
            script.inject(ack(1, 6, i));
        }
        script.expect(data(1), data(2));
        script.after(RTT);
        script.inject(ack(2, 6, 10));
        script.inject(ack(3, 6, 10));
        script.expect(data(3), data(4), data(5));
        script.after(RTT);
        script.inject(ack(10));
        assertEquals(0, script.count(TcpCounter.TIMEOUTS));
        assertEquals(5, script.connection.retransmissions());
    }

    /** RFC 9937 section 7: 20 segments, of which 1 to 4 and 11 to 16 are lost. */
    @Test
    void shouldReduceTheRateInProportion() {
        final Script script = established(Script.plain().initialWindowSegments(20), false);
        script.send(60 * MSS);
        assertEquals(20, script.emitted().size());
        script.after(RTT);
        long delivered = 0;
        long out = 0;
        long threshold = 0;
        for (int i = 4; i < 20; i++) {
            if (i >= 10 && i < 16) {
                continue;
            }
            script.inject(i < 10 ? ack(0, 4, i + 1) : ack(0, 16, i + 1, 4, 10));
            if (i < 6) {
                assertEquals(List.of(data(20 + i - 4)), script.emitted(), "limited transmit");
                continue;
            }
            threshold = script.connection.slowStartThreshold();
            delivered += MSS;
            final long inFlight = script.connection.bytesInFlight();
            final long allowed = proportional(inFlight, threshold, delivered, out);
            assertEquals(inFlight + allowed, script.connection.congestionWindow());
            final int count = (int) (allowed / MSS);
            assertEquals(count, script.emitted().size(), "for segment " + i);
            out += (long) count * MSS;
        }
        assertEquals(10 * MSS, threshold);
        assertEquals(0, script.count(TcpCounter.TIMEOUTS));
        assertEquals(8 * MSS, out, "as much as was delivered");
    }

    /** RFC 9937 section 6.2 for acknowledgements of one segment that do not advance, with 20 segments in flight at first. */
    private static long proportional(final long inFlight, final long threshold, final long delivered, final long out) {
        if (out == 0) {
            return MSS;
        }
        return Math.max(0, inFlight > threshold
            ? Math.ceilDiv(delivered * threshold, 20L * MSS) - out
            : Math.min(threshold - inFlight, Math.max(delivered - out, MSS)));
    }

    @Test
    void shouldProbeTheTailAfterTwoRoundTripsAndNotCollapseTheWindow() {
        final Script script = established();
        script.send(4 * MSS);
        script.emitted();
        script.after(RTT);
        script.inject(ack(2));
        final long window = script.connection.congestionWindow();
        script.after(2 * RTT + 2 * MS - 1);
        script.expect();
        script.after(1);
        script.expect(last(3));
        assertEquals(1, script.count(TcpCounter.TAIL_PROBES));
        script.after(RTT);
        script.inject(ack(2, 3, 4));
        script.expect(data(2));
        script.after(RTT);
        script.inject(ack(4));
        assertEquals(0, script.count(TcpCounter.TIMEOUTS));
        assertTrue(script.connection.congestionWindow() < window, "a loss was repaired");
    }

    @Test
    void shouldProbeWithNewDataWhenThereIsAny() {
        final Script script = established();
        script.send(12 * MSS);
        assertEquals(10, script.emitted().size());
        script.after(2 * RTT + 2 * MS);
        script.expect(data(10));
        script.after(RTT);
        script.inject(ack(11));
        script.expect(last(11));
        assertEquals(0, script.connection.retransmissions());
    }

    @Test
    void shouldWaitForADelayedAcknowledgementOfASingleSegmentButNotLongerThanTheTimer() {
        final Script script = established(Script.plain().peerAckDelayNs(50 * MS), false);
        script.send(MSS);
        script.emitted();
        script.after(250 * MS - 1);
        script.expect();
        script.after(1);
        script.expect(last(0));
        final Script slow = established();
        slow.send(MSS);
        slow.emitted();
        slow.after(300 * MS - 1);
        slow.expect();
        slow.after(1);
        slow.expect(last(0));
        assertEquals(1, slow.count(TcpCounter.TAIL_PROBES), "RTO is SRTT + 4 RTTVAR = 300 ms");
        assertEquals(0, slow.count(TcpCounter.TIMEOUTS));
    }

    @Test
    void shouldProbeOncePerFlightAndThenLeaveItToTheTimer() {
        final Script script = established();
        script.send(2 * MSS);
        script.emitted();
        script.after(2 * RTT + 2 * MS);
        script.expect(last(1));
        script.after(300 * MS - 1);
        script.expect();
        script.after(1);
        script.expect(data(0));
        assertEquals(1, script.count(TcpCounter.TAIL_PROBES));
        assertEquals(1, script.count(TcpCounter.TIMEOUTS));
        assertEquals(MSS, script.connection.congestionWindow());
    }

    @Test
    void shouldReduceTheWindowWhenTheProbeHasRepairedALossAndNotWhenItWasADuplicate() {
        for (final boolean duplicate : new boolean[] {true, false}) {
            final Script script = established();
            script.send(3 * MSS);
            script.emitted();
            script.after(2 * RTT + 2 * MS);
            script.expect(last(2));
            final long window = script.connection.congestionWindow();
            script.after(RTT);
            script.inject(duplicate ? ack(3, 2, 3) : ack(3));
            script.send(2 * MSS);
            script.emitted();
            script.after(RTT);
            script.inject(ack(4));
            assertEquals(duplicate, script.connection.congestionWindow() >= window);
            assertEquals(0, script.count(TcpCounter.TIMEOUTS));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {20_000, 1_000_000, 200_000_000})
    void shouldFindALostRetransmissionWithoutATimeout(final long rttNs) {
        final Script script = established(Script.plain(), false, rttNs);
        script.send(60 * MSS);
        script.emitted();
        script.after(rttNs);
        script.inject(ack(0, 1, 4));
        script.expect(data(0));
        script.inject(ack(0, 1, 10));
        final int sent = 10 + script.emitted().size();
        assertTrue(sent > 10, "new data follows the retransmission");
        script.after(rttNs);
        script.inject(ack(0, 1, sent));
        assertEquals(data(0), script.emitted().getFirst());
        assertEquals(1, script.count(TcpCounter.LOST_RETRANSMISSIONS));
        script.after(rttNs);
        script.inject(ack(sent));
        assertEquals(script.connection.slowStartThreshold(), script.connection.congestionWindow());
        assertEquals(0, script.count(TcpCounter.TIMEOUTS));
        assertEquals(2, script.connection.retransmissions());
    }

    /** The last segments of a flight are lost, and the probe too or not. */
    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "3, 0", "6, 0", "10, 0", "1, 1", "2, 1", "6, 1"})
    void shouldRepairTheTail(final int lost, final int probesLost) {
        final Script script = established();
        script.send(10 * MSS);
        script.emitted();
        script.after(RTT);
        final BitSet received = new BitSet();
        received.set(0, 10 - lost);
        int toLose = probesLost;
        script.inject(ack(10 - lost));
        final long began = script.nowNs;
        while (received.nextClearBit(0) < 10) {
            for (final String segment : script.emitted()) {
                if (toLose-- <= 0) {
                    received.set((Integer.parseInt(segment.replaceFirst(".* seq=(\\d+) .*", "$1")) - 1) / MSS);
                }
            }
            if (script.engine.nextDeadlineNs() - script.nowNs > RTT && received.cardinality() > 10 - lost) {
                script.after(RTT);
                final int next = received.nextClearBit(0);
                final int block = received.nextSetBit(next);
                script.inject(block < 0 ? ack(next) : ack(next, block, received.nextClearBit(block)));
            } else {
                script.toDeadline();
            }
        }
        assertEquals(probesLost, script.count(TcpCounter.TIMEOUTS));
        assertEquals(1, script.count(TcpCounter.TAIL_PROBES));
        assertTrue(script.nowNs - began < (probesLost == 0 ? 850 : 2000) * MS, "took " + (script.nowNs - began) / MS);
    }

    @Test
    void shouldRescueTheEndOfTheFlightOnceInARecovery() {
        final Script script = established();
        script.send(10 * MSS);
        script.emitted();
        script.after(RTT);
        script.inject(ack(0, 1, 8)); // 0 is lost and found; 8 and 9 are lost and nothing follows them
        script.expect(data(0), last(9));
        script.after(RTT);
        script.inject(ack(8, 9, 10));
        script.expect(data(8));
        script.after(RTT);
        script.inject(ack(10));
        assertEquals(0, script.count(TcpCounter.TIMEOUTS));
        assertEquals(1, script.count(TcpCounter.FAST_RETRANSMITS));
    }

    @Test
    void shouldForgetAllSacksWhenThePeerReneges() {
        final Script script = established();
        script.send(6 * MSS);
        script.emitted();
        script.after(RTT);
        script.inject(ack(0, 1, 3));
        script.inject(ack(1, 1, 3)); // 1 was sacked and is not acknowledged: the peer has discarded it
        script.emitted();
        while (script.count(TcpCounter.TIMEOUTS) == 0) {
            script.toDeadline();
        }
        assertEquals(1, script.count(TcpCounter.SACKS_RENEGED));
        assertTrue(script.emitted().contains(data(1)));
        final List<String> segments = new ArrayList<>();
        for (int i = 2; i <= 6; i++) {
            script.after(RTT);
            script.inject(ack(i));
            segments.addAll(script.emitted());
        }
        assertEquals(List.of(data(2), data(3), data(4), last(5)), segments);
        assertEquals(0, script.connection.bytesInFlight());
    }

    @Test
    void shouldUndoATimeoutThatTheNextAcknowledgementsRefute() {
        for (final boolean timestamps : new boolean[] {false, true}) {
            final Script script = established(Script.plain().initialWindowSegments(8), timestamps);
            final String suffix = timestamps ? " ts=1100/%d" : "";
            script.send(30 * MSS);
            assertEquals(8, script.emitted().size());
            final long window = script.connection.congestionWindow();
            // the path freezes for one and a half timeouts
            script.after(202 * MS);
            assertEquals(1, script.emitted().size(), "tail loss probe with new data");
            script.after(300 * MS);
            assertEquals(1, script.emitted().size(), "the head");
            assertEquals(1, script.count(TcpCounter.TIMEOUTS));
            assertEquals(MSS, script.connection.congestionWindow());
            script.after(150 * MS);
            for (int i = 1; i <= 8; i++) {
                script.inject(ack(i) + String.format(suffix, 100));
                script.after(MS);
                script.emitted();
            }
            assertEquals(1, script.connection.retransmissions(), "nothing but the head was sent again");
            assertEquals(1, script.count(TcpCounter.SPURIOUS_TIMEOUTS));
            assertTrue(script.connection.congestionWindow() >= window);
            assertTrue(script.connection.slowStartThreshold() > 1 << 20);
            assertTrue(script.connection.retransmissionTimeoutNs() > 650 * MS, "RFC 4015: the timer has learnt");
        }
    }

    @Test
    void shouldGoOnWithTheRepairWhenNewDataIsSackedAfterATimeout() {
        final Script script = established();
        script.send(30 * MSS);
        assertEquals(10, script.emitted().size());
        script.after(202 * MS);
        script.expect(data(10));
        script.after(300 * MS);
        script.expect(data(0));
        script.after(RTT);
        script.inject(ack(1));
        script.expect(data(11), data(12));
        script.after(RTT);
        script.inject(ack(1, 11, 12));
        final List<String> segments = script.emitted();
        assertEquals(data(1), segments.getFirst());
        assertEquals(0, script.count(TcpCounter.SPURIOUS_TIMEOUTS));
        assertTrue(script.connection.congestionWindow() <= 3 * MSS);
    }

    @Test
    void shouldUndoARecoveryWhenThePeerReportsTheRetransmissionAsADuplicate() {
        final Script script = established();
        script.send(10 * MSS);
        script.emitted();
        final long window = script.connection.congestionWindow();
        script.after(RTT);
        script.inject(ack(0, 1, 4));
        script.expect(data(0));
        script.inject(ack(10)); // it was late and not lost
        assertTrue(script.connection.congestionWindow() < window);
        script.after(RTT);
        script.inject(ack(10, 0, 1));
        assertEquals(window, script.connection.congestionWindow());
        assertEquals(1, script.count(TcpCounter.SPURIOUS_RECOVERIES));
        assertEquals(1, script.count(TcpCounter.DSACKS_IN));
    }

    @Test
    void shouldUndoARecoveryWhenTheEchoedTimestampIsOlderThanTheRetransmission() {
        final Script script = established(Script.plain(), true);
        script.send(10 * MSS);
        script.emitted();
        final long window = script.connection.congestionWindow();
        script.after(RTT);
        script.inject(ack(0, 1, 4) + " ts=1200/100");
        assertEquals(1, script.emitted().size());
        script.after(2 * MS);
        script.inject(ack(10) + " ts=1202/100");
        assertEquals(window, script.connection.congestionWindow());
        assertEquals(1, script.count(TcpCounter.SPURIOUS_RECOVERIES));
    }

    @Test
    void shouldIgnoreBlocksOutsideOfWhatIsInFlight() {
        final Script script = established();
        script.send(10 * MSS);
        script.emitted();
        script.after(RTT);
        script.inject(ack(0, 11, 14));
        script.inject("A seq=1 ack=1 win=65535 sack=9001-10002");
        script.inject("A seq=1 ack=1 win=65535 sack=5001-5001");
        script.inject("A seq=1 ack=1 win=65535 sack=5001-3001");
        script.inject("A seq=1 ack=1 win=65535 sack=2000000000-2000001000");
        assertEquals(5, script.count(TcpCounter.DROP_SACK));
        assertEquals(10 * MSS, script.connection.bytesInFlight());
        assertEquals(0, script.count(TcpCounter.FAST_RETRANSMITS));
    }

    @Test
    void shouldRestartTheTimerWhenTheHeadIsSentAgain() {
        final Script script = established();
        script.send(10 * MSS);
        script.emitted();
        script.after(250 * MS - 50 * MS);
        script.inject(ack(0, 1, 4));
        script.expect(data(0));
        script.after(299 * MS);
        script.emitted();
        assertEquals(0, script.count(TcpCounter.TIMEOUTS));
        script.after(SECOND);
        script.emitted();
        assertEquals(1, script.count(TcpCounter.TIMEOUTS));
    }

    @Test
    void shouldNotTakeAProbeOrARepairOfAnotherTimeForThePresentOne() {
        final Script script = established();
        script.send(10 * MSS);
        script.emitted();
        script.after(RTT);
        script.inject(ack(0, 1, 4));
        script.expect(data(0));
        script.after(RTT);
        script.inject(ack(10));
        final long window = script.connection.congestionWindow();
        script.after(RTT);
        script.inject(ack(10, 4, 5)); // doubled by the network: it was never sent again from here
        assertEquals(window, script.connection.congestionWindow());
        assertEquals(0, script.count(TcpCounter.SPURIOUS_RECOVERIES));
    }

    @Test
    void shouldReduceTheRateInProportionForAnEchoedMarkToo() {
        final FlowConfiguration flow = FlowConfiguration.WIDE_AREA.withAlgorithm(CongestionAlgorithm.NEW_RENO)
            .withPacing(false).withEcn(EcnMode.ACTIVE);
        final Script script = new Script(Script.plain().sack(true).initialWindowSegments(20).flow(flow)).listen();
        script.inject("SEC seq=0 win=65535 mss=1000 sackOK");
        script.emitted();
        script.after(RTT);
        script.inject("A seq=1 ack=1 win=65535");
        script.send(60 * MSS);
        assertEquals(20, script.emitted().size());
        script.after(RTT);
        int out = 0;
        final List<Integer> counts = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            script.inject("AE" + ack(i).substring(1));
            counts.add(script.emitted().size());
            out += counts.getLast();
        }
        assertEquals(10 * MSS, script.connection.slowStartThreshold());
        assertEquals(10, out, counts.toString());
        assertEquals(1, Collections.max(counts), "no burst");
        final int early = counts.subList(0, 10).stream().mapToInt(i -> i).sum();
        assertTrue(early == 4 || early == 5, "one for two acknowledged: " + counts);
    }

    @Test
    void shouldUndoATimeoutWithoutSackToo() {
        final FlowConfiguration flow =
            FlowConfiguration.WIDE_AREA.withAlgorithm(CongestionAlgorithm.NEW_RENO).withPacing(false);
        final Script script = new Script(Script.plain().flow(flow)).listen();
        script.inject("S seq=0 win=65535 mss=1000");
        script.emitted();
        script.after(RTT);
        script.inject("A seq=1 ack=1 win=65535");
        script.send(30 * MSS);
        assertEquals(10, script.emitted().size());
        final long window = script.connection.congestionWindow();
        script.after(300 * MS);
        script.expect(data(0));
        script.after(150 * MS);
        script.inject(ack(1));
        script.expect(data(10), data(11));
        script.inject(ack(2));
        script.emitted();
        assertEquals(1, script.count(TcpCounter.SPURIOUS_TIMEOUTS));
        assertTrue(script.connection.congestionWindow() >= window);
        assertEquals(1, script.connection.retransmissions());
    }

    @Test
    void shouldGoOnWithTheRepairOfATimeoutWithoutSackUponADuplicate() {
        final Script script = new Script(Script.plain()
            .flow(FlowConfiguration.WIDE_AREA.withAlgorithm(CongestionAlgorithm.NEW_RENO).withPacing(false))).listen();
        script.inject("S seq=0 win=65535 mss=1000");
        script.emitted();
        script.after(RTT);
        script.inject("A seq=1 ack=1 win=65535");
        script.send(30 * MSS);
        script.emitted();
        script.after(300 * MS);
        script.expect(data(0));
        script.after(RTT);
        script.inject(ack(1));
        script.expect(data(10), data(11));
        script.after(RTT);
        script.inject(ack(1));
        assertEquals(data(1), script.emitted().getFirst());
        assertEquals(0, script.count(TcpCounter.SPURIOUS_TIMEOUTS));
    }

    @Test
    void shouldWaitAtATimeoutForWhatLeftAMomentAgo() {
        final Script script = established();
        script.send(2 * MSS);
        script.emitted();
        script.after(2 * RTT + 2 * MS);
        script.expect(last(1));
        script.after(250 * MS);
        script.send(2 * MSS);
        script.expect(data(2), last(3));
        script.after(50 * MS);
        script.expect(data(0));
        assertEquals(1, script.count(TcpCounter.TIMEOUTS));
        assertEquals(3 * MSS, script.connection.bytesInFlight(), "the head, and what had no round trip yet");
        script.after(50 * MS);
        script.inject(ack(0, 2, 4));
        script.expect();
        script.after(50 * MS);
        script.inject(ack(1, 2, 4));
        script.expect(data(1));
        script.after(RTT);
        script.inject(ack(4));
        assertEquals(4, script.connection.retransmissions() + 1, "probe, head and the second; nothing of the new data");
    }
}
