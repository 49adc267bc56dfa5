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
import org.rds4j.DatagramHandler;
import org.rds4j.RdsSocket;
import org.rds4j.carrier.PathKey;
import org.rds4j.congestion.MapMessages;
import org.rds4j.status.RdsCounter;

class RdsEngineTest {
    private final TestNetwork network = new TestNetwork(7);
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 20));
    private final List<Integer> received = new ArrayList<>();
    private final DatagramHandler collect = (data, offset, length, info) -> received.add(data.getInt(offset));

    private static String hex(final long address, final int length) {
        final byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = UnsafeApi.getByte(address + i);
        }
        return HexFormat.of().formatHex(octets);
    }

    private void send(final RdsSocket from, final RdsSocket to, final int value) {
        buffer.putInt(0, value);
        from.send(to.localAddress(), buffer, 0, Integer.BYTES, 0, 1_000_000_000L);
    }

    private void receive(final RdsSocket socket, final int count) {
        network.until(() -> {
            socket.poll(collect, 16);
            return received.size() >= count;
        });
    }

    @Test
    void shouldConnectOnFirstSendAndDeliverInOrder() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        for (int i = 0; i < 100; i++) {
            send(from, to, i);
        }
        receive(to, 100);
        for (int i = 0; i < 100; i++) {
            assertEquals(i, received.get(i));
        }
        network.steps(100);
        assertEquals(1, network.dials);
        assertEquals(0, from.unacknowledgedLength());
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
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        final List<Integer> levels = new ArrayList<>();
        for (int level = 0; level < 16; level += 4) {
            from.send(to.localAddress(), buffer, 0, 8, level, 1_000_000L);
        }
        network.until(() -> {
            to.poll((data, offset, length, info) -> levels.add(info.lane()), 16);
            return levels.size() == 4;
        });
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
        assertEquals(0, socket.poll(collect, 1));
        assertEquals(1, two.count(RdsCounter.RECV_DROP_NO_SOCK));
    }

    @Test
    void shouldDeliverToItsOwnAddressWithoutACarrier() {
        final TestNode one = network.node("10.0.0.1");
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = one.socket(4001);
        send(from, to, 42);
        network.step();
        assertEquals(1, to.poll(collect, 1));
        assertEquals(List.of(42), received);
        assertEquals(0, from.unacknowledgedLength());
        from.send(one.address, ByteBuffer.allocate(3), 0);
        network.step();
        assertEquals(0, from.receive(ByteBuffer.allocate(1), 0).sourcePort());
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
        final RdsSocket small = one.socket(4000);
        final RdsSocket large = two.socket(4001);
        for (int i = 0; i < 10; i++) {
            send(small, large, i);
            send(large, small, i);
        }
        network.steps(200);
        assertEquals(1, network.dials);
        assertEquals(1, network.knocks);
        assertEquals(10, small.poll(collect, 100));
        assertEquals(10, large.poll(collect, 100));
        final var winners = network.links.stream().filter(link -> !link.dialed.isDown()).toList();
        assertEquals(1, winners.size());
        assertEquals(one.address, winners.get(0).dialer.address);
        for (int i = 0; i < 10; i++) {
            assertEquals(i, received.get(i));
            assertEquals(i, received.get(10 + i));
        }
    }

    /** Up to 6.18 Linux knocks once per call of sendmsg; newer ones again, and no program can depend on a message that stays. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKnockFromTheLargerAddressUntilTheSmallerOneDials(final boolean isLinuxExact) {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node(network.context("10.0.0.2/24").linuxExact(isLinuxExact));
        final RdsSocket small = one.socket(4000);
        final RdsSocket large = two.socket(4001);
        network.isRefusing = true;
        send(large, small, 1);
        network.until(() -> network.knocks == 4);
        assertEquals(0, network.dials, "nobody heard them");
        network.isRefusing = false;
        receive(small, 1);
        send(small, large, 2);
        receive(large, 2);
        assertEquals(1, network.dials);
        assertEquals(one.address, network.lastLink().dialer.address);
        assertEquals(1, one.count(RdsCounter.CONN_KNOCKED));
    }

    @Test
    void shouldRecogniseARestartedPeerByItsGeneration() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final RdsSocket to = one.socket(4000);
        final RdsSocket from = two.socket(4001);
        for (int i = 0; i < 50; i++) {
            send(from, to, i);
        }
        receive(to, 50);
        network.kill(two);
        final TestNode again = network.node("10.0.0.2");
        final RdsSocket reborn = again.socket(4001);
        send(reborn, to, 100);
        receive(to, 51);
        assertEquals(100, received.get(50));
        assertEquals(1, one.count(RdsCounter.PEER_RESTARTED));
        assertEquals(0, one.count(RdsCounter.RECV_DROP_OLD_SEQ));
        send(to, reborn, 101);
        receive(reborn, 52);
    }

    @Test
    void shouldNotSendAgainToAPeerThatRestarted() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        send(from, to, 1);
        receive(to, 1);
        network.until(one.engine::isAllAcknowledged);
        network.maxTransfer = 0;
        send(from, to, 2);
        network.steps(10);
        network.maxTransfer = 1 << 20;
        network.kill(two);
        final RdsSocket reborn = network.node("10.0.0.2").socket(4001);
        send(from, reborn, 3);
        receive(reborn, 2);
        assertEquals(List.of(1, 3), received, "2 was offered to the old life and is not repeated to the new one");
        assertEquals(1, one.count(RdsCounter.SEND_DROP_GENERATION));
        network.until(() -> from.unacknowledgedLength() == 0);
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
        final RdsSocket small = one.socket(4000);
        final RdsSocket large = two.socket(4001);
        send(small, large, 1);
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
        final RdsSocket large = two.socket(4001);
        final TestNode one = network.node("10.0.0.1");
        final RdsSocket small = one.socket(4000);
        send(small, large, 1);
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
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        network.isRefusing = true;
        network.steps(1000);
        assertEquals(0, network.dials);
        send(from, to, 1);
        network.until(() -> network.dials == 4);
        assertTrue(network.nowNs() < 400_000_000L, "within the sum of the first bounds");
        for (int i = 0; i < 100; i++) {
            send(from, to, 2);
        }
        network.steps(2);
        assertEquals(4, network.dials, "datagrams do not bypass the timer");
        network.isRefusing = false;
        receive(to, 1);
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
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        from.sendBufferLength(1 << 20);
        int sent = 0;
        buffer.putInt(0, 0);
        network.isRefusing = true; // so that all is queued before two can say anything
        while (from.offer(to.localAddress(), buffer, 0, 1000) > 0) {
            buffer.putInt(0, ++sent);
            network.step();
        }
        network.isRefusing = false;
        network.until(() -> two.count(RdsCounter.RECV_BLOCKED) > 0);
        receive(to, sent);
        for (int i = 0; i < sent; i++) {
            assertEquals(i, received.get(i));
        }
        assertEquals(0, one.count(RdsCounter.CONN_RESET));
    }

    @Test
    void shouldCarryEverySizeUpToTheLargest() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        final byte[] octets = new byte[1 << 20];
        network.random.nextBytes(octets);
        final ByteBuffer target = ByteBuffer.allocate(1 << 20);
        for (final int size : new int[] {0, 1, 7, 48, 64, 1000, 8191, 8192, 16_336, 16_384, 65_536, 300_000, 1 << 20}) {
            from.send(to.localAddress(), ByteBuffer.wrap(octets, 0, size), 1_000_000_000L);
            final var info = to.receive(target.clear(), 1_000_000_000L);
            assertEquals(size, info.length());
            assertFalse(info.isTruncated());
            assertEquals(ByteBuffer.wrap(octets, 0, size), target.flip());
        }
    }

    @Test
    void shouldShareOnePathPerPeerAmongManySockets() {
        final List<RdsSocket> sockets = new ArrayList<>();
        for (int node = 1; node <= 4; node++) {
            final TestNode made = network.node("10.0.0." + node);
            for (int i = 0; i < 5; i++) {
                sockets.add(made.socket(0));
            }
        }
        final int[] next = new int[sockets.size() * sockets.size()];
        final int rounds = 10;
        for (int round = 0; round < rounds; round++) {
            for (int from = 0; from < sockets.size(); from++) {
                for (int to = 0; to < sockets.size(); to++) {
                    buffer.putInt(0, from);
                    buffer.putInt(4, round);
                    sockets.get(from).send(sockets.get(to).localAddress(), buffer, 0, 8, 0, 1_000_000_000L);
                }
            }
        }
        final int[] total = new int[1];
        network.until(() -> {
            for (int to = 0; to < sockets.size(); to++) {
                final int receiver = to;
                total[0] += sockets.get(to).poll((data, offset, length, info) -> {
                    final int slot = data.getInt(offset) * sockets.size() + receiver;
                    assertEquals(next[slot]++, data.getInt(offset + 4));
                }, 100);
            }
            return total[0] == rounds * next.length;
        });
        final long alive = network.links.stream().filter(link -> !link.dialed.isDown()).count();
        assertEquals(6, alive, "one carrier per pair of hosts");
    }

    @Test
    void shouldEndInGoodOrder() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        send(from, to, 1);
        receive(to, 1);
        one.engine.close(network.nowNs());
        network.until(() -> !one.engine.hasCarriers() && !two.engine.hasCarriers());
        assertEquals(RdsSocket.CLOSED, from.offer(to.localAddress(), buffer, 0, 1));
        from.close();
    }
}
