package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.support.Script.MS;
import static org.rds4j.tcp.support.Script.SECOND;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.support.Script;

/** What an established connection takes, refuses and answers: RFC 9293 section 3.10.7.4, RFC 5961. */
class ArrivalTest {
    private static final String ACK = "A seq=1 ack=1 win=1000";

    private static Script established() {
        return new Script(Script.plain().receiveBufferLength(1024).overhangLength(512)).listen1024();
    }

    @ParameterizedTest
    @CsvSource({
        // the window is 1..1024; position, length, octets in order afterwards, acknowledged at once
        "1, 10, 10, false", "1, 1024, 1024, true", "1, 1025, 1024, true", "0, 11, 10, true", "-9, 10, 0, true", "-9, 9, 0, true",
        "1024, 10, 0, true", "1025, 10, 0, true", "2000, 10, 0, true"})
    void shouldTakeWhatLiesInTheWindow(final int seq, final int length, final int received, final boolean answered) {
        final Script script = established();
        script.inject("A seq=" + seq + " ack=1 win=1000 len=" + length);
        assertEquals(received, script.connection.receivedPosition());
        assertEquals(answered, !script.emitted().isEmpty());
        assertEquals(received, script.consumeAll());
    }

    @Test
    void shouldForgetAFinThatWasCutOff() {
        final Script script = established();
        script.inject("FA seq=1 ack=1 win=1000 len=1034");
        assertEquals(1024, script.consumeAll());
        script.expect("A seq=1 ack=1025 win=1024");
        script.inject("A seq=1025 ack=1 win=1000 len=10");
        assertEquals(10, script.consumeAll());
        assertEquals(TcpState.ESTABLISHED, script.connection.state(), "the FIN lay beyond the window and must come again");
    }

    @Test
    void shouldAcknowledgeAtOnceWhatItHasNoRoomToRemember() {
        final Script script = new Script(Script.plain().maxOutOfOrderRanges(4)).established(10_000);
        for (int i = 1; i <= 5; i++) {
            script.inject("A seq=" + (100 * i) + " ack=1 win=10000 len=10");
            script.expect("A seq=1 ack=1 win=65535");
        }
        assertEquals(1, script.count(TcpCounter.DROP_REASSEMBLY));
    }

    @ParameterizedTest
    @CsvSource({"0, false, false", "1, true, false", "2, false, true", "1024, false, true", "1025, false, false",
        "5000, false, false"})
    void shouldResetOnlyOnTheExactSequenceNumber(final int seq, final boolean reset, final boolean challenged) {
        for (final String flags : new String[] {"R", "RA"}) {
            final Script script = established();
            script.inject(flags + " seq=" + seq + " ack=1");
            assertEquals(reset, script.connection.isClosed());
            script.expectEvents(reset ? new String[] {"closed RESET"} : new String[0]);
            script.expect(challenged ? new String[] {"A seq=1 ack=1 win=1024"} : new String[0]);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2", "1024", "1025", "70000"})
    void shouldChallengeASynWhateverItsSequenceNumber(final int seq) {
        final Script script = established();
        script.inject("S seq=" + seq);
        script.expect("A seq=1 ack=1 win=1024");
        script.inject("S seq=" + seq);
        script.expect();
        script.after(500 * MS);
        script.inject("SA seq=" + seq + " ack=1");
        script.expect("A seq=1 ack=1 win=1024");
        assertEquals(TcpState.ESTABLISHED, script.connection.state());
    }

    @Test
    void shouldLimitAnswersToBadSegments() {
        final Script script = established();
        int answers = 0;
        for (int i = 0; i < 1000; i++) {
            script.inject("A seq=" + (5000 + i) + " ack=1");
            script.after(MS);
            answers += script.emitted().size();
        }
        assertTrue(answers >= 1 && answers <= 3, () -> "answers to 1000 bad segments");
        assertEquals(1000, script.count(TcpCounter.CHALLENGE_ACKS) + script.count(TcpCounter.CHALLENGE_ACKS_LIMITED));
    }

    @ParameterizedTest
    @CsvSource({"101, true", "102, false", "1, true", "0, true", "-999, true", "-1000, false"})
    void shouldBelieveAcknowledgementsOfWhatWasSent(final int ack, final boolean believed) {
        final Script script = established();
        script.send(100);
        script.emitted();
        script.inject("A seq=1 ack=" + ack + " win=1000 len=10");
        assertEquals(believed ? 10 : 0, script.connection.receivedPosition());
        assertEquals(ack == 101 ? 100 : 0, script.connection.acknowledgedPosition());
        assertEquals(believed ? 0 : 1, script.count(TcpCounter.DROP_BAD_ACK));
        assertEquals(believed ? 0 : 1, script.emitted().size());
    }

    @Test
    void shouldDropASegmentWithoutAcknowledgement() {
        final Script script = established();
        script.inject("P seq=1 len=10");
        script.expect();
        assertEquals(0, script.connection.receivedPosition());
        assertEquals(1, script.count(TcpCounter.DROP_NO_ACK));
    }

    @Test
    void shouldKeepTheNewestWindowWhenUpdatesArriveOutOfOrder() {
        final Script script = established();
        script.inject("A seq=11 ack=1 win=3000 len=10");
        assertEquals(3000, script.connection.sendWindow());
        script.inject("A seq=1 ack=1 win=2000 len=10");
        assertEquals(3000, script.connection.sendWindow());
        script.inject("A seq=21 ack=1 win=500");
        assertEquals(500, script.connection.sendWindow());
    }

    @Test
    void shouldKeepTheWindowOfTheNewerOfTwoAcknowledgementsWithOneNumber() {
        final Script script = established();
        script.send(100);
        script.emitted();
        script.inject("A seq=1 ack=101 win=3000");
        script.inject("A seq=1 ack=51 win=500");
        assertEquals(3000, script.connection.sendWindow());
    }

    @Test
    void shouldAnswerEveryRepetitionOfOldData() {
        final Script script = established();
        script.inject(ACK + " len=10");
        script.after(40 * MS);
        script.expect("A seq=1 ack=11 win=1014");
        for (int i = 0; i < 5; i++) {
            script.inject(ACK + " len=10");
            script.expect("A seq=1 ack=11 win=1014");
        }
        assertEquals(10, script.connection.receivedPosition());
        assertEquals(5, script.count(TcpCounter.DROP_DUPLICATE));
    }

    @Test
    void shouldAnswerProbesOfAClosedWindow() {
        final Script script = established();
        script.inject(ACK + " len=1024");
        script.expect("A seq=1 ack=1025 win=0");
        script.inject("A seq=1025 ack=1 win=1000 len=1");
        script.expect("A seq=1 ack=1025 win=0");
        script.inject("A seq=1024 ack=1 win=1000");
        script.expect("A seq=1 ack=1025 win=0");
        script.after(SECOND);
        script.inject("A seq=1024 ack=1 win=1000");
        script.expect("A seq=1 ack=1025 win=0");
        assertEquals(1024, script.connection.receivedPosition());
    }

    @Test
    void shouldTakeAcknowledgementsAndResetsWhileTheWindowIsClosed() {
        final Script script = established();
        script.send(100);
        script.emitted();
        script.inject(ACK + " len=1024");
        script.emitted();
        script.inject("A seq=1025 ack=51 win=1000 len=1");
        assertEquals(50, script.connection.acknowledgedPosition());
        script.inject("A seq=1025 ack=101 win=1000");
        assertEquals(100, script.connection.acknowledgedPosition());
        script.inject("R seq=1025");
        assertEquals("closed RESET", script.events.getLast());
    }

    @Test
    void shouldTakeABareFinAtTheEdgeOfAClosedWindow() {
        final Script script = established();
        script.inject(ACK + " len=1024");
        script.emitted();
        script.inject("FA seq=1025 ack=1");
        script.expect("A seq=1 ack=1026 win=0");
        assertEquals(TcpState.CLOSE_WAIT, script.connection.state());
    }

    @Test
    void shouldIgnoreUrgentData() {
        final Script script = established();
        script.inject(ACK + " len=10 urg");
        assertEquals(10, script.consumeAll());
    }

    @Test
    void shouldKeepReceivedOctetsReadableAfterAReset() {
        final Script script = established();
        script.inject(ACK + " len=300");
        script.inject("R seq=301");
        script.expectEvents("receivable 300", "closed RESET");
        assertEquals(300, script.consumeAll());
        assertEquals(1, script.engine.connectionsInUse());
        script.connection.release();
        assertEquals(0, script.engine.connectionsInUse());
    }

    @Test
    void shouldNotAnswerOldDataWithoutEnd() {
        final Script script = established();
        script.inject(ACK + " len=10");
        script.after(40 * MS);
        script.emitted();
        int answers = 0;
        for (int i = 0; i < 1000; i++) {
            script.inject(ACK + " len=10");
            answers += script.emitted().size();
            script.after(MS);
        }
        assertEquals(8 + 1, answers, "the allowance, and what grew in a second");
        script.inject("A seq=11 ack=1 win=1000 len=1");
        script.after(40 * MS);
        script.emitted();
        for (int i = 0; i < 8; i++) {
            script.inject(ACK + " len=10");
            script.expect("A seq=1 ack=12 win=1013");
        }
        script.inject(ACK + " len=10");
        script.expect();
    }

    @Test
    void shouldKeepTheAllowanceFromSegmentsThatNoPeerSendsAgain() {
        final Script script = established();
        for (int i = 0; i < 100; i++) {
            script.inject("A seq=" + (-100_000 - i) + " ack=1 len=10");
        }
        assertEquals(1, script.emitted().size());
        script.inject("A seq=0 ack=1 win=1000 len=1");
        script.expect("A seq=1 ack=1 win=1024");
    }

    @Test
    void shouldLimitEachConnectionByItself() {
        final Script script = established();
        final TcpConnection first = script.connection;
        for (int i = 0; i < 100; i++) {
            script.inject("S seq=5000");
        }
        assertEquals(1, script.emitted().size());
        script.remotePort = 9001;
        script.newPeer(0x1000);
        script.inject("S seq=0 win=1000 mss=1460");
        script.emitted();
        script.inject("A seq=1 ack=1 win=1000");
        script.inject("S seq=5000");
        assertEquals(1, script.emitted().size(), "the other connection's budget is untouched");
        assertEquals(TcpState.ESTABLISHED, first.state());
    }

    @Test
    void shouldForgetWhatIsHeldBeyondALaterFin() {
        final Script script = established();
        script.inject("A seq=11 ack=1 win=1000 len=20");
        script.inject("A seq=51 ack=1 win=1000 len=20");
        script.inject("FA seq=21 ack=1 win=1000");
        script.inject(ACK + " len=10");
        script.expectEvents("receivable 20", "peerClosed");
        assertEquals(TcpState.CLOSE_WAIT, script.connection.state());
        assertEquals(20, script.connection.receivedPosition(), "nothing comes after a FIN");
        assertEquals(20, script.consumeAll());
    }

    @Test
    void shouldChallengeASynWithoutTimestamps() {
        final Script script = new Script(Script.plain().timestamps(true)).listen();
        script.inject("S seq=0 mss=1460 ts=1/0");
        script.emitted();
        script.inject("A seq=1 ack=1 ts=2/0");
        script.inject("S seq=0 mss=1460");
        assertEquals(1, script.emitted().size(), "a peer that came back without timestamps must learn of the old connection");
    }

    @Test
    void shouldIgnoreUrgentPointersOfEveryKind() {
        for (final String text : new String[] {"", " len=1", " len=1000"}) {
            final Script plain = established();
            final Script urgent = established();
            plain.inject(ACK + text);
            urgent.inject(ACK + text + " urg");
            assertEquals(plain.emitted(), urgent.emitted());
            assertEquals(plain.events, urgent.events);
            assertEquals(plain.consumeAll(), urgent.consumeAll());
        }
    }

    @ParameterizedTest
    @CsvSource({
        // with SACK, where the reset lies, whether it is believed: 1 is next, 11..20 and 51..60 are held
        "true, 1, true", "true, 61, true", "true, 60, false", "true, 62, false", "true, 21, false", "true, 11, false",
        "false, 61, false", "false, 1, true"})
    void shouldBelieveAResetAtTheEndOfWhatSackReported(final boolean sack, final int seq, final boolean believed) {
        final Script script = new Script(Script.plain().sack(sack)).listen();
        script.inject("S seq=0 mss=1460 sackOK");
        script.emitted();
        script.inject("A seq=1 ack=1");
        script.inject("A seq=11 ack=1 len=10");
        script.inject("A seq=51 ack=1 len=10");
        script.emitted();
        script.inject("R seq=" + seq);
        assertEquals(believed, script.connection.isClosed());
        assertEquals(believed ? 0 : 1, script.emitted().size(), "a challenge otherwise");
    }

    @Test
    void shouldReportNothingBeyondAFin() {
        final Script script = new Script(Script.plain().sack(true)).listen();
        script.inject("S seq=0 mss=1460 sackOK");
        script.emitted();
        script.inject("A seq=1 ack=1");
        script.inject("A seq=51 ack=1 len=10");
        script.inject("A seq=11 ack=1 len=20");
        script.emitted();
        script.inject("FA seq=21 ack=1");
        final List<String> answers = script.emitted();
        assertEquals(1, answers.size());
        assertTrue(answers.getFirst().contains("sack=11-21") && !answers.getFirst().contains("51"), answers.toString());
    }
}
