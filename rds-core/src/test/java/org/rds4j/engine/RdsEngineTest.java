package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsSocket;
import org.rds4j.carrier.PathKey;
import org.rds4j.check.CheckedSocket;
import org.rds4j.congestion.MapMessages;
import org.rds4j.status.RdsCounter;

class RdsEngineTest {
    private final TestNetwork network = new TestNetwork(7);
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 20));
    private static String hex(final long address, final int length) {
        final byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = UnsafeApi.getByte(address + i);
        }
        return HexFormat.of().formatHex(octets);
    }

    private static void send(final CheckedSocket from, final CheckedSocket to) {
        from.send(to.address(), 8, 0, 1_000_000_000L);
    }

    private void receive(final CheckedSocket socket, final int count) {
        network.until(() -> socket.poll(16) >= 0 && socket.received() >= count);
    }

    @Test
    void shouldConnectOnFirstSendAndDeliverInOrder() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = two.checked(4001);
        for (int i = 0; i < 100; i++) {
            send(from, to);
        }
        network.complete(List.of(to));
        network.steps(100);
        assertEquals(1, network.dials);
        assertEquals(0, from.socket().unacknowledgedLength());
        assertTrue(one.engine.isAllAcknowledged());
    }

    @Test
    void shouldOpenEachDialedCarrierWithAProbePingThatNamesGenerationAndLane() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        network.maxTransfer = 0;
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        buffer.putStringWithoutLengthAscii(0, "hello");
        from.send(to.localAddress(), buffer, 0, 5, 12, 1_000_000L);
        network.steps(20);
        network.maxTransfer = 1000;
        network.lastLink().dialed.transfer(1000);
        final String opener = hex(network.lastLink().accepted.firstReceived(), 48);
        assertEquals("0000000000000001" + "00".repeat(12) + "00010000" + "00".repeat(8) + "05000106", opener.substring(0, 72));
        assertEquals("0800" + "2003" + "00".repeat(4), opener.substring(80));
        assertFalse(opener.substring(72, 80).equals("00000000"));
        assertEquals(48, network.lastLink().accepted.receivedLength(), "no data before the peer's first message");
    }

    @Test
    void shouldAnswerTheOpenerAndThenCarryGoldenBytes() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        network.maxTransfer = 0;
        buffer.putStringWithoutLengthAscii(0, "hello");
        from.send(to.localAddress(), buffer, 0, 5, 0, 1_000_000L);
        network.until(() -> network.links.size() == 1 && network.lastLink().dialed.transfer(48) == 48);
        network.until(() -> network.lastLink().accepted.transfer(48) == 48);
        final String pong = hex(network.lastLink().dialed.firstReceived(), 48);
        assertEquals("00000001", pong.substring(40, 48));
        assertEquals("05000106", pong.substring(64, 72));
        network.until(() -> network.lastLink().dialed.transfer(MapMessages.LENGTH) == MapMessages.LENGTH);
        assertEquals("00002000", hex(network.lastLink().accepted.firstReceived() + 16, 4), "a map comes first");
        network.lastLink().accepted.skip(MapMessages.LENGTH);
        network.until(() -> network.lastLink().dialed.transfer(53) == 53);
        // golden A with sequence 2: number 1 went to the opener
        assertEquals("0000000000000002" + "00".repeat(8) + "00000005" + "0fa00fa1" + "00".repeat(24) + "68656c6c6f",
            hex(network.lastLink().accepted.firstReceived(), 53));
    }

    @Test
    void shouldKeepLanesOnCarriersOfTheirOwn() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket from = one.checked(4000);
        final List<Integer> levels = new ArrayList<>();
        final CheckedSocket to = two.checked(4001).listener((data, offset, length, info) -> levels.add(info.lane()));
        for (int level = 0; level < 16; level += 4) {
            from.send(to.address(), 8, level, 1_000_000L);
        }
        network.complete(List.of(to));
        assertEquals(4, network.links.size());
        assertEquals(List.of(0, 1, 2, 3), levels.stream().sorted().toList());
    }

    @Test
    void shouldAnswerPingsToPortZero() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final RdsSocket socket = one.socket(4000);
        socket.send(two.address, ByteBuffer.allocate(7), 1_000_000L);
        final var pong = socket.receive(ByteBuffer.allocate(10), 1_000_000_000L);
        assertEquals(0, pong.length());
        assertEquals(two.address, pong.source());
        assertEquals(1, two.count(RdsCounter.RECV_PING));
    }

    @Test
    void shouldNotAnswerPingsWhenDisabled() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node(network.context("10.0.0.2/24").pingEnable(false));
        final RdsSocket socket = one.socket(4000);
        socket.send(two.address, ByteBuffer.allocate(0), 1_000_000L);
        network.steps(200);
        assertEquals(0, socket.poll((data, offset, length, info) -> { }, 1));
        assertEquals(1, two.count(RdsCounter.RECV_DROP_NO_SOCK));
    }

    @Test
    void shouldDeliverToItsOwnAddressWithoutACarrier() {
        final TestNode one = network.node("10.0.0.1");
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = one.checked(4001);
        send(from, to);
        network.step();
        assertEquals(1, to.poll(1));
        network.history.requireComplete();
        assertEquals(0, from.socket().unacknowledgedLength());
        from.socket().send(one.address, ByteBuffer.allocate(3), 0);
        network.step();
        assertEquals(0, from.socket().receive(ByteBuffer.allocate(1), 0).sourcePort());
        assertEquals(0, network.dials);
    }

    @Test
    void shouldDropDatagramsForUnboundPorts() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final RdsSocket from = one.socket(4000);
        from.send(two.address.withPort(77), ByteBuffer.allocate(8), 0);
        network.until(() -> two.count(RdsCounter.RECV_DROP_NO_SOCK) == 1);
        network.until(() -> from.unacknowledgedLength() == 0);
    }

    @Test
    void shouldDialFromTheSmallerAddressAloneWhenBothSendAtOnce() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket small = one.checked(4000);
        final CheckedSocket large = two.checked(4001);
        for (int i = 0; i < 10; i++) {
            send(small, large);
            send(large, small);
        }
        network.steps(200);
        assertEquals(1, network.dials);
        assertEquals(1, network.knocks);
        assertEquals(10, small.poll(100));
        assertEquals(10, large.poll(100));
        network.history.requireComplete();
        final var winners = network.links.stream().filter(link -> !link.dialed.isDown()).toList();
        assertEquals(1, winners.size());
        assertEquals(one.address, winners.get(0).dialer.address);
    }

    /** Up to 6.18 Linux knocks once per call of sendmsg; newer ones again, and no program can depend on a message that stays. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKnockFromTheLargerAddressUntilTheSmallerOneDials(final boolean isLinuxExact) {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node(network.context("10.0.0.2/24").linuxExact(isLinuxExact));
        final CheckedSocket small = one.checked(4000);
        final CheckedSocket large = two.checked(4001);
        network.isRefusing = true;
        send(large, small);
        network.until(() -> network.knocks == 4);
        assertEquals(0, network.dials, "nobody heard them");
        network.isRefusing = false;
        receive(small, 1);
        send(small, large);
        receive(large, 1);
        assertEquals(1, network.dials);
        assertEquals(one.address, network.lastLink().dialer.address);
        assertEquals(1, one.count(RdsCounter.CONN_KNOCKED));
    }

    @Test
    void shouldRecogniseARestartedPeerByItsGeneration() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket to = one.checked(4000);
        final CheckedSocket from = two.checked(4001);
        for (int i = 0; i < 50; i++) {
            send(from, to);
        }
        receive(to, 50);
        network.kill(two);
        final TestNode again = network.node("10.0.0.2");
        final CheckedSocket reborn = again.checked(4001);
        send(reborn, to);
        receive(to, 51);
        assertEquals(1, one.count(RdsCounter.PEER_RESTARTED));
        assertEquals(0, one.count(RdsCounter.RECV_DROP_OLD_SEQ));
        send(to, reborn);
        receive(reborn, 1);
        network.history.requireComplete();
    }

    @Test
    void shouldNotSendAgainToAPeerThatRestarted() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = two.checked(4001);
        send(from, to);
        receive(to, 1);
        network.until(one.engine::isAllAcknowledged);
        network.maxTransfer = 0;
        send(from, to);
        network.steps(10);
        network.maxTransfer = 1 << 20;
        network.kill(two);
        final CheckedSocket reborn = network.node("10.0.0.2").checked(4001);
        send(from, reborn);
        receive(reborn, 1);
        assertEquals(1, network.history.lost(), "the second was offered to the old life and is not repeated to the new one");
        network.history.requireComplete();
        assertEquals(1, one.count(RdsCounter.SEND_DROP_GENERATION));
        network.until(() -> from.socket().unacknowledgedLength() == 0);
    }

    /** It had read the message, and its acknowledgement did not come back in time. */
    @Test
    void shouldNotRepeatToAPeersNextLifeWhatItsEarlierOneGot() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = two.checked(4001);
        while (from.sent() < 2 || from.socket().unacknowledgedLength() == 0) {
            network.until(() -> from.socket().unacknowledgedLength() == 0);
            send(from, to);
            receive(to, (int) from.sent());
        }
        network.kill(two);
        final CheckedSocket reborn = network.node("10.0.0.2").checked(4001);
        send(from, reborn);
        network.until(() -> reborn.poll(16) >= 0 && from.socket().unacknowledgedLength() == 0);
        network.history.requireComplete();
        assertEquals(0, network.history.lost());
    }

    @Test
    void shouldRefuseACarrierThatTheLargerHostDialedAndDialItself() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final MemoryCarrier inbound = MemoryCarrier.pair(16_384, 1 << 16);
        one.engine.onCarrierUp(one.keyOf(two.address, 0), inbound, false, network.nowNs());
        assertTrue(inbound.isDown());
        network.until(() -> network.links.size() == 1);
        assertEquals(1, network.dials);
    }

    @Test
    void shouldTryItsCarrierWhenThePeerKnocksBesideIt() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket small = one.checked(4000);
        final CheckedSocket large = two.checked(4001);
        send(small, large);
        receive(large, 1);
        network.until(one.engine::isAllAcknowledged);
        one.engine.onKnock(one.keyOf(two.address, 0), network.nowNs());
        one.engine.onKnock(one.keyOf(two.address, 0), network.nowNs());
        network.steps(50);
        assertEquals(1, two.count(RdsCounter.RECV_PING), "one ping, not one per knock");
        assertFalse(network.links.get(0).dialed.isDown(), "the good carrier stays");
    }

    @Test
    void shouldReplaceACarrierThatTheDialerHasLost() {
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket large = two.checked(4001);
        final TestNode one = network.node("10.0.0.1");
        final CheckedSocket small = one.checked(4000);
        send(small, large);
        receive(large, 1);
        final MemoryCarrier old = network.lastLink().accepted;
        final MemoryCarrier second = MemoryCarrier.pair(16_384, 1 << 16);
        two.engine.onCarrierUp(two.keyOf(one.address, 0), second, false, network.nowNs());
        network.steps(5);
        assertTrue(old.isDown());
        assertFalse(second.isDown(), "taken once the old one is read");
    }

    @Test
    void shouldReconnectWithGrowingRandomDelaysWhileSomethingIsQueued() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = two.checked(4001);
        network.isRefusing = true;
        network.steps(1000);
        assertEquals(0, network.dials);
        send(from, to);
        network.until(() -> network.dials == 4);
        assertTrue(network.nowNs() < 400_000_000L, "within the sum of the first bounds");
        for (int i = 0; i < 100; i++) {
            send(from, to);
        }
        network.steps(2);
        assertEquals(4, network.dials, "datagrams do not bypass the timer");
        network.isRefusing = false;
        network.complete(List.of(to));
    }

    @Test
    void shouldDropACarrierWhoseHeaderClaimsTooMuch() {
        final TestNode one = network.node("10.0.0.1");
        final PathKey key = new PathKey(0, 0xffff_0a00_0000L, 0, 0);
        final MemoryCarrier carrier = MemoryCarrier.pair(16_384, 1 << 16);
        one.engine.onCarrierUp(key, carrier, false, network.nowNs());
        carrier.inject(HexFormat.of().parseHex("0000000000000001" + "00".repeat(8) + "ffffffff" + "00".repeat(28)));
        network.steps(2);
        assertEquals(1, one.count(RdsCounter.RECV_ERROR_TOO_LONG));
        assertTrue(carrier.isDown());
        assertTrue(one.engine.hasCarriers());
        carrier.tellDown();
        network.steps(2);
        assertFalse(one.engine.hasCarriers());
    }

    @Test
    void shouldStopReadingWhenThereIsNoRoomBehindAReceiveRingAndLoseNothing() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two =
            network.node(network.context("10.0.0.2/24").maxMessageLength(4_096).receiveOverflowLength(256 << 10));
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = two.checked(4001);
        from.socket().sendBufferLength(1 << 20);
        network.isRefusing = true; // so that all is queued before two can say anything
        while (from.send(to.address(), 1000) > 0) {
            network.step();
        }
        network.isRefusing = false;
        network.until(() -> two.count(RdsCounter.RECV_BLOCKED) > 0);
        network.complete(List.of(to));
        assertEquals(0, one.count(RdsCounter.CONN_RESET));
    }

    @Test
    void shouldCarryEverySizeUpToTheLargest() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = two.checked(4001);
        final ByteBuffer target = ByteBuffer.allocate(1 << 20);
        for (final int size : new int[] {0, 1, 7, 48, 64, 1000, 8191, 8192, 16_336, 16_384, 65_536, 300_000, 1 << 20}) {
            from.send(to.address(), size, 0, 1_000_000_000L);
            final var info = to.receive(target.clear(), 1_000_000_000L);
            assertEquals(size, info.length());
            assertFalse(info.isTruncated());
        }
        network.history.requireComplete();
    }

    @Test
    void shouldShareOnePathPerPeerAmongManySockets() {
        final List<CheckedSocket> sockets = new ArrayList<>();
        for (int node = 1; node <= 4; node++) {
            final TestNode made = network.node("10.0.0." + node);
            for (int i = 0; i < 5; i++) {
                sockets.add(made.checked(0));
            }
        }
        for (int round = 0; round < 10; round++) {
            sockets.forEach(from -> sockets.forEach(to -> send(from, to)));
        }
        network.complete(sockets);
        final long alive = network.links.stream().filter(link -> !link.dialed.isDown()).count();
        assertEquals(6, alive, "one carrier per pair of hosts");
    }

    @Test
    void shouldEndInGoodOrder() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = two.checked(4001);
        send(from, to);
        receive(to, 1);
        one.engine.close(network.nowNs());
        network.until(() -> !one.engine.hasCarriers() && !two.engine.hasCarriers());
        assertEquals(RdsSocket.CLOSED, from.send(to.address(), 1));
        from.close();
    }
}
