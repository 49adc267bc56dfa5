package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.support.Script.MS;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.support.Script;

/** When a segment smaller than the largest leaves: Nagle by Minshall, cork, silly windows (RFC 9293 section 3.7.4, 3.8.6.2.1). */
class SmallSegmentsTest {
    private static final int MSS = 1460;

    private static Script established(final TcpConfiguration.Builder configuration) {
        return new Script(configuration).established(65_535);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        // the write, then the segments: at once with no delay; with Nagle, first write and a second one like it; with a cork
        "1;    PA seq=1 len=1; PA seq=1 len=1; -; -",
        "1459; PA seq=1 len=1459; PA seq=1 len=1459; -; -",
        "1460; PA seq=1 len=1460; PA seq=1 len=1460; PA seq=1461 len=1460; PA seq=1 len=1460",
        "1461; A seq=1 len=1460,PA seq=1461 len=1; A seq=1 len=1460,PA seq=1461 len=1; A seq=1462 len=1460; A seq=1 len=1460"})
    void shouldCutSegmentsByTheModeInForce(
        final int length, final String noDelay, final String nagle, final String nagleSecond, final String corked) {
        final Script plain = established(Script.plain());
        plain.send(length);
        assertEquals(noDelay, sent(plain));
        final Script held = established(Script.plain().nagle(true));
        held.send(length);
        assertEquals(nagle, sent(held));
        held.send(length);
        assertEquals(nagleSecond, sent(held));
        final Script cork = established(Script.plain());
        cork.connection.cork(true);
        cork.send(length);
        assertEquals(corked, sent(cork));
    }

    private static String sent(final Script script) {
        final List<String> segments = script.emitted();
        return segments.isEmpty() ? "-" : String.join(",", segments).replace(" ack=1 win=65535", "");
    }

    @Test
    void shouldHoldOnlyBehindASmallSegment() {
        final Script script = established(Script.plain().nagle(true));
        script.send(MSS);
        script.emitted();
        script.send(10);
        assertEquals("PA seq=1461 len=10", sent(script), "a full segment in flight holds nothing back");
        script.send(10);
        assertEquals("-", sent(script));
        script.connection.closeSend();
        assertEquals("FPA seq=1471 len=10", sent(script), "a FIN lets the last segment go");
    }

    @Test
    void shouldForgetSegmentEndsThatAreAcknowledged() {
        final Script script = established(Script.plain());
        for (int i = 1; i <= 100; i++) {
            script.send(10);
            assertTrue(script.connection.endSegment());
            script.emitted();
            script.inject("A seq=1 ack=" + (1 + 10 * i) + " win=65535");
        }
    }

    @Test
    void shouldForgetSegmentEndsOfAnEarlierConnection() {
        final Script script = established(Script.plain().maxConnections(1));
        script.send(10);
        script.connection.endSegment();
        script.connection.abort();
        script.connection.release();
        script.discard();
        script.newPeer(77);
        script.inject("S seq=0 win=65535 mss=1460");
        script.discard();
        script.inject("A seq=1 ack=1 win=65535");
        script.send(20);
        assertEquals("PA seq=1 len=20", sent(script));
    }

    @Test
    void shouldHoldWithACorkForTwoHundredMilliseconds() {
        final Script script = established(Script.plain());
        script.connection.cork(true);
        script.send(10);
        script.after(199 * MS);
        assertEquals("-", sent(script));
        script.after(MS);
        assertEquals("PA seq=1 len=10", sent(script));
        script.send(10);
        script.after(150 * MS);
        script.inject("A seq=1 ack=11 win=65535");
        assertEquals("-", sent(script), "whatever is acknowledged");
        script.connection.cork(false);
        assertEquals("PA seq=11 len=10", sent(script));
        script.after(1000 * MS);
        assertEquals("PA seq=11 len=10", sent(script), "a retransmission, no override left over");
    }

    @Test
    void shouldSendFullSegmentsAndFinsThroughACork() {
        final Script script = established(Script.plain());
        script.connection.cork(true);
        script.send(MSS - 1);
        assertEquals("-", sent(script));
        script.send(2);
        assertEquals("A seq=1 len=1460", sent(script));
        script.connection.closeSend();
        assertEquals("FPA seq=1461 len=1", sent(script));
    }

    @ParameterizedTest
    @CsvSource({"1", "100", "1000", "1459"})
    void shouldUseAWindowSmallerThanASegmentAfterTheOverride(final int window) {
        final Script script = established(Script.plain());
        script.send(5000);
        script.emitted();
        script.inject("A seq=1 ack=5001 win=" + window);
        script.send(5000);
        assertEquals("-", sent(script));
        script.after(199 * MS);
        assertEquals("-", sent(script));
        script.after(MS);
        assertEquals("A seq=5001 len=" + window, sent(script));
    }

    @Test
    void shouldOverrideWithinASecondWhateverTheRetransmissionTimeout() {
        final Script script = new Script(Script.plain().initialRtoNs(60_000 * MS).overrideNs(1_000 * MS)).connect();
        script.emitted();
        script.after(60_000 * MS);
        script.emitted();
        script.inject("SA seq=0 ack=1 win=100 mss=1460");
        script.emitted();
        script.inject("A seq=1 ack=1 win=10000");
        script.inject("A seq=1 ack=1 win=100");
        script.send(5000);
        assertEquals("-", sent(script));
        script.after(1_000 * MS);
        assertEquals("A seq=1 len=100", sent(script));
    }

    @Test
    void shouldUseHalfOfThePeersLargestWindowAtOnce() {
        final Script script = new Script(Script.plain()).established(1000);
        script.send(5000);
        assertEquals("A seq=1 len=1000", sent(script));
        script.inject("A seq=1 ack=1001 win=500");
        assertEquals("A seq=1001 len=500", sent(script));
        script.inject("A seq=1 ack=1501 win=499");
        assertEquals("-", sent(script));
    }

    @Test
    void shouldNotHoldRetransmissionsBack() {
        final Script script = established(Script.plain().nagle(true));
        script.send(10);
        script.emitted();
        script.connection.cork(true);
        script.after(200 * MS);
        assertEquals("PA seq=1 len=10", sent(script));
        assertTrue(script.connection.retransmissions() > 0);
    }
}
