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

/**
 * A peer falls silent in every state: when the connection ends, to the nanosecond, against formulas written down here
 * (RFC 9293 section 3.8.3, 3.8.4 and 3.8.6.1, RFC 6298, RFC 5482). The round trip is 0 here, so the timeout is its floor.
 */
class SilenceTest {
    private static final long FLOOR = 200 * MS;
    private static final long CEILING = 120 * SECOND;

    /** The time that a first transmission and so many retries last: R, 2R, 4R and so on up to the ceiling. */
    private static long retries(final long timeoutNs, final int retries, final long ceilingNs) {
        long sum = 0;
        long wait = timeoutNs;
        for (int i = 0; i <= retries; i++) {
            sum += Math.min(wait, ceilingNs);
            wait = Math.min(wait * 2, ceilingNs);
        }
        return sum;
    }

    /** Lets the peer be silent; returns how long the connection lasted. */
    private static long lifeNs(final Script script) {
        final long from = script.nowNs;
        script.emitted();
        while (!script.connection.isClosed()) {
            assertTrue(script.engine.nextDeadlineNs() < from + 10_000 * SECOND, "a connection that never ends");
            script.toDeadline();
            script.emitted();
        }
        assertEquals("closed TIMEOUT", script.events.getLast());
        return script.nowNs - from;
    }

    private static Script established(final TcpConfiguration.Builder configuration) {
        return new Script(configuration).established(65_535);
    }

    @Test
    void shouldGiveAnAttemptThreeMinutesUnlessAskedForLess() {
        assertEquals(180 * SECOND, lifeNs(new Script(Script.plain()).connect()));
        assertEquals(127 * SECOND, lifeNs(new Script(Script.plain().synTimeoutNs(0)).connect()));
        assertEquals(retries(SECOND, 8, CEILING), lifeNs(new Script(Script.plain().synRetries(8)).connect()));
        assertEquals(7 * SECOND, lifeNs(new Script(Script.plain().synRetries(8).userTimeoutNs(7 * SECOND)).connect()));
    }

    @Test
    void shouldEndCrossedSynsByTheirRetries() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.inject("S seq=0 win=1000 mss=1460");
        script.emitted();
        assertEquals(63 * SECOND, lifeNs(script));
    }

    @ParameterizedTest
    @CsvSource({"15, 0", "8, 0", "3, 0", "15, 1", "15, 700", "15, 100000", "3, 100000"})
    void shouldEndUnacknowledgedDataByRetriesOrUserTimeout(final int retries, final long userTimeoutMs) {
        final Script script = established(Script.plain().dataRetries(retries).userTimeoutNs(userTimeoutMs * MS));
        script.send(10);
        final long expected = userTimeoutMs > 0 ? userTimeoutMs * MS : retries(FLOOR, retries, CEILING);
        assertEquals(expected, lifeNs(script));
        assertTrue(userTimeoutMs > 0 || retries < 15 || expected >= 100 * SECOND, "R2");
    }

    @Test
    void shouldTellTheOwnerOnceAfterThreeRetries() {
        final Script script = established(Script.plain());
        script.send(10);
        script.emitted();
        for (int i = 0; i < 5; i++) {
            script.toDeadline();
            script.emitted();
        }
        assertEquals(List.of("unresponsive"), script.events);
    }

    @ParameterizedTest
    @CsvSource({"FIN_WAIT_1", "CLOSING", "LAST_ACK"})
    void shouldRetryAFinEightTimesWithoutOwnerWhateverTheUserTimeout(final String state) {
        for (final long userTimeoutNs : new long[] {0, 3600 * SECOND}) {
            final Script script = established(Script.plain());
            script.connection.userTimeout(userTimeoutNs);
            if (state.equals("LAST_ACK")) {
                script.inject("FA seq=1 ack=1 win=65535");
            }
            script.connection.close();
            script.emitted();
            if (state.equals("CLOSING")) {
                script.inject("FA seq=1 ack=1 win=65535");
            }
            assertEquals(state, script.connection.state().toString());
            assertEquals(retries(FLOOR, 8, CEILING), lifeNs(script));
        }
    }

    @Test
    void shouldRetryAFinLikeDataAfterAHalfClose() {
        final Script script = established(Script.plain());
        script.connection.closeSend();
        assertEquals(retries(FLOOR, 15, CEILING), lifeNs(script));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "30000, 0", "0, 45000", "30000, 45000"})
    void shouldEndFinWait2AfterSixtySeconds(final long userTimeoutMs, final long dataAfterMs) {
        final Script script = established(Script.plain().userTimeoutNs(userTimeoutMs * MS));
        script.connection.close();
        script.emitted();
        script.inject("A seq=1 ack=2 win=65535");
        script.after(dataAfterMs * MS);
        script.inject("A seq=1 ack=2 win=65535");
        assertEquals(60 * SECOND - dataAfterMs * MS, lifeNs(script));
    }

    @ParameterizedTest
    @CsvSource({"0", "20000", "1000000"})
    void shouldEndAClosedWindowByProbesOrUserTimeout(final long userTimeoutMs) {
        final Script script = established(Script.plain().userTimeoutNs(userTimeoutMs * MS));
        script.send(100);
        script.emitted();
        script.inject("A seq=1 ack=101 win=0");
        script.send(100);
        assertEquals(userTimeoutMs > 0 ? userTimeoutMs * MS : retries(FLOOR, 15, 60 * SECOND), lifeNs(script));
    }

    @Test
    void shouldEndAClosedWindowWithoutOwnerEvenIfProbesAreAnswered() {
        final Script script = established(Script.plain().userTimeoutNs(3600 * SECOND));
        script.send(100);
        script.emitted();
        script.inject("A seq=1 ack=101 win=0");
        script.send(100);
        script.connection.close();
        final long from = script.nowNs;
        while (!script.connection.isClosed()) {
            script.toDeadline();
            if (!script.emitted().isEmpty()) {
                script.inject("A seq=1 ack=101 win=0");
            }
        }
        assertEquals(retries(FLOOR, 8, 60 * SECOND), script.nowNs - from);
    }

    @ParameterizedTest
    @CsvSource({
        // idle, interval, probes, user timeout, life, all in seconds
        "7200, 75, 9, 0, 7875", "10, 2, 3, 0, 16", "10, 2, 2, 0, 14", "10, 2, 3, 15, 15", "10, 2, 3, 100, 100", "10, 2, 3, 1, 14",
        "10, 20, 3, 55, 55"})
    void shouldEndAnIdleConnectionByARunOfProbes(
        final long idle, final long interval, final int probes, final long userTimeout, final long life) {
        final Script script = established(Script.plain().keepaliveIdleNs(idle * SECOND).keepaliveIntervalNs(interval * SECOND)
            .keepaliveProbes(probes).userTimeoutNs(userTimeout * SECOND));
        assertEquals(life * SECOND, lifeNs(script));
    }

    @Test
    void shouldNotEndByKeepaliveUnlessAsked() {
        final Script script = established(Script.plain());
        script.after(1_000_000 * SECOND);
        assertEquals(TcpState.ESTABLISHED, script.connection.state());
        assertEquals(Long.MAX_VALUE, script.engine.nextDeadlineNs());
    }

    @ParameterizedTest
    @CsvSource({"data", "fin", "syn"})
    void shouldNotWaitForEverForANextHopThatNeverResolves(final String what) {
        for (final long userTimeoutNs : new long[] {0, 50 * SECOND}) {
            final Script script = new Script(Script.plain().userTimeoutNs(userTimeoutNs));
            if (what.equals("syn")) {
                script.connect();
            } else {
                script.established(65_535);
            }
            script.route.resolved(false);
            if (what.equals("data")) {
                script.send(100);
            } else if (what.equals("fin")) {
                script.connection.closeSend();
            }
            final long retriesNs = what.equals("syn") ? 180 * SECOND : retries(FLOOR, 15, CEILING);
            final long late = lifeNs(script) - (userTimeoutNs > 0 ? userTimeoutNs : retriesNs);
            assertTrue(late >= 0 && late <= 2 * MS, "polled while parked: " + late);
            assertEquals(0, script.count(TcpCounter.RETRANSMISSIONS));
        }
    }

    @Test
    void shouldSendOnceTheNextHopResolvesLate() {
        final Script script = established(Script.plain());
        script.route.resolved(false);
        script.send(100);
        script.emitted();
        script.after(5 * SECOND);
        script.emitted();
        script.route.resolved(true);
        script.after(MS);
        script.expect("PA seq=1 ack=1 win=65535 len=100");
        final long window = script.connection.congestionWindow();
        script.inject("A seq=1 ack=101 win=65535");
        assertTrue(window >= 10 * 1460, "nothing was lost: the window is whole");
        script.after(10 * SECOND);
        script.expect();
    }

    @Test
    void shouldNotDriftOverAMillionRestarts() {
        final Script script = established(Script.plain().dataRetries(1));
        script.send(1);
        script.emitted();
        for (int i = 0; i < 1_000_000; i++) {
            script.nowNs += 150 * MS;
            script.engine.onTime(script.nowNs);
            script.send(1);
            script.engine.emit(0, script.sink, script.nowNs);
            script.sink.removeHead();
            script.inject("A seq=1 ack=" + (i + 2) + " win=65535");
        }
        assertEquals(0, script.count(TcpCounter.TIMEOUTS));
        final long timeoutNs = script.connection.retransmissionTimeoutNs();
        assertEquals(3 * timeoutNs, lifeNs(script));
    }
}
