package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.network.NetworkFixture.FAR;
import static org.rds4j.tcp.network.NetworkFixture.FAR6;
import static org.rds4j.tcp.network.NetworkFixture.GATEWAY;
import static org.rds4j.tcp.network.NetworkFixture.OTHER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.OWN;
import static org.rds4j.tcp.network.NetworkFixture.OWN6;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER;
import static org.rds4j.tcp.network.NetworkFixture.PEER6;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.unhex;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.AllocationMeter;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.NetworkOrder;

/** A million good, mutated and random frames, seeded ({@code -Drds.seed}). */
class NetworkLayerFuzzTest {
    private static final int FRAMES = 1_000_000;
    private static final int CHUNK = 25_000;
    private static final int MAX_LENGTH = 1522;
    private static final IpAddress OTHER6 = IpAddress.parse("2001:db8::5");

    private final long seed = Long.getLong("rds.seed", 20261120L);
    private final Random random = new Random(seed);
    private final NetworkCounters counters = NetworkCounters.allocate();
    private final InterfaceConfiguration plain = InterfaceConfiguration.of(
        OWN_MAC, "192.0.2.1/24,2001:db8::1/64", new LinkCapabilities(1500, 32, true, true, 0, true, true, false))
        .withGateway("192.0.2.254").withGateway("fe80::ff:fe00:3").withTables(32, 16)
        .withTuning(NetworkTuning.builder().duplicateAddressProbes(0).reassemblyContexts(8).build());
    private final InterfaceConfiguration tagged = plain.withVlan(VlanTags.of(5))
        .withTuning(NetworkTuning.builder().duplicateAddressProbes(0).routerAdvertisements(true).build());
    private final NetworkLayer layer = new NetworkLayer(List.of(plain, tagged), new Random(seed), counters);
    private final BoundsChecker transport = new BoundsChecker(counters);
    private final FrameChecker sink = new FrameChecker();
    private final NetworkRoute[] routes = new NetworkRoute[40];
    private final ByteBuffer memory = ByteBuffer.allocateDirect(MAX_LENGTH);
    private final long address = BufferUtil.address(memory);
    private final byte[][] seeds = {
        NetworkFixture.arpRequest(PEER_MAC, PEER, OWN),
        NetworkFixture.arpReply(PEER_MAC, PEER),
        NetworkFixture.arpReply(OTHER_MAC, GATEWAY),
        NetworkFixture.arpRequest(OTHER_MAC, PEER + 5, PEER + 5),
        NetworkFixture.tcp(new byte[20]),
        NetworkFixture.tcp(new byte[1480]),
        NetworkFixture.patched(NetworkFixture.tcp(new byte[] {7, 7, 4, 0, 0, 0, 0, 0, 1, 2, 3, 4}), 0, 0x47),
        NetworkFixture.patched(NetworkFixture.tcp(new byte[60]), 0, 0x4f),
        NetworkFixture.echo(3, new byte[0]),
        NetworkFixture.echo(4, new byte[1000]),
        NetworkFixture.icmp(3, 4, 1400, NetworkFixture.ipv4Packet(6, OWN, FAR, new byte[8])),
        NetworkFixture.icmp(11, 0, 0, NetworkFixture.ipv4Packet(6, OWN, PEER, new byte[20])),
        NetworkFixture.ipv4(17, PEER, OWN, new byte[100]),
        NetworkFixture.ipv4(132, FAR, OWN, new byte[10]),
        NetworkFixture.patched(NetworkFixture.tcp(new byte[64]), 6, 0x20, 0),
        NetworkFixture.patched(NetworkFixture.tcp(new byte[64]), 6, 0, 8),
        NetworkFixture.ipv6(6, 64, PEER6, OWN6, new byte[20]),
        NetworkFixture.ipv6(6, 64, FAR6, OWN6, new byte[1440]),
        NetworkFixture.ipv6(0, 64, PEER6, OWN6, unhex("3c00 0502 0000 0100" + "0600 0104 0000 0000" + "00".repeat(32))),
        NetworkFixture.ipv6(44, 64, PEER6, OWN6, unhex("0600 0001 0000 0009" + "00".repeat(64))),
        NetworkFixture.ipv6(44, 64, PEER6, OWN6, unhex("0600 0040 0000 0009" + "00".repeat(20))),
        NetworkFixture.ipv6(59, 64, PEER6, OWN6, new byte[0]),
        NetworkFixture.ipv6(17, 64, PEER6, OWN6, new byte[100]),
        NetworkFixture.ipv6(132, 64, PEER6, OWN6, new byte[10]),
        NetworkFixture.icmpv6(128, 0, 7, 64, PEER6, OWN6, new byte[40]),
        NetworkFixture.icmpv6(2, 0, 1400, 64, PEER6, OWN6, NetworkFixture.ipv6Packet(6, 64, OWN6, FAR6, new byte[8])),
        NetworkFixture.neighbour(135, 0, PEER6, IpAddress.parse("ff02::1:ff00:1"), OWN6, 1, PEER_MAC),
        NetworkFixture.neighbour(135, 0, IpAddress.UNSPECIFIED, IpAddress.parse("ff02::1:ff00:1"), OWN6, 0, 0),
        NetworkFixture.neighbour(136, 0x6000_0000, PEER6, OWN6, PEER6, 2, PEER_MAC),
        NetworkFixture.neighbour(136, 0x2000_0000, PEER6, NetworkFixture.ALL_NODES, PEER6, 2, OTHER_MAC),
        NetworkFixture.neighbour(136, 0x2000_0000, OTHER6, NetworkFixture.ALL_NODES, OWN6, 2, OTHER_MAC),
        NetworkFixture.icmpv6(134, 0, 1800, 255, NetworkFixture.GATEWAY6, NetworkFixture.ALL_NODES, unhex(
            "0000 0000 0000 0000" + "0304 40c0 0000 1000 0000 1000 0000 0000 2001 0db8 0001 0000 0000 0000 0000 0000")),
    };
    private long nowNs;
    private long framesIn;
    private long framesOut;

    @Test
    void shouldSurviveAMillionFramesWithoutExceptionOrAllocationAndAccountForEach() {
        layer.transport(transport);
        for (int i = 0; i < routes.length; i++) {
            routes[i] = i % 4 == 0
                ? layer.route(i < 30 ? PEER6.high() : FAR6.high(), PEER6.low() + i)
                : layer.route(0, Ipv4Address.mappedLow(i < 30 ? PEER + i : FAR + i));
        }
        int allocatingChunks = 0;
        while (framesIn < FRAMES) {
            final long allocated = AllocationMeter.allocated(this::runChunk);
            allocatingChunks += allocated > 0 && framesIn > FRAMES / 2 ? 1 : 0;
        }
        assertTrue(allocatingChunks <= 2, allocatingChunks + " chunks allocated on the heap, seed " + seed);
        assertEquals(framesIn, counters.get(NetworkCounter.FRAMES_RECEIVED));
        assertEquals(framesIn, outcomes(), "seed " + seed);
        assertEquals(transport.segments, counters.get(NetworkCounter.SEGMENTS_DELIVERED));
        assertEquals(transport.errors, counters.get(NetworkCounter.ICMP_ERROR_DELIVERED));
        assertEquals(framesOut, counters.get(NetworkCounter.CONTROL_FRAMES_SENT));
        assertEquals(0, transport.outOfBounds + sink.broken, "seed " + seed);
        final EnumSet<NetworkCounter> unseen = EnumSet.allOf(NetworkCounter.class);
        unseen.removeIf(counter -> !counter.isOutcome() || counters.get(counter) > 0);
        assertTrue(unseen.isEmpty(), "the fuzz never reached " + unseen);
    }

    private long outcomes() {
        long sum = 0;
        for (final NetworkCounter counter : NetworkCounter.values()) {
            sum += counter.isOutcome() ? counters.get(counter) : 0;
        }
        return sum;
    }

    private void runChunk() {
        for (int i = 0; i < CHUNK; i++) {
            final int length = prepareFrame();
            transport.expect(address, length);
            layer.onFrame(address, length, random.nextInt(8) == 0 ? random.nextInt(64) : 0, random.nextInt(8), nowNs);
            framesIn++;
            nowNs += random.nextInt(1 << 24);
            routes[random.nextInt(routes.length)].isResolved(nowNs);
            if ((i & 7) == 0) {
                sink.room = random.nextInt(16);
                framesOut += layer.poll(sink, nowNs);
            }
        }
    }

    private int prepareFrame() {
        final byte[] frame = seeds[random.nextInt(seeds.length)];
        for (int i = 0; i < frame.length; i++) {
            UnsafeApi.putByte(address + i, frame[i]);
        }
        if (random.nextInt(50) == 0) {
            for (int i = random.nextInt(34); i < frame.length; i++) {
                UnsafeApi.putByte(address + i, (byte) random.nextInt());
            }
        }
        for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
            final int at = random.nextInt(Math.min(frame.length, 80));
            final boolean isBitFlip = random.nextBoolean();
            final int old = UnsafeApi.getByte(address + at);
            UnsafeApi.putByte(address + at, (byte) (isBitFlip ? old ^ (1 << random.nextInt(8)) : random.nextInt()));
        }
        final int length = random.nextInt(20) == 0 ? random.nextInt(frame.length + 1) : frame.length;
        if (random.nextInt(4) != 0) {
            repairChecksums(length);
        }
        return random.nextInt(6) == 0 && length >= 12 && length < MAX_LENGTH - 8 ? tag(length) : length;
    }

    /** Moves the frame behind one tag, or two. */
    private int tag(final int length) {
        for (int i = length - 1; i >= 12; i--) {
            UnsafeApi.putByte(address + i + 4, UnsafeApi.getByte(address + i));
        }
        final boolean isService = random.nextInt(4) == 0;
        NetworkOrder.putInt(address + 12, (isService ? 0x88a8_0000 : 0x8100_0000) | (random.nextInt(4) == 0 ? 0 : 5));
        return isService && length + 8 < MAX_LENGTH ? tag(length + 4) : length + 4;
    }

    /** Makes the sums right where there is room for them, so that mutations get past them. */
    private void repairChecksums(final int length) {
        if (length >= 58 && NetworkOrder.getShort(address + 12) == 0x86dd && NetworkOrder.getByte(address + 20) == 58) {
            repairIcmpv6(length);
        }
        final int headerLength = (NetworkOrder.getByte(address + 14) & 0xf) * 4;
        if (NetworkOrder.getShort(address + 12) != 0x0800 || headerLength < 20 || 14 + headerLength > length) {
            return;
        }
        NetworkOrder.putShort(address + 24, 0);
        NetworkOrder.putShort(address + 24, InternetChecksum.fold(InternetChecksum.partialSum(address + 14, headerLength)));
        final int messageLength = NetworkOrder.getShort(address + 16) - headerLength;
        final long message = address + 14 + headerLength;
        if (NetworkOrder.getByte(address + 23) == 1 && messageLength >= 4 && 14 + headerLength + messageLength <= length) {
            NetworkOrder.putShort(message + 2, 0);
            NetworkOrder.putShort(message + 2, InternetChecksum.fold(InternetChecksum.partialSum(message, messageLength)));
        }
    }

    private void repairIcmpv6(final int length) {
        final int messageLength = NetworkOrder.getShort(address + 18);
        if (messageLength >= 4 && 54 + messageLength <= length) {
            NetworkOrder.putShort(address + 56, 0);
            NetworkOrder.putShort(address + 56, icmpv6Sum(address + 14, messageLength));
        }
    }

    private static int icmpv6Sum(final long packet, final int messageLength) {
        return InternetChecksum.fold(InternetChecksum.partialSum(58L + messageLength, packet + 8, 32 + messageLength));
    }

    /** Whatever is handed up must lie within the frame, unless fragments were put together. */
    private static final class BoundsChecker implements TransportHandler {
        private final NetworkCounters counters;
        private long start;
        private long end;
        private long reassembled;
        long segments;
        long errors;
        long outOfBounds;

        BoundsChecker(final NetworkCounters counters) {
            this.counters = counters;
        }

        void expect(final long address, final int length) {
            start = address;
            end = address + length;
            reassembled = counters.get(NetworkCounter.REASSEMBLED);
        }

        @Override
        public void onSegment(
            final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
            final long address, final int length, final int trafficClass, final boolean checksumVerified, final long nowNs) {
            segments++;
            check(address, length, 0);
        }

        @Override
        public void onIcmpError(
            final IcmpErrorKind kind, final int nextHopMtu,
            final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
            final long address, final int length, final long nowNs) {
            errors++;
            check(address, length, 8);
        }

        private void check(final long address, final int length, final int least) {
            final boolean isWithin = address >= start + 34 && address + length <= end;
            if (length < least || (!isWithin && counters.get(NetworkCounter.REASSEMBLED) == reassembled)) {
                outOfBounds++;
            }
        }
    }

    /** Whatever is sent must be a frame of this host. */
    private static final class FrameChecker implements FrameSink {
        int room;
        long broken;
        private final ByteBuffer memory = ByteBuffer.allocateDirect(MAX_LENGTH);
        private final long address = BufferUtil.address(memory);

        @Override
        public long claim(final int length) {
            if (length < 60 || length > MAX_LENGTH) {
                broken++;
            }
            return room > 0 ? address : 0;
        }

        @Override
        public void commit(final int length, final int flags) {
            room--;
            final int type = NetworkOrder.getShort(address + 12);
            final boolean isIntact = type == 0x0806
                || (type == 0x86dd && icmpv6Sum(address + 14, NetworkOrder.getShort(address + 18)) == 0)
                || (type == 0x0800 && InternetChecksum.fold(InternetChecksum.partialSum(address + 14, 20)) == 0
                && InternetChecksum.fold(
                    InternetChecksum.partialSum(address + 34, NetworkOrder.getShort(address + 16) - 20)) == 0);
            if (NetworkOrder.getMac(address + 6) != OWN_MAC || !isIntact) {
                broken++;
            }
        }

        @Override
        public void abort() {
            // Nothing is kept.
        }
    }
}
