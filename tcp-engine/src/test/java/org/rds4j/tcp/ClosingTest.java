package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.rds4j.tcp.support.Script.SECOND;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.support.Script;

/** The end of a connection: RFC 9293 section 3.6, figures 12 and 13, and everything less orderly. */
class ClosingTest {
    private static Script established() {
        return new Script(Script.plain()).established(10_000);
    }

    @Test
    void shouldCloseFirst() {
        final Script script = established();
        script.connection.closeSend();
        assertEquals(TcpState.FIN_WAIT_1, script.connection.state());
        script.expect("FA seq=1 ack=1 win=65535");
        script.inject("A seq=1 ack=2 win=10000");
        assertEquals(TcpState.FIN_WAIT_2, script.connection.state());
        script.inject("A seq=1 ack=2 win=10000 len=10");
        script.inject("FA seq=11 ack=2 win=10000");
        script.expect("A seq=2 ack=12 win=65524");
        assertEquals(TcpState.TIME_WAIT, script.connection.state());
        script.expectEvents("receivable 10", "peerClosed", "closed NORMAL");
        assertEquals(10, script.consumeAll());
        script.connection.release();
        assertEquals(1, script.engine.timeWaitRecords());
    }

    @Test
    void shouldCloseSecond() {
        final Script script = established();
        script.inject("FA seq=1 ack=1 win=10000");
        script.expect("A seq=1 ack=2 win=65534");
        assertEquals(TcpState.CLOSE_WAIT, script.connection.state());
        script.send(10);
        script.connection.closeSend();
        assertEquals(TcpState.LAST_ACK, script.connection.state());
        script.expect("FPA seq=1 ack=2 win=65534 len=10");
        script.inject("A seq=2 ack=12 win=10000");
        script.expectEvents("peerClosed", "acknowledged 10", "closed NORMAL");
        script.connection.release();
        assertEquals(0, script.engine.connectionsInUse() + script.engine.timeWaitRecords());
    }

    @Test
    void shouldCloseAtOnce() {
        final Script script = established();
        script.connection.closeSend();
        script.expect("FA seq=1 ack=1 win=65535");
        script.inject("FA seq=1 ack=1 win=10000");
        assertEquals(TcpState.CLOSING, script.connection.state());
        script.expect("A seq=2 ack=2 win=65534");
        script.inject("A seq=2 ack=2 win=10000");
        assertEquals(TcpState.TIME_WAIT, script.connection.state());
        script.expect();
        script.expectEvents("peerClosed", "closed NORMAL");
    }

    @Test
    void shouldSendTheFinAfterOpenClaimsAreCommitted() {
        final Script script = established();
        final long position = script.connection.claimSend(10);
        script.connection.closeSend();
        script.expect();
        assertEquals(-1, script.connection.claimSend(10));
        org.rds4j.tcp.support.Octets.fill(script.connection.sendAddress(position), position, 10);
        script.connection.commitSend(10);
        script.expect("FPA seq=1 ack=1 win=65535 len=10");
    }

    @Test
    void shouldRetransmitTheFin() {
        final Script script = established();
        script.send(10);
        script.connection.closeSend();
        script.expect("FPA seq=1 ack=1 win=65535 len=10");
        script.toDeadline();
        script.expect("FPA seq=1 ack=1 win=65535 len=10");
        script.inject("A seq=1 ack=11 win=10000");
        script.toDeadline();
        script.expect("FA seq=11 ack=1 win=65535");
    }

    @Test
    void shouldAcknowledgeARepeatedFinInEveryState() {
        final Script script = established();
        script.inject("FA seq=1 ack=1 win=10000");
        script.expect("A seq=1 ack=2 win=65534");
        script.inject("FA seq=1 ack=1 win=10000");
        script.expect("A seq=1 ack=2 win=65534");
        script.connection.closeSend();
        script.expect("FA seq=1 ack=2 win=65534");
        script.inject("FA seq=1 ack=1 win=10000");
        script.expect("A seq=2 ack=2 win=65534");
    }

    @Test
    void shouldTakeAFinThatOvertookData() {
        final Script script = established();
        script.inject("FA seq=11 ack=1 win=10000 len=10");
        script.expect("A seq=1 ack=1 win=65535");
        script.inject("A seq=1 ack=1 win=10000 len=10");
        script.expect("A seq=1 ack=22 win=65514");
        assertEquals(TcpState.CLOSE_WAIT, script.connection.state());
        script.inject("A seq=22 ack=1 win=10000 len=10");
        assertEquals(20, script.connection.receivedPosition(), "nothing comes after a FIN");
    }

    private static Script timeWait() {
        final Script script = established();
        script.connection.closeSend();
        script.emitted();
        script.inject("FA seq=1 ack=2 win=10000");
        script.expect("A seq=2 ack=2 win=65534");
        script.connection.release();
        script.events.clear();
        return script;
    }

    @Test
    void shouldRestartTimeWaitForARepeatedFinOnly() {
        final Script script = timeWait();
        script.after(59 * SECOND);
        script.inject("FA seq=1 ack=2 win=10000");
        script.expect("A seq=2 ack=2 win=65534");
        script.inject("R seq=2");
        script.inject("A seq=2 ack=2");
        script.expect();
        script.after(59 * SECOND);
        assertEquals(1, script.engine.timeWaitRecords());
        script.after(SECOND);
        assertEquals(0, script.engine.timeWaitRecords());
    }

    @ParameterizedTest
    @CsvSource({"FA seq=1, true", "FA seq=-9 len=10, true", "FA seq=2, false", "FA seq=0, false", "FA seq=-20 len=5, false",
        "FA seq=100, false", "FA seq=70000, false", "SFA seq=0, false"})
    void shouldRestartTimeWaitOnlyIfTheFinIsThePeers(final String segment, final boolean restarts) {
        final Script script = timeWait();
        script.after(59 * SECOND);
        script.inject(segment + " ack=2 win=10000");
        script.expect("A seq=2 ack=2 win=65534");
        script.after(SECOND);
        assertEquals(restarts ? 1 : 0, script.engine.timeWaitRecords());
    }

    @Test
    void shouldLimitAnswersInTimeWait() {
        final Script script = timeWait();
        int answers = 0;
        for (int i = 0; i < 1000; i++) {
            script.inject("A seq=" + (500 + i) + " ack=2 len=1");
            script.after(Script.MS);
            answers += script.emitted().size();
        }
        assertEquals(2, answers, "one in half a second");
    }

    @Test
    void shouldLetANewerSynTakeOverATimeWait() {
        final Script script = timeWait();
        script.inject("S seq=1");
        script.expect("A seq=2 ack=2 win=65534");
        script.inject("S seq=2000");
        final List<String> answers = script.emitted();
        assertEquals(1, answers.size());
        assertEquals(true, answers.getFirst().startsWith("SA seq="), answers.toString());
        final int iss = Integer.parseInt(answers.getFirst().replaceAll("SA seq=(-?\\d+) .*", "$1"));
        assertEquals(true, iss > 2, "beyond the old connection's numbers");
        assertEquals(0, script.engine.timeWaitRecords());
        assertEquals(1, script.count(TcpCounter.TIME_WAIT_REUSES));
    }

    @Test
    void shouldEvictTheOldestTimeWait() {
        final Script script = new Script(Script.plain());
        script.listen();
        for (int i = 0; i < 6; i++) {
            script.remotePort = 9000 + i;
            script.newPeer(0x1000 + i * 100_000);
            script.inject("S seq=0");
            script.emitted();
            script.inject("A seq=1 ack=1");
            script.connection.closeSend();
            script.emitted();
            script.inject("FA seq=1 ack=2");
            script.emitted();
            script.connection.release();
        }
        assertEquals(4, script.engine.timeWaitRecords());
        for (int i = 0; i < 6; i++) {
            assertEquals(i >= 2, script.engine.hasFlow(
                0, Script.REMOTE_LOW, 0, script.route.localLow(), 9000 + i, Script.LOCAL_PORT), "the oldest have gone");
        }
        assertEquals(2, script.count(TcpCounter.TIME_WAIT_EVICTIONS));
    }

    @Test
    void shouldAbortWithAReset() {
        final Script script = established();
        script.send(10);
        script.emitted();
        script.connection.abort();
        script.expectEvents("closed ABORTED");
        script.connection.release();
        script.expect("RA seq=11 ack=1 win=0");
        assertEquals(0, script.engine.connectionsInUse());
    }

    @Test
    void shouldAbortSilentlyBeforeThePeerKnows() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.connection.abort();
        script.expectEvents("closed ABORTED");
        script.expect();
    }

    @Test
    void shouldStayClosedWhateverIsSetAfterwards() {
        final Script script = new Script(Script.plain().userTimeoutNs(SECOND)).established(10_000);
        script.send(100);
        script.connection.claimSend(10);
        script.emitted();
        script.connection.abort();
        script.connection.commitSend(10);
        script.connection.userTimeout(SECOND);
        script.connection.noDelay(false);
        script.connection.closeSend();
        script.connection.close();
        script.after(100 * SECOND);
        script.expectEvents("closed ABORTED");
        script.connection.release();
        script.connection.release();
        assertEquals(script.nowNs + Script.MS, script.engine.nextDeadlineNs(), "the reset waits to be polled");
        script.expect("RA seq=101 ack=1 win=0");
        assertEquals(Long.MAX_VALUE, script.engine.nextDeadlineNs());
        assertEquals(0, script.engine.connectionsInUse());
    }

    @Test
    void shouldLetTheAcceptorAbort() {
        final Script script = new Script(Script.plain());
        script.engine.listen(Script.LOCAL_PORT, c -> {
            c.abort();
            return script.handler;
        });
        script.inject("S seq=0");
        script.emitted();
        script.inject("A seq=1 ack=1");
        script.expect("RA seq=1 ack=1 win=0");
        script.expectEvents();
        assertEquals(0, script.engine.connectionsInUse());
    }

    @Test
    void shouldResetWhenClosedWithUnreadData() {
        final Script script = established();
        script.inject("A seq=1 ack=1 win=10000 len=10");
        script.events.clear();
        script.connection.close();
        script.expectEvents("closed ABORTED");
        script.expect("RA seq=1 ack=11 win=0");
    }

    @Test
    void shouldResetWhenDataArrivesAfterAFullClose() {
        final Script script = established();
        script.connection.close();
        script.expect("FA seq=1 ack=1 win=65535");
        script.inject("A seq=1 ack=2 win=10000 len=10");
        script.expect("R seq=2 win=0");
        script.expectEvents("closed ABORTED");
        assertEquals(1, script.count(TcpCounter.DROP_AFTER_CLOSE));
    }

    @Test
    void shouldNotWaitForEverInFinWait2() {
        final Script script = established();
        script.connection.close();
        script.emitted();
        script.inject("A seq=1 ack=2 win=10000");
        script.after(59 * SECOND);
        assertEquals(TcpState.FIN_WAIT_2, script.connection.state());
        script.after(SECOND);
        script.expectEvents("closed TIMEOUT");
    }

    @Test
    void shouldWaitForEverAfterAHalfClose() {
        final Script script = established();
        script.connection.closeSend();
        script.emitted();
        script.inject("A seq=1 ack=2 win=10000");
        script.after(100_000 * SECOND);
        assertEquals(TcpState.FIN_WAIT_2, script.connection.state());
        script.inject("A seq=1 ack=2 win=10000 len=10");
        assertEquals(10, script.consumeAll());
        script.connection.close();
        script.after(60 * SECOND);
        assertEquals("closed TIMEOUT", script.events.getLast());
    }

    @Test
    void shouldHoldItsRouteForAsLongAsSomethingIsRemembered() {
        final Script script = new Script(Script.plain()).listen();
        script.inject("S seq=0 win=65535 mss=1460");
        assertEquals(2, script.route.holders(), "the handshake, and its answer in the queue");
        script.emitted();
        assertEquals(1, script.route.holders());
        script.inject("A seq=1 ack=1 win=65535");
        assertEquals(1, script.route.holders(), "the connection");
        script.connection.closeSend();
        script.emitted();
        script.inject("FA seq=1 ack=2 win=65535");
        script.emitted();
        assertEquals(2, script.route.holders(), "TIME-WAIT, and the connection until it is released");
        script.connection.release();
        assertEquals(1, script.route.holders());
        script.after(61 * SECOND);
        assertEquals(0, script.engine.timeWaitRecords());
        assertEquals(0, script.route.holders());
        script.inject("A seq=2 ack=2 win=65535");
        assertEquals(1, script.route.holders(), "a reset in the queue");
        script.emitted();
        script.newPeer(5000);
        script.inject("S seq=0 win=65535 mss=1460");
        script.emitted();
        assertEquals(1, script.route.holders());
        script.after(200 * SECOND);
        for (int i = 0; i < 10; i++) {
            script.toDeadlineIfAny();
            script.emitted();
        }
        assertEquals(0, script.route.holders(), "a handshake given up");
    }

    @Test
    void shouldRetryLessOnceTheOwnerHasClosed() {
        final Script script = established();
        script.connection.close();
        int fins = 0;
        while (!script.connection.isClosed()) {
            fins += script.emitted().size();
            script.toDeadline();
        }
        assertEquals(9, fins, "one and eight more");
    }
}
