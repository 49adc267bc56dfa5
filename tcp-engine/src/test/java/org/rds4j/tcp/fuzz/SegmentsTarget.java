package org.rds4j.tcp.fuzz;

import static org.rds4j.tcp.fuzz.Rules.require;

import java.util.List;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.model.DirectionRules;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;
import org.rds4j.tcp.wire.TcpOptions;

/**
 * A live connection and a peer that sends segments near its sequence numbers, with right sums, in any order; an application
 * that writes, reads and closes in between; and time. What the host sends must keep RFC 9293 at every segment, what the
 * application reads must be what the peer's stream held.
 * <p>
 * The first two octets choose the host's settings and how the connection begins. Each step takes an octet: its low three bits
 * say what happens, the others how.
 */
public final class SegmentsTarget implements SegmentObserver {
    private static final int PEER_PORT = 9_000;
    private static final int PEER_ISS = 0xffff_f000;
    private static final int PEER_WINDOW = 20_000;
    private static final int PEER_SHIFT = 3;
    private static final int MOST_STEPS = 400;
    private static final int TCP = 6;
    private static final int TCP_SUM = 16;
    private static final int ICMP_SUM = 2;

    private final FuzzInput input;
    private final FrameWriter frames = new FrameWriter();
    private final TcpConfiguration configuration;
    private final FuzzHost host;
    private final boolean isIpv6;
    private final boolean isActive;
    private final boolean hasTimestamps;
    private final boolean hasScale;
    private final boolean hasSack;
    private FuzzOwner owner;
    private boolean isHandshake = true;
    private DirectionRules hostRules = new DirectionRules();
    private final DirectionRules peerRules = new DirectionRules();
    private int hostIss;
    private int hostNext;
    private int hostUna;
    private int hostTimestamp;
    private int peerNext = PEER_ISS + 1;
    private int peerTimestamp = 1_000;
    private int acknowledged = PEER_ISS + 1;
    private int edge = PEER_ISS + 1;
    private int answers;

    private SegmentsTarget(final FuzzInput input) {
        this.input = input;
        final int settings = input.octet();
        final int more = input.octet();
        hasTimestamps = (settings & 0x01) != 0;
        hasSack = (settings & 0x02) != 0;
        hasScale = (settings & 0x04) != 0;
        isIpv6 = (settings & 0x08) != 0;
        isActive = (settings & 0x10) != 0;
        configuration = settings((settings & 0x40) != 0, more);
        final InterfaceConfiguration link = InterfaceConfiguration.of(
            FuzzHost.MAC, FuzzHost.ADDRESS + "/24," + FuzzHost.ADDRESS6 + "/64", LinkCapabilities.plain(FuzzHost.MTU, 8))
            .withTables(8, 8).withTuning(NetworkTuning.builder().duplicateAddressProbes(0).reassemblyContexts(0).build());
        host = new FuzzHost(
            List.of((settings & 0x20) != 0 ? link.withoutAggregation() : link), configuration, this);
        host.isPatterned = true;
        host.isWatched = (settings & 0x80) != 0;
    }

    private TcpConfiguration settings(final boolean isWide, final int more) {
        return (isWide ? TcpConfiguration.wideArea() : TcpConfiguration.datacenter())
            .maxConnections(4).timeWaitCapacity(2).backlog(2).controlQueueLength(8).maxSendRecords(256)
            .sendBufferLength(4096 << (more & 3)).receiveBufferLength(2048 << (more >> 2 & 7)).overhangLength(1024)
            .maxOutOfOrderRanges(4 << (more >> 5 & 1)).nagle((more & 0x40) != 0)
            .timestamps(hasTimestamps).sack(hasSack).windowScale(hasScale).build();
    }

    /**
     * Runs a conversation.
     *
     * @param data what happens in it.
     */
    public static void fuzzerTestOneInput(final byte[] data) {
        final SegmentsTarget run = new SegmentsTarget(new FuzzInput(data));
        run.open();
        run.converse();
        run.host.end();
    }

    private void open() {
        frames.addNeighbourRequest(isIpv6);
        flush();
        if (isActive) {
            owner = host.dial(remote(), PEER_PORT, 5_000);
            host.pump();
            segment(TcpHeaderFlyweight.SYN | TcpHeaderFlyweight.ACK, PEER_ISS, hostIss + 1, 0, synOptions(segmentAddress()), 0);
        } else {
            segment(TcpHeaderFlyweight.SYN, PEER_ISS, 0, 0, synOptions(segmentAddress()), 0);
            flush();
            segment(TcpHeaderFlyweight.ACK, PEER_ISS + 1, hostIss + 1, 0, plainOptions(segmentAddress()), 0);
        }
        flush();
        owner = host.owners.getFirst();
        require(owner.isConnected, "no connection after the handshake");
        isHandshake = false;
        hostUna = hostIss + 1;
    }

    private void converse() {
        for (int step = 0; step < MOST_STEPS && input.hasMore(); step++) {
            final int what = input.octet();
            switch (what & 7) {
                case 0, 1, 2 -> segment(what);
                case 3 -> dataInOrder(what);
                case 4 -> time(what);
                case 5 -> owner.act(what >>> 3, input.octet());
                case 6 -> icmp(what);
                default -> stranger(what);
            }
            host.pump();
            if ((what & 7) > 2 || (what & 0x80) == 0 || !frames.hasRoom()) {
                flush();
            }
        }
        flush();
    }

    private void flush() {
        answers = 0;
        final int arrived = frames.burst().count();
        host.receive(frames.burst());
        frames.burst().clear();
        require(answers <= 3 * arrived + 1, answers + " answers without data to " + arrived + " frames");
    }

    private IpAddress remote() {
        return isIpv6 ? FuzzHost.PEER6 : FuzzHost.PEER;
    }

    private long segmentAddress() {
        return frames.transport(isIpv6);
    }

    /** A segment around what either side expects. */
    private void segment(final int what) {
        final int flags = input.octet();
        final int places = input.octet();
        final int sequence = switch (places & 3) {
            case 0 -> acknowledged;
            case 1 -> peerNext;
            case 2 -> edge;
            default -> PEER_ISS;
        } + offset(places >>> 4 & 3);
        final int acknowledgement = switch (places >>> 2 & 3) {
            case 0 -> hostNext;
            case 1, 2 -> hostUna;
            default -> hostIss;
        } + offset(places >>> 6);
        final int length = Math.min(1_400, input.octet() << ((what & 0x08) != 0 ? 3 : 0));
        final int window = (what & 0x10) != 0 ? input.twoOctets() : PEER_WINDOW;
        final long end = (what & 0x20) != 0 ? oddOptions(segmentAddress()) : plainOptions(segmentAddress());
        write(flags, sequence, acknowledgement, window, end, length, (what & 0x40) != 0 ? input.octet() : 0);
    }

    private int offset(final int scale) {
        return switch (scale) {
            case 0 -> 0;
            case 1 -> input.signedOctet();
            case 2 -> input.signedTwoOctets();
            default -> input.fourOctets();
        };
    }

    /** What a good peer would send: the next octets, with an acknowledgement of everything. */
    private void dataInOrder(final int what) {
        for (int i = 0; i < 1 + (what >>> 6) && frames.hasRoom(); i++) {
            segment(TcpHeaderFlyweight.ACK, peerNext, hostNext, PEER_WINDOW, plainOptions(segmentAddress()),
                Math.min(1_400, input.octet() << (what >>> 3 & 7)));
        }
    }

    private void segment(
        final int flags, final int sequence, final int acknowledgement, final int window, final long end, final int length) {
        write(flags, sequence, acknowledgement, window == 0 ? PEER_WINDOW : window, end, length, 0);
    }

    /** Writes header and payload behind options that end at an address, and adds the frame. */
    private void write(
        final int flags, final int sequence, final int acknowledgement, final int window, final long end, final int length,
        final int oddity) {
        final long address = segmentAddress();
        final int headerLength = (int) (end - address);
        TcpHeaderFlyweight.write(
            address, PEER_PORT, isActive ? 5_000 : FuzzHost.PORT, sequence, acknowledgement, headerLength, flags, window);
        Octets.fill(end, sequence - (PEER_ISS + 1), length);
        if (isHandshake && (flags & TcpHeaderFlyweight.SYN) != 0) {
            peerRules.onSent(address, headerLength, hostRules);
            hostRules.onArrived(address, peerRules);
        } else {
            onPeerSends(address, flags, sequence, acknowledgement, length);
        }
        final boolean isDamaged = (oddity & 0x80) != 0; // not the sum as well: one could make up for the other
        final int sumError = !isDamaged && (oddity & 0x40) != 0 ? 1 : 0;
        frames.addPacket(isIpv6, remote(), TCP, headerLength + length, oddity & 3, TCP_SUM, sumError);
        if (isDamaged) {
            final long last = end + Math.max(0, length - 1);
            NetworkOrder.putByte(last, ~NetworkOrder.getByte(last));
        }
    }

    private void onPeerSends(
        final long address, final int flags, final int sequence, final int acknowledgement, final int length) {
        final int end = sequence + length + ((flags & TcpHeaderFlyweight.FIN) != 0 ? 1 : 0);
        if (end - peerNext > 0 && end - edge <= 0) {
            peerNext = end;
        }
        final boolean isValid = acknowledgement - hostNext <= 0 && acknowledgement - (hostNext - (1 << 20)) >= 0;
        if ((flags & TcpHeaderFlyweight.ACK) != 0 && isValid) {
            hostUna = acknowledgement - hostUna > 0 ? acknowledgement : hostUna;
            if ((flags & TcpHeaderFlyweight.SYN) == 0) {
                hostRules.onArrived(address, peerRules);
            }
        }
    }

    private long synOptions(final long address) {
        long end = TcpOptions.writeMaxSegmentSize(address + TcpHeaderFlyweight.MIN_LENGTH, 1_400);
        end = hasScale ? TcpOptions.writeWindowShift(end, PEER_SHIFT) : end;
        end = hasSack ? TcpOptions.writeSackPermitted(end) : end;
        return hasTimestamps ? TcpOptions.writeTimestamps(end, peerTimestamp, isActive ? hostTimestamp : 0) : end;
    }

    private long plainOptions(final long address) {
        final long end = address + TcpHeaderFlyweight.MIN_LENGTH;
        return hasTimestamps ? TcpOptions.writeTimestamps(end, ++peerTimestamp, hostTimestamp) : end;
    }

    /** SACK blocks around what is in flight, odd timestamps, or octets as they come. */
    private long oddOptions(final long address) {
        final int what = input.octet();
        long end = address + TcpHeaderFlyweight.MIN_LENGTH;
        if ((what & 0x04) != 0) {
            end = TcpOptions.writeTimestamps(
                end, peerTimestamp + offset(what >>> 3 & 3), hostTimestamp + offset(what >>> 5 & 3));
        }
        final int blocks = Math.min(what & 3, (what & 0x04) != 0 ? 3 : 4);
        if ((what & 0x80) != 0) {
            return rawOptions(end);
        }
        if (blocks > 0) {
            end = TcpOptions.writeSack(end, blocks);
            for (int i = 0; i < blocks; i++) {
                final int start = hostUna + (input.signedOctet() << 6);
                end = TcpOptions.writeSackBlock(end, start, start + (input.signedOctet() << 6));
            }
        }
        return end;
    }

    private long rawOptions(final long from) {
        final int room = TcpOptions.MAX_LENGTH - (int) (from - segmentAddress() - TcpHeaderFlyweight.MIN_LENGTH);
        long end = from + input.copy(from, Math.min(room, input.octet() & 31));
        while ((end - from) % 4 != 0) {
            NetworkOrder.putByte(end++, TcpOptions.KIND_END);
        }
        return end;
    }

    private void time(final int what) {
        flush();
        final int amount = what >>> 3;
        if (amount == 31) {
            host.toDeadline();
        } else {
            host.advance(1_000L << amount);
        }
    }

    /** An error that quotes a segment of the host's. */
    private void icmp(final int what) {
        final long message = segmentAddress();
        final int kind = input.octet();
        NetworkOrder.putShort(message, (kind & 3) << 8 | kind >>> 2);
        NetworkOrder.putByte(message, isIpv6 ? 1 + (kind & 3) : (kind & 3) == 0 ? 11 : 3);
        NetworkOrder.putInt(message + 4, isIpv6 || (what & 0x08) != 0 ? input.twoOctets() : 0);
        final long quoted = message + 8 + (isIpv6 ? 40 : 20);
        writeQuotedHeader(message + 8);
        NetworkOrder.putShort(quoted, isActive ? 5_000 : FuzzHost.PORT);
        NetworkOrder.putShort(quoted + 2, PEER_PORT);
        NetworkOrder.putInt(quoted + 4, (what & 0x10) != 0 ? hostUna : hostNext + offset(what >>> 5 & 3));
        frames.addPacket(isIpv6, remote(), isIpv6 ? 58 : 1, (int) (quoted + 8 - message), 0, ICMP_SUM, 0);
    }

    private void writeQuotedHeader(final long packet) {
        if (isIpv6) {
            NetworkOrder.putInt(packet, 0x6000_0000);
            NetworkOrder.putInt(packet + 4, 20 << 16 | TCP << 8 | 64);
            NetworkOrder.putLong(packet + 8, FuzzHost.ADDRESS6.high());
            NetworkOrder.putLong(packet + 16, FuzzHost.ADDRESS6.low());
            NetworkOrder.putLong(packet + 24, FuzzHost.PEER6.high());
            NetworkOrder.putLong(packet + 32, FuzzHost.PEER6.low());
        } else {
            NetworkOrder.putInt(packet, 0x4500_0028);
            NetworkOrder.putInt(packet + 4, 0x4000);
            NetworkOrder.putInt(packet + 8, 64 << 24 | TCP << 16);
            NetworkOrder.putInt(packet + 12, (int) FuzzHost.ADDRESS.low());
            NetworkOrder.putInt(packet + 16, (int) FuzzHost.PEER.low());
        }
    }

    /** A segment for the listener or for nobody, from another port of the same peer. */
    private void stranger(final int what) {
        final long address = segmentAddress();
        final int flags = input.octet();
        final long end = (what & 0x08) != 0
            ? rawOptions(address + TcpHeaderFlyweight.MIN_LENGTH) : address + TcpHeaderFlyweight.MIN_LENGTH;
        final int headerLength = (int) (end - address);
        TcpHeaderFlyweight.write(
            address, 10_000 + (what >>> 5), (what & 0x10) != 0 ? 81 : FuzzHost.PORT, input.fourOctets(),
            hostIss + offset(flags >>> 6), headerLength, flags & 0x3f, PEER_WINDOW);
        frames.addPacket(isIpv6, remote(), TCP, headerLength, 0, TCP_SUM, 0);
    }

    @Override
    public void onSent(final long remoteLow, final long segment, final int length) {
        if (TcpHeaderFlyweight.destinationPort(segment) != PEER_PORT || (owner != null && owner.isClosed)) {
            return;
        }
        final int flags = TcpHeaderFlyweight.flags(segment);
        final int headerLength = TcpHeaderFlyweight.headerLength(segment);
        if (isHandshake && (flags & TcpHeaderFlyweight.SYN) != 0) {
            hostIss = TcpHeaderFlyweight.sequence(segment);
            hostNext = hostIss + 1;
        }
        answers += length == headerLength && (flags & TcpHeaderFlyweight.FIN) == 0 ? 1 : 0;
        final String broken = hostRules.onSent(segment, length, peerRules);
        require(broken == null, broken);
        if ((flags & TcpHeaderFlyweight.RST) == 0) {
            follow(segment, length, flags, headerLength);
        }
    }

    private void follow(final long segment, final int length, final int flags, final int headerLength) {
        final int sequence = TcpHeaderFlyweight.sequence(segment);
        final int payload = length - headerLength;
        require(payload == 0 || Octets.firstWrong(segment + headerLength, sequence - (hostIss + 1), payload) < 0,
            "wrong octets were sent");
        final int end = sequence + payload + ((flags & TcpHeaderFlyweight.FIN) != 0 ? 1 : 0);
        hostNext = end - hostNext > 0 ? end : hostNext;
        final boolean isSyn = (flags & TcpHeaderFlyweight.SYN) != 0;
        if ((flags & TcpHeaderFlyweight.ACK) != 0) {
            acknowledged = TcpHeaderFlyweight.acknowledgement(segment);
            final int shift = isSyn || !hasScale ? 0 : configuration.windowShift();
            final int newEdge = acknowledged + (TcpHeaderFlyweight.window(segment) << shift);
            edge = newEdge - edge > 0 ? newEdge : edge;
        }
        if (hasTimestamps && headerLength >= TcpHeaderFlyweight.MIN_LENGTH + TcpOptions.TIMESTAMPS_LENGTH) {
            hostTimestamp = timestamp(segment, headerLength);
        }
    }

    private static int timestamp(final long segment, final int headerLength) {
        int at = TcpHeaderFlyweight.MIN_LENGTH;
        while (at < headerLength && NetworkOrder.getByte(segment + at) != TcpOptions.KIND_TIMESTAMPS) {
            at += NetworkOrder.getByte(segment + at) == TcpOptions.KIND_NOP ? 1 : NetworkOrder.getByte(segment + at + 1);
        }
        return at < headerLength ? NetworkOrder.getInt(segment + at + 2) : 0;
    }
}
