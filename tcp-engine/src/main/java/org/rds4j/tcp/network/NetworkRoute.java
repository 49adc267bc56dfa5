package org.rds4j.tcp.network;

import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.SegmentSink;
import org.rds4j.tcp.link.SegmentTrain;

/**
 * The way to one remote host: next hop, header template and largest packet, as TCP needs it to build a segment in place.
 * One instance per remote address and engine, shared by all its connections. Addresses are 128 bits in two longs,
 * IPv4 as {@code ::ffff:a.b.c.d}, most significant half first. Used by the engine's thread only.
 */
public interface NetworkRoute {
    /** Octets of Ethernet and IPv4 header without tags and options. */
    int LINK_AND_IPV4_LENGTH = 34;
    /** Octets of Ethernet and IPv6 header without tags and extensions. */
    int LINK_AND_IPV6_LENGTH = 54;

    /**
     * The interface by which packets leave, and by which the host's packets come: a part of what names a connection.
     *
     * @return 0 or more; 0 where there is only one.
     */
    default int interfaceId() {
        return 0;
    }

    /**
     * What is known of the path's MTU; shared by all who use the route.
     *
     * @return never null.
     */
    PathMtu pathMtu();

    /**
     * Most octets of transport header and payload that one packet carries on the local link; what a learned path MTU does not
     * lower, and so the base of the MSS that the peer is told (RFC 9293 section 3.7.1).
     *
     * @return the limit in octets.
     */
    default int linkTransportLength() {
        return maxTransportLength();
    }

    /**
     * Octets of the headers in front of the transport's.
     *
     * @return link header with the tags that are written, and IP header.
     */
    default int overheadLength() {
        return Ipv4Address.isMapped(remoteHigh(), remoteLow()) ? LINK_AND_IPV4_LENGTH : LINK_AND_IPV6_LENGTH;
    }

    /**
     * The address packets leave with.
     *
     * @return bits 127..64 of the local address.
     */
    long localHigh();

    /**
     * The address packets leave with.
     *
     * @return bits 63..0 of the local address.
     */
    long localLow();

    /**
     * The host at the end of the route.
     *
     * @return bits 127..64 of the remote address.
     */
    long remoteHigh();

    /**
     * The host at the end of the route.
     *
     * @return bits 63..0 of the remote address.
     */
    long remoteLow();

    /**
     * Most octets of transport header and payload that one packet to this host carries (path MTU less IP header).
     *
     * @return the limit in octets.
     */
    int maxTransportLength();

    /**
     * Whether the next hop's link address is known. When it is not, the call starts resolution and
     * {@link #claim} returns 0 until it has ended.
     *
     * @param nowNs the engine's time.
     * @return true when a packet can be built now.
     */
    boolean isResolved(long nowNs);

    /**
     * Opens a packet in the sink's memory.
     *
     * @param sink            where the frame is built.
     * @param transportLength most octets of transport header and payload that will be written.
     * @return address of the transport header, or 0 when the next hop is unresolved or the sink has no frame.
     */
    long claim(FrameSink sink, int transportLength);

    /**
     * Writes link and IP headers around the open packet and commits the frame to the sink.
     *
     * @param sink            the one that was claimed from.
     * @param transportLength octets of transport header and payload written.
     * @param trafficClass    the IPv4 TOS or IPv6 traffic class octet: DSCP times 4 plus ECN.
     * @param flags           {@code FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM} or 0; the IP checksum is this layer's affair.
     * @return octets of the whole frame.
     */
    int commit(FrameSink sink, int transportLength, int trafficClass, int flags);

    /**
     * Whether {@link #commitTrain} may be called.
     *
     * @return false when every packet must be built by itself.
     */
    default boolean carriesTrains() {
        return false;
    }

    /**
     * Writes link and IP headers before the open packet, which holds the TCP header of a whole train, and commits it. The
     * packet's identification goes up by one for each segment, as if they had been committed one by one.
     *
     * @param sink         the one that was claimed from.
     * @param train        whose payload is described; the headers below are described here. Borrowed.
     * @param trafficClass the IPv4 TOS or IPv6 traffic class octet: DSCP times 4 plus ECN.
     * @return octets of all frames together.
     */
    default int commitTrain(final SegmentSink sink, final SegmentTrain train, final int trafficClass) {
        // a fault of the caller, who must have asked carriesTrains(): a route to nowhere builds no frames at all
        throw new UnsupportedOperationException("this route carries no trains");
    }

    /**
     * Sum of the pseudo-header (addresses, protocol, length) for the Internet checksum, not yet folded or
     * complemented.
     *
     * @param protocol        IP protocol number.
     * @param transportLength octets of transport header and payload.
     * @return partial sum.
     */
    long pseudoHeaderSum(int protocol, int transportLength);

    /**
     * Somebody remembers this route beyond the segment at hand, until {@link #release}: it is to lead to this host for so long.
     */
    default void hold() {
        // A route that never leads elsewhere need not know.
    }

    /** Somebody who held this route has forgotten it. */
    default void release() {
        // A route that never leads elsewhere need not know.
    }

    /**
     * Upper layers saw progress from this host, so its link address is good (RFC 4861 section 7.3.1, and ARP alike).
     *
     * @param nowNs the engine's time.
     */
    void confirm(long nowNs);
}
