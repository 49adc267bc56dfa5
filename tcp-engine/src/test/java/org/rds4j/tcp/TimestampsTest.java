package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.rds4j.tcp.support.Script.MS;
import static org.rds4j.tcp.support.Script.SECOND;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.sequence.InitialNumbers;
import org.rds4j.tcp.support.Script;
import org.rds4j.tcp.table.FourTuple;

/** Timestamps, round-trip measurement and PAWS: RFC 7323 sections 3 to 5; initial numbers: RFC 6528. */
class TimestampsTest {
    private static Script established() {
        final Script script = new Script(Script.plain().timestamps(true)).listen();
        script.inject("S seq=0 win=10000 mss=1460 ts=1000/0");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460 ts=0/1000");
        script.inject("A seq=1 ack=1 win=10000 ts=1001/0");
        script.expect();
        script.events.clear();
        return script;
    }

    @Test
    void shouldEchoTheEarliestSegmentThatADelayedAcknowledgementCovers() {
        final Script script = established();
        script.inject("A seq=1 ack=1 win=10000 len=100 ts=1010/0");
        script.inject("A seq=101 ack=1 win=10000 len=99 ts=1020/0");
        script.after(40 * MS);
        script.expect("A seq=1 ack=200 win=65336 ts=40/1010");
    }

    @Test
    void shouldEchoTheLastInOrderSegmentWhileThereIsAGap() {
        final Script script = established();
        script.inject("A seq=1 ack=1 win=10000 len=100 ts=1010/0");
        script.after(40 * MS);
        script.expect("A seq=1 ack=101 win=65435 ts=40/1010");
        script.inject("A seq=201 ack=1 win=10000 len=100 ts=1030/0");
        script.expect("A seq=1 ack=101 win=65435 ts=40/1010");
        script.inject("A seq=101 ack=1 win=10000 len=100 ts=1040/0");
        script.expect("A seq=1 ack=301 win=65235 ts=40/1040");
    }

    @Test
    void shouldDropASegmentFromAnEarlierLap() {
        final Script script = established();
        script.inject("A seq=1 ack=1 win=10000 len=100 ts=1010/0");
        script.after(40 * MS);
        script.emitted();
        script.inject("A seq=101 ack=1 win=10000 len=100 ts=999/0");
        script.expect("A seq=1 ack=101 win=65435 ts=40/1010");
        assertEquals(100, script.connection.receivedPosition());
        assertEquals(1, script.count(TcpCounter.DROP_PAWS));
    }

    @Test
    void shouldForgetATimestampAfterTwentyFourDays() {
        final Script script = established();
        script.after(25L * 24 * 3600 * SECOND);
        script.inject("A seq=1 ack=1 win=10000 len=100 ts=5/0");
        assertEquals(100, script.connection.receivedPosition());
    }

    @Test
    void shouldExemptResetsFromTimestamps() {
        final Script script = established();
        script.inject("R seq=1");
        script.expectEvents("closed RESET");
    }

    @Test
    void shouldDropASegmentWithoutTimestamp() {
        final Script script = established();
        script.inject("A seq=1 ack=1 win=10000 len=100");
        script.expect();
        assertEquals(0, script.connection.receivedPosition());
        assertEquals(1, script.count(TcpCounter.DROP_NO_TIMESTAMP));
    }

    @Test
    void shouldMeasureARetransmittedSegmentByItsEcho() {
        final Script script = established();
        final long before = script.connection.smoothedRttNs();
        script.send(10);
        script.expect("PA seq=1 ack=1 win=65535 len=10 ts=0/1001");
        script.after(300 * MS);
        script.expect("PA seq=1 ack=1 win=65535 len=10 ts=300/1001");
        script.after(8 * MS);
        script.inject("A seq=1 ack=11 win=10000 ts=1300/300");
        assertEquals(before + (8 * MS - before) / 8, script.connection.smoothedRttNs());
    }

    @Test
    void shouldMeasureARetransmittedSegmentByItsDepartureAndNotByTheTicksOfItsEcho() {
        final Script script = new Script(Script.plain().timestamps(true)).listen();
        final long beginNs = script.nowNs;
        script.inject("S seq=0 win=10000 mss=1460 ts=1000/0");
        script.emitted();
        script.after(50_000);
        script.inject("A seq=1 ack=1 win=10000 ts=1001/0");
        shorten(script);
        final long before = script.connection.smoothedRttNs();
        script.send(10);
        script.emitted();
        while (script.count(TcpCounter.TIMEOUTS) == 0) {
            script.toDeadline();
        }
        script.emitted();
        final long tick = (script.nowNs - beginNs) / MS;
        script.after(80_000);
        script.inject("A seq=1 ack=1611 win=10000 ts=1300/" + tick);
        assertEquals(before + (80_000 - before) / 8, script.connection.smoothedRttNs());
    }

    @Test
    void shouldNotMeasureWhatMayAnswerEitherTransmission() {
        final Script script = new Script(Script.plain().timestamps(true).sack(true)).listen();
        script.inject("S seq=0 win=20000 mss=1012 sackOK ts=1000/0");
        script.emitted();
        script.inject("A seq=1 ack=1 win=20000 ts=1001/0");
        for (int i = 0; i < 16; i++) {
            script.send(100);
            script.emitted();
            script.after(50_000);
            script.inject("A seq=1 ack=" + (101 + 100 * i) + " win=20000 ts=1001/" + i * 50_000L / MS);
        }
        script.after(200_000); // a tick begins
        final long before = script.connection.smoothedRttNs();
        script.send(4000);
        assertEquals(4, script.emitted().size());
        script.after(50_000);
        script.inject("A seq=1 ack=1601 win=20000 ts=1001/0 sack=2601-5601");
        assertEquals(1, script.emitted().size());
        script.after(50_000);
        script.inject("A seq=1 ack=5601 win=20000 ts=1001/1");
        assertEquals(before, script.connection.smoothedRttNs(), "both transmissions carried that tick");
    }

    @Test
    void shouldNotTakeALostAcknowledgementForASlowPath() {
        final Script script = new Script(Script.plain().timestamps(true).sack(true).peerAckDelayNs(0).probeSlackNs(0)).listen();
        script.inject("S seq=0 win=10000 mss=1012 sackOK ts=1000/0");
        script.emitted();
        script.inject("A seq=1 ack=1 win=10000 ts=1001/0");
        shorten(script);
        final long before = script.connection.smoothedRttNs();
        script.send(10);
        script.emitted();
        while (script.count(TcpCounter.TIMEOUTS) == 0) {
            script.toDeadline();
            script.emitted();
        }
        script.after(50_000);
        script.inject("A seq=1 ack=1611 win=10000 ts=1001/0 sack=1601-1611");
        assertEquals(1, script.count(TcpCounter.SPURIOUS_TIMEOUTS), "nothing of it was lost");
        assertEquals(before, script.connection.smoothedRttNs(), "but nothing was late either");
        assertEquals(200 * MS, script.connection.retransmissionTimeoutNs());
    }

    /** Round trips of 50 us until that is what the connection expects; 1600 octets. */
    private static void shorten(final Script script) {
        for (int i = 0; i < 16; i++) {
            script.send(100);
            script.emitted();
            script.after(50_000);
            script.inject("A seq=1 ack=" + (101 + 100 * i) + " win=10000 ts=1001/0");
        }
    }

    @Test
    void shouldCarryTimestampsOnTheResetOfAConnection() {
        final Script script = established();
        script.connection.abort();
        script.expect("RA seq=1 ack=1 win=0 ts=0/1001");
    }

    @Test
    void shouldTakeOverATimeWaitByANewerTimestamp() {
        final Script script = established();
        script.connection.closeSend();
        script.emitted();
        script.inject("FA seq=1 ack=2 win=10000 ts=1002/0");
        script.expect("A seq=2 ack=2 win=65534 ts=0/1002");
        script.inject("S seq=5000 ts=1002/0");
        script.expect("A seq=2 ack=2 win=65534 ts=0/1002");
        script.inject("S seq=-5000 ts=1003/0");
        assertEquals(1, script.emitted().size());
        assertEquals(0, script.engine.timeWaitRecords());
    }

    @Test
    void shouldDeriveInitialNumbersFromTupleSecretAndTime() {
        final FourTuple tuple = new FourTuple();
        tuple.tuple(0, 1, 0, 2, 3, 4);
        final FourTuple other = new FourTuple();
        other.tuple(0, 1, 0, 2, 4, 3);
        final InitialNumbers numbers = new InitialNumbers(new Random(1));
        final InitialNumbers stranger = new InitialNumbers(new Random(2));
        assertEquals(numbers.sequence(tuple, 0) + 250, numbers.sequence(tuple, MS), "250 steps of 4 us");
        assertNotEquals(numbers.sequence(tuple, 0), numbers.sequence(other, 0));
        assertNotEquals(numbers.sequence(tuple, 0), stranger.sequence(tuple, 0));
        assertEquals(numbers.timestampOffset(tuple), numbers.timestampOffset(tuple));
        assertNotEquals(numbers.timestampOffset(tuple), numbers.timestampOffset(other));
    }
}
