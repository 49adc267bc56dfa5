package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.network.NetworkFixture.FAR;
import static org.rds4j.tcp.network.NetworkFixture.GATEWAY;
import static org.rds4j.tcp.network.NetworkFixture.OTHER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.OWN;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;

import java.nio.ByteBuffer;
import java.util.EnumSet;
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
    private static final int MAX_LENGTH = 1514;

    private final long seed = Long.getLong("rds.seed", 20261120L);
    private final Random random = new Random(seed);
    private final NetworkCounters counters = NetworkCounters.allocate();
    private final NetworkLayer layer = new NetworkLayer(
        InterfaceConfiguration.of(OWN_MAC, "192.0.2.1/24", new LinkCapabilities(1500, 32, true, true, 0, true, true, false))
            .withGateway("192.0.2.254").withTables(32, 16),
        new Random(seed), counters);
    private final BoundsChecker transport = new BoundsChecker();
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
    };
    private long nowNs;
    private long framesIn;
    private long framesOut;

    @Test
    void shouldSurviveAMillionFramesWithoutExceptionOrAllocationAndAccountForEach() {
        layer.transport(transport);
        for (int i = 0; i < routes.length; i++) {
            routes[i] = layer.route(0, Ipv4Address.mappedLow(i < 30 ? PEER + i : FAR + i));
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
            transport.start = address;
            transport.end = address + length;
            layer.onFrame(address, length, random.nextInt(8) == 0 ? random.nextInt(64) : 0, nowNs);
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
        return length;
    }

    /** Makes the sums right where there is room for them, so that mutations get past them. */
    private void repairChecksums(final int length) {
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

    /** Whatever is handed up must lie within the frame. */
    private static final class BoundsChecker implements TransportHandler {
        long start;
        long end;
        long segments;
        long errors;
        long outOfBounds;

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
            if (length < least || address < start + 34 || address + length > end) {
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
            final boolean isIpv4 = NetworkOrder.getShort(address + 12) == 0x0800;
            final boolean isIntact = !isIpv4
                || (InternetChecksum.fold(InternetChecksum.partialSum(address + 14, 20)) == 0
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
