package org.rds4j.tcp.network;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.wire.Ipv4Flyweight;
import org.rds4j.tcp.wire.Ipv6Flyweight;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * Puts the fragments of packets together again (RFC 791 section 3.2, RFC 8200 section 4.5): so many packets at once, so long,
 * in memory taken at start. Pieces that overlap in any way end their packet, and what comes of it later is dropped as well
 * (RFC 5722), so that nobody can have two opinions on its octets. When all places are taken the newest packet loses.
 */
final class Reassembler {
    /** More pieces than any path makes of the largest packet; bounds the work per piece. */
    private static final int MAX_PIECES = 128;
    private static final int MAX_PACKET_LENGTH = 65_535;
    private static final int FRAGMENT_UNIT = 8;
    private static final int CONGESTION_EXPERIENCED = 3;

    private final Context[] contexts;
    private final long lifetimeNs;
    private final NetworkCounters counters;
    private final Ipv4Flyweight ipv4 = new Ipv4Flyweight();
    private final Ipv6Flyweight ipv6 = new Ipv6Flyweight();
    private long nextDeadlineNs = Long.MAX_VALUE;
    private Context completed;

    Reassembler(final NetworkTuning tuning, final NetworkCounters counters) {
        this.contexts = new Context[tuning.reassemblyContexts()];
        this.lifetimeNs = tuning.reassemblyTimeoutNs();
        this.counters = counters;
        for (int i = 0; i < contexts.length; i++) {
            contexts[i] = new Context();
        }
    }

    boolean isOff() {
        return contexts.length == 0;
    }

    /**
     * Takes a piece, borrowed.
     *
     * @return what became of it; null when it completed its packet, which then is at {@link #packet()} until
     * {@link #release()}.
     */
    NetworkCounter add(final ReceivedPacket piece, final long nowNs) {
        final int length = piece.totalLength - piece.fragmentStart;
        final boolean isWhole = !piece.hasMoreFragments || length % FRAGMENT_UNIT == 0;
        final int headerLength = piece.isIpv6 ? Ipv6Flyweight.HEADER_LENGTH : Ipv4Flyweight.MIN_HEADER_LENGTH;
        final boolean showsPorts = piece.fragmentOffset > 0 || piece.protocol != TcpHeaderFlyweight.PROTOCOL
            || piece.transportLength() >= TcpHeaderFlyweight.MIN_LENGTH;
        if (length == 0 || !isWhole || !showsPorts
            || headerLength + piece.fragmentOffset + length > MAX_PACKET_LENGTH) {
            return NetworkCounter.IP_FRAGMENT_REFUSED;
        }
        final Context context = contextOf(piece, nowNs);
        if (context == null) {
            counters.increment(NetworkCounter.REASSEMBLY_FULL);
            return NetworkCounter.IP_FRAGMENT_REFUSED;
        }
        return addTo(context, piece, length);
    }

    private Context contextOf(final ReceivedPacket piece, final long nowNs) {
        Context free = null;
        for (final Context context : contexts) {
            if (context.matches(piece)) {
                return context;
            }
            free = context.inUse ? free : context;
        }
        if (free != null) {
            free.begin(piece, nowNs + lifetimeNs);
            nextDeadlineNs = Math.min(nextDeadlineNs, free.deadlineNs);
        }
        return free;
    }

    private NetworkCounter addTo(final Context context, final ReceivedPacket piece, final int length) {
        if (context.isPoisoned || !context.add(piece.fragmentOffset, length, piece.hasMoreFragments)) {
            if (!context.isPoisoned) {
                context.isPoisoned = true;
                counters.increment(NetworkCounter.REASSEMBLY_OVERLAP);
            }
            return NetworkCounter.IP_FRAGMENT_REFUSED;
        }
        UnsafeApi.copyMemory(
            piece.header + piece.fragmentStart, context.payload() + piece.fragmentOffset, length);
        if (piece.fragmentOffset == 0) {
            context.take(piece);
        }
        if ((piece.trafficClass & CONGESTION_EXPERIENCED) == CONGESTION_EXPERIENCED) {
            context.congestion = CONGESTION_EXPERIENCED; // RFC 3168 section 5.3
        }
        if (!context.isComplete()) {
            return NetworkCounter.IP_FRAGMENT_KEPT;
        }
        context.trafficClass |= context.congestion;
        writeHeader(context, context.total);
        completed = context;
        counters.increment(NetworkCounter.REASSEMBLED);
        return null;
    }

    /** A header without options or extensions in front of the payload, as if the packet had come in one piece. */
    private void writeHeader(final Context context, final int payloadLength) {
        context.totalLength = context.headerLength() + payloadLength;
        if (context.isIpv6) {
            ipv6.wrap(context.header(), context.totalLength);
            ipv6.first(context.trafficClass, payloadLength, context.protocol, context.hopLimit);
            ipv6.source(context.sourceHigh, context.sourceLow).destination(context.destinationHigh, context.destinationLow);
            return;
        }
        ipv4.wrap(context.header(), context.totalLength);
        ipv4.withoutOptions().trafficClass(context.trafficClass).totalLength(context.totalLength);
        ipv4.identification(context.id).fragment(0).timeToLive(context.hopLimit).protocol(context.protocol);
        ipv4.source((int) context.sourceLow).destination((int) context.destinationLow).computeChecksum();
    }

    /** Address of the completed packet's IP header. */
    long packet() {
        return completed.header();
    }

    /** Octets of the completed packet. */
    int packetLength() {
        return completed.totalLength;
    }

    /** The completed packet has been dealt with. */
    void release() {
        completed.inUse = false;
        completed = null;
    }

    long nextDeadlineNs() {
        return nextDeadlineNs;
    }

    /**
     * Gives up one packet whose time is over.
     *
     * @param parts filled with its first piece when that had come.
     * @return false when none is left.
     */
    boolean expire(final ReceivedPacket parts, final long nowNs) {
        if (nowNs < nextDeadlineNs) {
            return false;
        }
        nextDeadlineNs = Long.MAX_VALUE;
        Context expired = null;
        for (final Context context : contexts) {
            if (context.inUse && expired == null && context.deadlineNs <= nowNs) {
                expired = context;
                context.inUse = false;
            } else if (context.inUse) {
                nextDeadlineNs = Math.min(nextDeadlineNs, context.deadlineNs);
            }
        }
        if (expired == null) {
            return false;
        }
        counters.increment(NetworkCounter.REASSEMBLY_TIMEOUT);
        describe(expired, parts);
        return true;
    }

    private void describe(final Context context, final ReceivedPacket parts) {
        parts.totalLength = 0;
        if (context.isPoisoned || !context.hasFirst()) {
            return;
        }
        writeHeader(context, context.ends[0]);
        parts.isIpv6 = context.isIpv6;
        parts.sourceHigh = context.sourceHigh;
        parts.sourceLow = context.sourceLow;
        parts.destinationHigh = context.destinationHigh;
        parts.destinationLow = context.destinationLow;
        parts.header = context.header();
        parts.totalLength = context.totalLength;
        parts.toGroup = false;
        parts.station = context.station;
    }

    /** One packet in the making; reused. */
    private static final class Context {
        private final ByteBuffer memory = ByteBuffer.allocateDirect(Ipv6Flyweight.HEADER_LENGTH + MAX_PACKET_LENGTH);
        private final long address = BufferUtil.address(memory);
        /** Pieces in order, none touching the next: starts and ends. */
        private final int[] starts = new int[MAX_PIECES];
        private final int[] ends = new int[MAX_PIECES];
        private int pieces;
        private int total;
        private boolean inUse;
        private boolean isPoisoned;
        private boolean isIpv6;
        private long sourceHigh;
        private long sourceLow;
        private long destinationHigh;
        private long destinationLow;
        private int id;
        private int protocol;
        private int trafficClass;
        private int congestion;
        private int hopLimit;
        private int totalLength;
        private long station;
        private long deadlineNs;

        boolean matches(final ReceivedPacket piece) {
            return inUse && id == piece.fragmentId && isIpv6 == piece.isIpv6
                && sourceLow == piece.sourceLow && sourceHigh == piece.sourceHigh
                && destinationLow == piece.destinationLow && destinationHigh == piece.destinationHigh
                && (isIpv6 || protocol == piece.fragmentProtocol);
        }

        void begin(final ReceivedPacket piece, final long untilNs) {
            inUse = true;
            isPoisoned = false;
            pieces = 0;
            total = Integer.MAX_VALUE;
            congestion = 0;
            isIpv6 = piece.isIpv6;
            sourceHigh = piece.sourceHigh;
            sourceLow = piece.sourceLow;
            destinationHigh = piece.destinationHigh;
            destinationLow = piece.destinationLow;
            id = piece.fragmentId;
            take(piece);
            deadlineNs = untilNs;
        }

        /** What the first piece says counts for the whole. */
        void take(final ReceivedPacket piece) {
            protocol = piece.fragmentProtocol;
            trafficClass = piece.trafficClass;
            hopLimit = piece.hopLimit;
            station = piece.station;
        }

        int headerLength() {
            return isIpv6 ? Ipv6Flyweight.HEADER_LENGTH : Ipv4Flyweight.MIN_HEADER_LENGTH;
        }

        long payload() {
            return address + Ipv6Flyweight.HEADER_LENGTH;
        }

        long header() {
            return payload() - headerLength();
        }

        boolean hasFirst() {
            return pieces > 0 && starts[0] == 0;
        }

        boolean isComplete() {
            return pieces == 1 && starts[0] == 0 && ends[0] == total;
        }

        /** Notes a piece; false when it overlaps another, contradicts the end, or is one too many. */
        boolean add(final int start, final int length, final boolean hasMore) {
            final int end = start + length;
            if (!hasMore) {
                if (total != Integer.MAX_VALUE || (pieces > 0 && ends[pieces - 1] > end)) {
                    return false;
                }
                total = end;
            }
            int at = 0;
            while (at < pieces && starts[at] < start) {
                at++;
            }
            final boolean overlaps = (at > 0 && ends[at - 1] > start) || (at < pieces && starts[at] < end);
            if (end > total || overlaps || pieces == MAX_PIECES) {
                return false;
            }
            insert(at, start, end);
            return true;
        }

        private void insert(final int at, final int start, final int end) {
            if (at > 0 && ends[at - 1] == start) {
                ends[at - 1] = end;
                if (at < pieces && starts[at] == end) {
                    ends[at - 1] = ends[at];
                    remove(at);
                }
            } else if (at < pieces && starts[at] == end) {
                starts[at] = start;
            } else {
                System.arraycopy(starts, at, starts, at + 1, pieces - at);
                System.arraycopy(ends, at, ends, at + 1, pieces - at);
                starts[at] = start;
                ends[at] = end;
                pieces++;
            }
        }

        private void remove(final int at) {
            System.arraycopy(starts, at + 1, starts, at, pieces - at - 1);
            System.arraycopy(ends, at + 1, ends, at, pieces - at - 1);
            pieces--;
        }
    }
}
