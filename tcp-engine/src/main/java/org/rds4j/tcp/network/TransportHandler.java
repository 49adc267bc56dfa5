package org.rds4j.tcp.network;

/** What the network layer hands upward. All memory is borrowed for the call. */
public interface TransportHandler {
    /**
     * Says by which interface the segments and errors come that follow; 0 until it is said. The interface is a part of what
     * names a connection: equal addresses and ports on two VLANs are two connections.
     *
     * @param interfaceId 0 or more.
     */
    default void arrivingBy(final int interfaceId) {
        // Who has one interface need not know.
    }

    /**
     * A segment for a local address. Length is the IP payload with link padding already cut.
     *
     * @param remoteHigh       bits 127..64 of the source address.
     * @param remoteLow        bits 63..0 of the source address.
     * @param localHigh        bits 127..64 of the destination address.
     * @param localLow         bits 63..0 of the destination address.
     * @param address          of the transport header.
     * @param length           octets of transport header and payload.
     * @param trafficClass     TOS or traffic class octet as received (ECN in the two low bits).
     * @param checksumVerified the transport checksum is known to be right already (by the device).
     * @param nowNs            the engine's time.
     */
    void onSegment(
        long remoteHigh, long remoteLow, long localHigh, long localLow,
        long address, int length, int trafficClass, boolean checksumVerified, long nowNs);

    /**
     * Segments that continue one another. Each is otherwise like one given to {@link #onSegment}. To take them must come to the
     * same as to take them one by one.
     *
     * @param run   of 1 or more segments; borrowed.
     * @param nowNs the engine's time.
     */
    default void onRun(final SegmentRun run, final long nowNs) {
        for (int i = 0; i < run.count(); i++) {
            onSegment(run.remoteHigh(), run.remoteLow(), run.localHigh(), run.localLow(), run.segment(i), run.length(i),
                run.trafficClass(), run.isVerified(), nowNs);
        }
    }

    /**
     * An ICMP error that quotes a packet of ours.
     *
     * @param kind       what was reported.
     * @param nextHopMtu for {@link IcmpErrorKind#PACKET_TOO_BIG}, else 0.
     * @param remoteHigh bits 127..64 of the quoted destination.
     * @param remoteLow  bits 63..0 of the quoted destination.
     * @param localHigh  bits 127..64 of the quoted source.
     * @param localLow   bits 63..0 of the quoted source.
     * @param address    of the quoted transport header.
     * @param length     octets of it that were quoted, at least 8.
     * @param nowNs      the engine's time.
     */
    void onIcmpError(
        IcmpErrorKind kind, int nextHopMtu,
        long remoteHigh, long remoteLow, long localHigh, long localLow,
        long address, int length, long nowNs);
}
