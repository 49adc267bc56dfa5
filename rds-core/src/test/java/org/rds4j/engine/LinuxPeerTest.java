package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.status.RdsCounter;

/** What a kernel peer sends, octet by octet, and what it gets back (synthetic-peer results of the specification, section 10). */
class LinuxPeerTest {
    private static final String EMPTY_MAP = "00".repeat(16) + "00002000" + "00".repeat(4) + "01" + "00".repeat(23 + 8192);
    private static final String NO_EXTENSIONS = "00".repeat(16);

    private final TestNetwork network = new TestNetwork(1);
    private final TestNode node = network.node("10.0.0.2");
    private final RdsSocket socket = node.socket(4001);
    private final List<Integer> received = new ArrayList<>();
    private MemoryCarrier carrier;

    @BeforeEach
    void connect() {
        carrier = MemoryCarrier.pair(16_384, 1 << 16);
        node.engine.onCarrierUp(node.keyOf(RdsAddress.parse("10.0.0.1"), 0), carrier, false, network.nowNs());
    }

    private void reconnect() {
        carrier.cut();
        carrier.tellDown();
        node.engine.onCarrierDown(carrier, CarrierDownReason.RESET, network.nowNs());
        network.steps(2);
        connect();
    }

    private void message(
        final long sequence, final int from, final int to, final int flags, final String extensions, final String payload) {
        carrier.inject(HexFormat.of().parseHex("%016x%016x%08x%04x%04x%02x00000000%s%s%s%s".formatted(sequence, 99L,
            payload.length() / 2, from, to, flags, "00", "dead", extensions, payload)));
        network.step();
        socket.poll((data, offset, length, info) -> received.add((info.sourcePort() << 16) | length), 10);
    }

    private void data(final long sequence, final int flags, final int length) {
        message(sequence, 4000, 4001, flags, NO_EXTENSIONS, "61".repeat(length));
    }

    private String sent() {
        carrier.transfer(1 << 16);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < carrier.peer().receivedLength(); i++) {
            text.append("%02x".formatted(UnsafeApi.getByte(carrier.peer().firstReceived() + i)));
        }
        return text.toString().replaceFirst(EMPTY_MAP, "");
    }

    /** What this host sent, without the probe that a kernel that dialed gets first, as from an acceptor of its kind. */
    private String sentAfterProbe(final boolean isRetransmitted) {
        final String text = sent();
        assertEquals("0000000000000001" + "00".repeat(8) + "00000000" + "00010000" + (isRetransmitted ? "04" : "00")
            + "00".repeat(7) + "05000106", text.substring(0, 72));
        assertEquals("0800" + "00".repeat(6), text.substring(80, 96));
        return text.substring(96);
    }

    @Test
    void shouldDeliverWithoutMapOrProbeWhateverChecksumAckAndFlagsSay() {
        data(1, 0x02, 5);
        assertEquals(List.of((4000 << 16) | 5), received);
        assertEquals("", sentAfterProbe(false));
    }

    @Test
    void shouldAnswerPingsAndOnlyPings() {
        message(1, 777, 0, 0, NO_EXTENSIONS, "11".repeat(7));
        assertEquals("0000000000000002" + "00".repeat(8) + "00000000" + "00000309" + "00".repeat(24),
            sentAfterProbe(false));
        message(2, 0, 0, 0, NO_EXTENSIONS, "");
        message(3, 4000, 1, 0, NO_EXTENSIONS, "");
        message(4, 0, 0, 3, NO_EXTENSIONS, "00".repeat(8192));
        assertEquals("", sentAfterProbe(false).substring(96));
        assertEquals(1, node.count(RdsCounter.RECV_PING));
        assertEquals(1, node.count(RdsCounter.RECV_DROP_NO_SOCK));
    }

    @Test
    void shouldAnswerAProbeInTheMiddleWithAProbe() {
        data(1, 0, 1);
        message(2, 1, 0, 0, "050008" + "00".repeat(13), "");
        assertEquals("0000000000000002" + "00".repeat(8) + "00000000" + "00000001" + "00".repeat(8) + "05000106",
            sentAfterProbe(false).substring(0, 72));
    }

    @Test
    void shouldPassOverCongestionMapsWithoutCountingThemAsSequence() {
        message(0, 0, 0, 1, NO_EXTENSIONS, "00".repeat(8192));
        data(1, 0, 3);
        message(0, 0, 0, 1, NO_EXTENSIONS, "00".repeat(8));
        data(2, 0, 3);
        assertEquals(2, received.size());
        assertEquals(2, node.count(RdsCounter.CONG_UPDATE_RECEIVED));
        assertEquals(0, node.count(RdsCounter.RECV_DROP_OLD_SEQ));
    }

    /** The recorded sequence of a hand-written client and a kernel: which it delivered, and which not. */
    @Test
    void shouldDropOldNumbersWithTheFlagOnlyAndTakeJumps() {
        data(5, 0, 1);
        data(3, 4, 2);
        assertEquals(1, node.count(RdsCounter.RECV_DROP_OLD_SEQ));
        data(3, 0, 3);
        data(4, 4, 4);
        data(10, 4, 5);
        data(10, 4, 6);
        data(11, 0, 7);
        assertEquals(List.of(1, 3, 4, 5, 7), received.stream().map(message -> message & 0xffff).toList());
        assertEquals(2, node.count(RdsCounter.RECV_DROP_OLD_SEQ));
    }

    @Test
    void shouldExpectTheSameNumberAcrossReconnects() {
        data(5, 0, 1);
        reconnect();
        data(5, 4, 2);
        data(6, 4, 3);
        assertEquals(List.of(1, 3), received.stream().map(message -> message & 0xffff).toList());
        reconnect();
        data(1, 0, 4);
        data(2, 0, 5);
        assertEquals(4, received.size(), "a restarted kernel without generation counts anew");
    }

    @Test
    void shouldAcceptOldNumbersAfterANewGeneration() {
        message(1, 1, 0, 0, "0500080600000abc" + "00".repeat(8), "");
        data(5, 0, 1);
        data(5, 4, 1);
        assertEquals(1, received.size());
        message(6, 1, 0, 0, "0500080600000abd" + "00".repeat(8), "");
        data(7, 0, 1);
        assertEquals(2, received.size());
        assertEquals(1, node.count(RdsCounter.PEER_RESTARTED));
        reconnect();
        message(1, 1, 0, 4, "0500080600000abe" + "00".repeat(8), "");
        data(2, 4, 1);
        assertEquals(3, received.size());
    }

    @Test
    void shouldSendAgainWithTheFlagOnTheNextCarrier() {
        message(0, 0, 0, 1, NO_EXTENSIONS, "00".repeat(8192));
        socket.send(RdsAddress.parse("10.0.0.1:4000"), ByteBuffer.wrap(new byte[] {0x6d, 0x33}), 0);
        network.step();
        reconnect();
        message(0, 0, 0, 1, NO_EXTENSIONS, "00".repeat(8192));
        // golden F with sequence 2
        assertEquals("0000000000000002" + "00".repeat(8) + "00000002" + "0fa10fa0" + "04" + "00".repeat(23) + "6d33",
            sentAfterProbe(true).substring(0, 100));
    }

    /** A block of a receiving socket is as long as the longest message, and a map longer. */
    @Test
    void shouldTakeNoMessageLongerThanTheLongestThoughMapsAre() {
        final TestNode small = network.node(network.context("10.0.0.3/24").maxMessageLength(1024).receiveBufferLength(16_384));
        final RdsSocket to = small.socket(4001);
        carrier = MemoryCarrier.pair(16_384, 1 << 16);
        small.engine.onCarrierUp(small.keyOf(RdsAddress.parse("10.0.0.1"), 0), carrier, false, network.nowNs());
        message(0, 0, 0, 1, NO_EXTENSIONS, "00".repeat(8192));
        data(1, 0, 1024);
        network.step();
        assertEquals(1, to.poll((data, offset, length, info) -> assertEquals(1024, length), 10));
        assertEquals(1, small.count(RdsCounter.CONG_UPDATE_RECEIVED));
        data(2, 0, 4000);
        network.step();
        assertEquals(0, to.poll((data, offset, length, info) -> { }, 10));
        assertEquals(1, small.count(RdsCounter.RECV_ERROR_TOO_LONG));
        assertTrue(carrier.isDown());
    }
}
