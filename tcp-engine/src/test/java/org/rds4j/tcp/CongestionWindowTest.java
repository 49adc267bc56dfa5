package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.support.Script.SECOND;

import org.junit.jupiter.api.Test;
import org.rds4j.tcp.support.Script;

/** What the connection tells congestion control, seen by the window: RFC 5681 sections 3.1 and 4.1, RFC 6928. */
class CongestionWindowTest {
    private static final int MSS = 1460;

    private static Script established() {
        final Script script = new Script(Script.plain());
        script.established(65_535);
        return script;
    }

    @Test
    void shouldBeginWithTenSegments() {
        final Script script = established();
        script.send(30_000);
        assertEquals(10, script.emitted().size());
        assertEquals(10 * MSS, script.connection.bytesInFlight());
    }

    @Test
    void shouldBeginWithOneSegmentWhenTheHandshakeLostSomething() {
        final Script script = new Script(Script.plain()).listen();
        script.inject("S seq=0 win=65535 mss=1460");
        assertEquals(1, script.emitted().size());
        script.toDeadline();
        assertEquals(1, script.emitted().size());
        script.inject("A seq=1 ack=1 win=65535");
        script.send(30_000);
        assertEquals(1, script.emitted().size());
        assertEquals(MSS, script.connection.congestionWindow());
    }

    @Test
    void shouldCountEveryAcknowledgementOfABurst() {
        final Script script = established();
        script.send(65_536);
        assertEquals(10, script.emitted().size());
        for (int i = 1; i <= 5; i++) {
            script.inject("A seq=1 ack=" + (1 + 2 * i * MSS) + " win=65535");
        }
        assertEquals(20 * MSS, script.connection.congestionWindow());
    }

    @Test
    void shouldNotGrowWhenTheApplicationSendsLess() {
        final Script script = established();
        for (int i = 0; i < 20; i++) {
            script.send(2 * MSS);
            assertEquals(2, script.emitted().size());
            script.inject("A seq=1 ack=" + (1 + 2 * (i + 1) * MSS) + " win=65535");
        }
        assertEquals(10 * MSS, script.connection.congestionWindow());
    }

    @Test
    void shouldBeginAnewAfterSilence() {
        final Script script = established();
        script.send(10 * MSS);
        script.emitted();
        script.inject("A seq=1 ack=" + (1 + 10 * MSS) + " win=65535");
        final long window = script.connection.congestionWindow();
        assertTrue(window > 10 * MSS);
        script.after(script.connection.retransmissionTimeoutNs());
        script.send(1);
        script.emitted();
        assertEquals(window, script.connection.congestionWindow(), "not longer than the timeout");
        script.inject("A seq=1 ack=" + (2 + 10 * MSS) + " win=65535");
        script.after(SECOND);
        script.send(1);
        script.emitted();
        assertEquals(10 * MSS, script.connection.congestionWindow());
        assertEquals(1, script.count(TcpCounter.IDLE_RESTARTS));
    }
}
