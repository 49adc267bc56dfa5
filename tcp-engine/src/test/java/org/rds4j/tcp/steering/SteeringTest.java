package org.rds4j.tcp.steering;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.network.VlanTags;

/** Connections live wherever frames arrive, and whatever becomes of the table. */
class SteeringTest extends SteeringFixture {
    private static final int TUPLES = 32;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void shouldForwardNothingWhenTheDevicePlacesAsTheMirrorSays(final int queues) {
        open(queues, this::byRss);
        connectBothWays(10);
        finish();
        // nothing but the answers of neighbours, which concern everybody
        assertTrue(Arrays.stream(engines).allMatch(engine -> engine.count(SteeringCounter.TAKEN_OVER) <= 2L * queues));
        assertTrue(Arrays.stream(engines).allMatch(engine -> engine.count(SteeringCounter.FORWARDED) == 0));
        assertTrue(Arrays.stream(engines).allMatch(engine -> engine.accepted > 0), "every engine has taken connections");
        close();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7})
    void shouldReachTheOwnerWhereverFramesArrive(final int queues) {
        open(queues, frame -> random.nextInt(queues));
        connectBothWays(10);
        finish();
        assertTrue(Arrays.stream(engines).allMatch(engine -> engine.count(SteeringCounter.FORWARDED) > 20));
        assertEquals(0, total(SteeringCounter.DROP_RING_FULL));
        close();
    }

    @Test
    void shouldKeepConnectionsWhenTheTableIsRewrittenUnderLoad() {
        final int queues = 7;
        open(queues, this::byRss);
        connectBothWays(10);
        for (int round = 0; round < 30; round++) {
            turn();
            if (round % 5 == 4) {
                for (int i = 0; i < BUCKETS; i++) {
                    deviceTable[i] = random.nextInt(queues);
                }
                // the mirror follows the device a little later: frames arrive by one table and are judged by the other
                final int[] table = deviceTable.clone();
                turn();
                steering.table().rewrite(table);
                connectBothWays(2);
            }
        }
        finish();
        assertTrue(total(SteeringCounter.FORWARDED) > 100);
        assertTrue(isAnyFormer());
        for (int i = 0; i < 100; i++) {
            turn(); // what is still under way
        }
        nowNs += 120_000_000_000L;
        turn();
        turn();
        sweep();
        assertTrue(!isAnyFormer(), "buckets are given up once nothing is left in them");
        close();
    }

    @Test
    void shouldNotGiveUpABucketThatStillHasAConnection() {
        open(2, this::byRss);
        final Flow flow = engines[1].connect(peerAddress);
        turn();
        turn();
        final int[] toZero = new int[BUCKETS];
        deviceTable = toZero;
        steering.table().rewrite(toZero);
        sweep();
        assertTrue(isAnyFormer());
        flows.add(flow);
        finish();
        close();
    }

    /** An ICMP error has no ports of its own: the packet that it quotes says whose it is. */
    @Test
    void shouldSteerIcmpErrorsByTheTupleTheyQuote() {
        open(7, this::byRss);
        connectBothWays(1);
        finish();
        for (final Engine engine : engines) {
            final Flow flow = engine.connect(peerAddress);
            engine.work();
            nic.deliver(random.nextInt(7), unreachable(nic.lastSent));
            for (int i = 0; i < 3; i++) {
                Arrays.stream(engines).forEach(Engine::work);
            }
            assertEquals(CloseReason.UNREACHABLE, flow.reason);
        }
        assertEquals(0, Arrays.stream(engines).mapToLong(engine -> engine.counters.get(TcpCounter.DROP_ICMP)).sum());
    }

    /** From the peer: administratively prohibited, quoting the SYN. */
    private static byte[] unreachable(final byte[] syn) {
        final ByteBuffer frame = ByteBuffer.wrap(new byte[14 + 20 + 8 + 28]);
        frame.put(0, syn, 6, 6).put(6, syn, 0, 6).putShort(12, (short) 0x0800);
        frame.putInt(14, 0x4500_0038).putInt(18, 0).putInt(22, 0x4001_0000);
        frame.put(26, syn, 30, 4).put(30, syn, 26, 4);
        frame.putShort(24, (short) ~sum(frame, 14, 20));
        frame.putInt(34, 0x030d_0000).putInt(38, 0).put(42, syn, 14, 28);
        frame.putShort(36, (short) ~sum(frame, 34, 36));
        return frame.array();
    }

    private static int sum(final ByteBuffer frame, final int from, final int length) {
        int sum = 0;
        for (int i = from; i < from + length; i += 2) {
            sum += frame.getShort(i) & 0xffff;
        }
        return (sum & 0xffff) + (sum >>> 16);
    }

    /** The tags are no part of what a device hashes: the packet inside is. */
    @ParameterizedTest
    @CsvSource({"5, 0, 10.0.0.1, 10.0.0.2", "5, 7, 10.0.0.1, 10.0.0.2", "0, 0, 2001:db8::1, 2001:db8::2",
        "5, 7, 2001:db8::1, 2001:db8::2"})
    void shouldHashWhatLiesBehindTheTagsInEitherFamily(final int id, final int serviceId, final String host, final String other) {
        tags = new VlanTags(serviceId, id);
        mtu = 1496; // two tags are one more than a link of 1500 has room for
        hostAddress = host;
        peerAddress = other;
        open(4, this::byRss);
        connectBothWays(10);
        finish();
        assertEquals(0, total(SteeringCounter.FORWARDED));
        assertTrue(Arrays.stream(engines).allMatch(engine -> engine.accepted > 0), "every engine has taken connections");
        close();
    }

    @Test
    void shouldReachTheOwnerOverIpv6WhereverFramesArrive() {
        hostAddress = "2001:db8::1";
        peerAddress = "2001:db8::2";
        open(3, frame -> random.nextInt(3));
        connectBothWays(10);
        finish();
        assertTrue(Arrays.stream(engines).allMatch(engine -> engine.count(SteeringCounter.FORWARDED) > 20));
        close();
    }

    /** A cookie is good at the engine that made it only, and there is no record of it anywhere. */
    @ParameterizedTest
    @CsvSource({"10.0.0.1, 10.0.0.2", "2001:db8::1, 2001:db8::2"})
    void shouldCompleteHandshakesByCookieWhoseBucketHasMovedMeanwhile(final String host, final String other) {
        hostAddress = host;
        peerAddress = other;
        backlog = 1;
        open(3, this::byRss);
        connectBothWays(1);
        finish();
        for (int i = 0; i < 60; i++) {
            flows.add(peer.connect(hostAddress));
        }
        peer.work();
        final long before = cookies(TcpCounter.SYN_COOKIES_SENT);
        turn(); // SYN-ACKs go, acknowledgements are on their way back
        assertTrue(cookies(TcpCounter.SYN_COOKIES_SENT) > before + 40, "by cookies");
        moveEveryBucket();
        for (int i = 0; i < 3; i++) {
            sweep();
        }
        finish();
        assertTrue(cookies(TcpCounter.SYN_COOKIES_RETURNED) > 40);
        assertEquals(0, cookies(TcpCounter.SYN_COOKIES_REFUSED));
        sweep();
        assertTrue(isAnyFormer(), "a cookie may be on its way for two minutes");
        nowNs += 121_000_000_000L;
        turn();
        sweep();
        assertTrue(!isAnyFormer());
        close();
    }

    private long cookies(final TcpCounter counter) {
        return Arrays.stream(engines).mapToLong(engine -> engine.counters.get(counter)).sum();
    }

    /** Replies would come to the other engine, which knows nothing of the connection. */
    @Test
    void shouldRefuseALocalPortWhoseRepliesComeToAnotherEngine() {
        open(2, this::byRss);
        final IpAddress to = IpAddress.parse(peerAddress);
        for (int port = 40_000; port < 40_020; port++) {
            final int owner = ownerOf(port);
            assertNull(engines[1 - owner].tcp.connect(to.high(), to.low(), PORT, port, 0, 0, new Flow(), nowNs));
            assertEquals(port - 39_999, cookies(TcpCounter.DROP_NO_PORT));
            final Flow flow = new Flow();
            assertNotNull(engines[owner].tcp.connect(to.high(), to.low(), PORT, port, 0, 0, flow, nowNs));
            flows.add(flow);
        }
        finish();
        close();
    }

    /** The four-tuple of a connection that another engine had, while the peer has it in TIME-WAIT (RFC 6191, RFC 6528). */
    @Test
    void shouldGoOnFromTheNumbersOfTheEngineThatHadTheTupleBefore() {
        open(2, this::byRss);
        final int[] owners = new int[TUPLES];
        for (int i = 0; i < TUPLES; i++) {
            owners[i] = ownerOf(40_000 + i);
            flows.add(engines[owners[i]].connectFrom(40_000 + i));
        }
        finish();
        assertEquals(TUPLES, peer.tcp.timeWaitRecords());
        moveEveryBucket();
        sweep();
        nowNs += 2_000_000; // a newer timestamp
        for (int i = 0; i < TUPLES; i++) {
            flows.add(engines[1 - owners[i]].connectFrom(40_000 + i));
        }
        finish();
        assertEquals(TUPLES, peer.counters.get(TcpCounter.TIME_WAIT_REUSES));
        assertEquals(0, cookies(TcpCounter.TIMEOUTS), "at the first SYN");
        close();
    }

    private int ownerOf(final int localPort) {
        final IpAddress to = IpAddress.parse(peerAddress);
        final IpAddress from = IpAddress.parse(hostAddress);
        return steering.table().owner(
            steering.table().bucket(to.high(), to.low(), from.high(), from.low(), PORT, localPort));
    }

    /** Its packets would be shown to the former owner, which would keep them: neither engine could go on. */
    @Test
    void shouldOpenNoFlowThatAFormerOwnerHas() {
        firstPort = 40_000;
        lastPort = 40_000 + TUPLES - 1;
        open(2, this::byRss);
        int first = 0;
        while (ownerOf(firstPort + first) != 0) {
            first++;
        }
        final int taken = firstPort + first;
        flows.add(engines[0].connectFrom(taken));
        turn();
        turn();
        moveEveryBucket();
        assertNull(engines[1].connectFrom(taken));
        int own = 0;
        for (int port = firstPort; port <= lastPort; port++) {
            own += ownerOf(port) == 1 ? 1 : 0;
        }
        assertTrue(own > 2);
        for (int i = 1; i < own; i++) {
            flows.add(engines[1].connect(peerAddress));
        }
        final IpAddress to = IpAddress.parse(peerAddress);
        assertNull(engines[1].tcp.connect(to.high(), to.low(), PORT, 0, 0, new Flow(), nowNs), "all but that one are in use");
        finish();
        sweep();
        nowNs += 2_000_000;
        flows.add(engines[1].connectFrom(taken));
        finish();
        close();
    }

    /** The ways in which a handshake that a peer has begun comes to an end, each at the engine that has it. */
    enum HandshakeEnd { COMPLETED, EXPIRED, RESET, LISTENER_CLOSED, LATER_LISTENER_CLOSED }

    /** As for a connection: packets of the four-tuple would be shown to the engine whose handshake is under way. */
    @ParameterizedTest
    @EnumSource
    void shouldOpenNoFlowWhoseHandshakeAFormerOwnerHas(final HandshakeEnd end) {
        open(2, this::byRss);
        connectBothWays(1);
        finish();
        passTimeWait();
        final Engine former = engines[ownerOf(PORT)];
        final Engine owner = engines[1 - ownerOf(PORT)];
        if (end == HandshakeEnd.LATER_LISTENER_CLOSED) { // one that began to listen when there were other engines
            former.listener.close();
            former.listen();
        }
        final Flow flow = peer.connectFrom(PORT, hostAddress);
        peer.work();
        nic.poll();
        former.work();
        assertEquals(1, former.listener.halfOpen());
        moveEveryBucket();
        sweep();
        assertNull(owner.connectFrom(PORT), "while the handshake is under way");
        endHandshake(former, owner, flow, end);
        assertEquals(0, former.listener.halfOpen());
        final PortUse use = steering.portUse(ownerOf(PORT) == 0 ? 1 : 0);
        use.claim(1); // of two flows of a port one after the other the port is in use between them
        assertTrue(!use.isUsed(PORT), "no trace of it");
        assertNotNull(owner.connectFrom(PORT), "free again, though the bucket is not given up");
    }

    private void passTimeWait() {
        nowNs += 120_000_000_000L;
        turn();
    }

    private void endHandshake(final Engine former, final Engine owner, final Flow flow, final HandshakeEnd end) {
        switch (end) {
            case COMPLETED -> {
                flows.add(flow);
                for (int i = 0; i < 3; i++) {
                    turn();
                    assertNull(owner.connectFrom(PORT), "while there is a connection");
                }
                finish();
                assertNull(owner.connectFrom(PORT), "while it is in TIME-WAIT");
                passTimeWait();
            }
            case EXPIRED -> {
                for (int i = 0; i < 200; i++) {
                    nowNs += 1_000_000_000L;
                    former.work();
                }
                assertEquals(1, former.counters.get(TcpCounter.HALF_OPEN_TIMEOUTS));
            }
            case RESET -> {
                flow.connection.abort();
                for (int i = 0; i < 4; i++) {
                    turn();
                }
                assertEquals(1, former.counters.get(TcpCounter.RESETS_IN));
            }
            case LISTENER_CLOSED, LATER_LISTENER_CLOSED -> former.listener.close();
        }
    }

    static Stream<Arguments> framesOfNeighbours() {
        final String arp = "ffffffffffff 020000000009 0806 0001 0800 06 04 ";
        final String v6 = "333300000001 020000000009 86dd 60000000 0020 3a ff ";
        final String host = "20010db8000000000000000000000009";
        final String none = "00000000000000000000000000000000";
        final String rest = " ff020000000000000000000000000001 ";
        final String target = " 00 0000 00000000 20010db8000000000000000000000001 0000000000000000";
        return Stream.of(
            Arguments.of("ARP reply", arp + "0002 020000000009 0a000009 020000000001 0a000001", true),
            Arguments.of("ARP announcement", arp + "0001 020000000009 0a000009 000000000000 0a000009", true),
            Arguments.of("ARP request", arp + "0001 020000000009 0a000009 000000000000 0a000001", false),
            Arguments.of("tagged ARP reply",
                arp.replace("0806", "8100 0005 0806") + "0002 020000000009 0a000009 020000000001 0a000001", true),
            Arguments.of("neighbour advertisement", v6 + host + rest + "88" + target, true),
            Arguments.of("router advertisement", v6 + host + rest + "86" + target, true),
            Arguments.of("redirect", v6 + host + rest + "89" + target, true),
            Arguments.of("probe for a duplicate address", v6 + none + rest + "87" + target, true),
            Arguments.of("neighbour solicitation", v6 + host + rest + "87" + target, false),
            Arguments.of("echo request", v6 + host + rest + "80" + target, false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("framesOfNeighbours")
    void shouldTellEveryEngineWhatNeighboursSayOfThemselves(final String name, final String octets, final boolean everybody) {
        open(3, frame -> 0);
        final FrameBurst frames = new FrameBurst(64);
        nic.deliver(1, HexFormat.of().parseHex(octets.replace(" ", "")));
        final int[] heard = new int[3];
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 3; i++) {
                heard[i] += steering.port(i).receiveBurst(frames);
                steering.port(i).release(frames);
            }
        }
        assertArrayEquals(everybody ? new int[] {1, 1, 1} : new int[] {1, 0, 0}, heard, name);
        assertEquals(everybody ? 2 : 0, total(SteeringCounter.COPIED));
        assertTrue(nic.isPoolFull());
    }

    @Test
    void shouldLoseNothingButTheFrameWhenARingIsFull() {
        open(2, frame -> 0);
        final FrameBurst frames = new FrameBurst(64);
        final byte[] frame = new byte[60];
        frame[12] = 8;
        frame[14] = 0x45;
        frame[23] = 6;
        while (steering.table().owner(steering.table().bucket(0, 0xffff_0000_0000L, 0, 0xffff_0000_0000L, 0, frame[37])) != 1) {
            frame[37]++;
        }
        for (int i = 0; i < 300; i++) {
            nic.deliver(0, frame);
        }
        for (int i = 0; i < 20; i++) {
            steering.port(0).receiveBurst(frames);
            assertEquals(0, frames.count());
        }
        assertEquals(256, steering.port(0).counters().get(SteeringCounter.FORWARDED));
        assertEquals(44, steering.port(0).counters().get(SteeringCounter.DROP_RING_FULL));
        steering.port(1).close();
        assertTrue(nic.isPoolFull());
    }

    @Test
    void shouldRefuseTablesThatDoNotFit() {
        final ToeplitzHash hash = new ToeplitzHash(KEY);
        assertThrows(IllegalArgumentException.class, () -> new SteeringTable(hash, new int[100], 2));
        assertThrows(IllegalArgumentException.class, () -> new SteeringTable(hash, new int[] {0, 2}, 2));
        assertThrows(IllegalArgumentException.class, () -> new SteeringTable(hash, new int[2], 65));
        final SteeringTable table = new SteeringTable(hash, new int[2], 2);
        assertThrows(IllegalArgumentException.class, () -> table.rewrite(new int[4]));
    }
}
