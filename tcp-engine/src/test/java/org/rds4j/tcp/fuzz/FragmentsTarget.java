package org.rds4j.tcp.fuzz;

import static org.rds4j.tcp.fuzz.Rules.require;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.network.IcmpErrorKind;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.network.TransportHandler;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * Fragments of IPv4 and IPv6 packets in any order and overlap, against maps that remember who sent which octet: a packet comes
 * up when every octet came once, and never when one came twice (RFC 5722).
 */
public final class FragmentsTarget implements TransportHandler {
    private static final int MOST_STEPS = 200;
    private static final int CONTEXTS = 2;
    private static final int IDS = 4;
    private static final int UNIT = 8;
    private static final int MOST_PIECES = 128;
    private static final int LEAST_HEADER = 20;
    private static final long SECOND = 1_000_000_000L;
    private static final long LIFETIME_NS = 30 * SECOND;

    private final FuzzInput input;
    private final FrameWriter frames = new FrameWriter();
    private final NetworkCounters counters = NetworkCounters.allocate();
    private final NetworkLayer network;
    private final Map<Integer, Packet> packets = new HashMap<>();
    private final Discard sink = new Discard();
    private long nowNs = 1_000 * SECOND;
    private Packet expected;
    private int delivered;

    private FragmentsTarget(final FuzzInput input) {
        this.input = input;
        network = new NetworkLayer(
            InterfaceConfiguration.of(
                FuzzHost.MAC, FuzzHost.ADDRESS + "/24," + FuzzHost.ADDRESS6 + "/64", LinkCapabilities.plain(FuzzHost.MTU, 8))
                .withTables(8, 8).withTuning(NetworkTuning.builder().duplicateAddressProbes(0)
                    .reassemblyContexts(CONTEXTS).reassemblyTimeoutNs(LIFETIME_NS).build()),
            new Random(5), counters);
        network.transport(this);
    }

    /**
     * Runs a sequence of fragments.
     *
     * @param data where each lies.
     */
    public static void fuzzerTestOneInput(final byte[] data) {
        final FragmentsTarget run = new FragmentsTarget(new FuzzInput(data));
        for (int step = 0; step < MOST_STEPS && run.input.hasMore(); step++) {
            run.step(run.input.octet());
        }
    }

    private void step(final int what) {
        if (what == 0xff) {
            nowNs += LIFETIME_NS;
            network.poll(sink, nowNs);
            packets.clear();
            return;
        }
        final boolean isIpv6 = (what & 0x01) != 0;
        final int key = what & 0x07;
        final boolean hasMore = (what & 0x08) != 0;
        final int start = input.octet() * UNIT;
        final int length = (what & 0x10) != 0 ? 1 + input.octet() : UNIT * (1 + (input.octet() & 0x1f));
        piece(key, isIpv6, start, length, hasMore);
    }

    private void piece(final int key, final boolean isIpv6, final int start, final int length, final boolean hasMore) {
        final boolean isAlone = start == 0 && !hasMore; // not a fragment, and so none of the others' business (RFC 6946)
        if (isAlone) {
            expected = new Packet();
            expected.add(0, length + LEAST_HEADER, false);
            deliver(key, isIpv6, 0, length + LEAST_HEADER, false);
            return;
        }
        final Packet packet = packets.get(key);
        final boolean isImpossible = (hasMore && length % UNIT != 0) || (start == 0 && length < LEAST_HEADER);
        final boolean isRefused = isImpossible || (packet == null && packets.size() == CONTEXTS);
        final Packet target = packet == null ? new Packet() : packet;
        expected = !isRefused && target.add(start, length, hasMore) ? target : null;
        if (!isRefused) {
            packets.put(key, target);
        }
        deliver(key, isIpv6, start, length, hasMore);
        if (expected != null) {
            packets.remove(key);
        }
    }

    private void deliver(final int key, final boolean isIpv6, final int start, final int length, final boolean hasMore) {
        delivered = 0;
        send(key, isIpv6, start, length, hasMore);
        network.onBurst(frames.burst(), nowNs);
        network.poll(sink, nowNs);
        frames.burst().clear();
        require(delivered == (expected == null ? 0 : 1), delivered + " packets came up");
    }

    private void send(final int key, final boolean isIpv6, final int start, final int length, final boolean hasMore) {
        final int identification = key / 2 % IDS;
        if (isIpv6) {
            final long header = frames.transport(true);
            NetworkOrder.putInt(header, 6 << 24 | start | (hasMore ? 1 : 0));
            NetworkOrder.putInt(header + 4, identification);
            Octets.fill(header + 8, start, length);
            final int sum = NetworkOrder.getShort(header + 8);
            frames.addPacket(true, FuzzHost.PEER6, 44, 8 + length, 0, 8, 0);
            NetworkOrder.putShort(frames.burst().address(frames.burst().count() - 1) + 14 + 40 + 8, sum);
            return;
        }
        final long payload = frames.transport(false);
        UnsafeApi.setMemory(payload, Math.max(length, LEAST_HEADER), (byte) 0);
        frames.addPacket(false, FuzzHost.PEER, 6, length, 0, 16, 0);
        Octets.fill(payload, start, length);
        final long packet = payload - 20;
        NetworkOrder.putInt(packet + 4, identification << 16 | start / UNIT | (hasMore ? 0x2000 : 0));
        NetworkOrder.putShort(packet + 10, 0);
        NetworkOrder.putShort(packet + 10, InternetChecksum.fold(InternetChecksum.partialSum(packet, 20)));
    }

    @Override
    public void onSegment(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final long address, final int length, final int trafficClass, final boolean checksumVerified, final long now) {
        delivered++;
        require(expected != null, "a packet with a hole or an overlap came up");
        require(length == expected.total, "a packet of " + length + " octets for " + expected.total);
        require(Octets.firstWrong(address, 0, length) < 0, "wrong octets");
    }

    @Override
    public void onIcmpError(
        final IcmpErrorKind kind, final int nextHopMtu,
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final long address, final int length, final long now) {
        throw new AssertionError("an error of nobody's");
    }

    /** Which octets came, and whether any of it contradicts the rest. */
    private static final class Packet {
        private static final int SPAN = 65_536;
        private final boolean[] came = new boolean[SPAN / UNIT + 64];
        private int total = Integer.MAX_VALUE;
        private int highest;
        private boolean isPoisoned;

        /** True when the piece completes the packet. */
        boolean add(final int start, final int length, final boolean hasMore) {
            final int end = start + length;
            isPoisoned |= end > total || (!hasMore && (total != Integer.MAX_VALUE || highest > end));
            for (int unit = start / UNIT; unit < (end + UNIT - 1) / UNIT; unit++) {
                isPoisoned |= came[unit];
            }
            if (isPoisoned) {
                return false;
            }
            for (int unit = start / UNIT; unit < (end + UNIT - 1) / UNIT; unit++) {
                came[unit] = true;
            }
            total = hasMore ? total : end;
            highest = Math.max(highest, end);
            isPoisoned = runs() > MOST_PIECES;
            return !isPoisoned && total != Integer.MAX_VALUE && isWhole();
        }

        private int runs() {
            int runs = 0;
            for (int unit = 1; unit < came.length; unit++) {
                runs += came[unit] && !came[unit - 1] ? 1 : 0;
            }
            return runs + (came[0] ? 1 : 0);
        }

        private boolean isWhole() {
            for (int unit = 0; unit < (total + UNIT - 1) / UNIT; unit++) {
                if (!came[unit]) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Takes errors about what was given up. */
    private static final class Discard implements FrameSink {
        private final Octets octets = new Octets(FrameWriter.MOST_OCTETS);

        @Override
        public long claim(final int length) {
            require(length <= octets.length(), "a frame of " + length);
            return octets.address();
        }

        @Override
        public void commit(final int length, final int flags) {
            require(length <= FuzzHost.MTU + 14, "a frame of " + length);
        }

        @Override
        public void abort() {
            // Nothing is kept.
        }
    }
}
