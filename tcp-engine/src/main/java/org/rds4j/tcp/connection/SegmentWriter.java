package org.rds4j.tcp.connection;

import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/** Finishes a segment whose octets are in place: checksum, by software or device, and the headers below. */
final class SegmentWriter {
    private final boolean deviceChecksum;

    SegmentWriter(final boolean deviceChecksum) {
        this.deviceChecksum = deviceChecksum;
    }

    /** Fills the checksum field, which holds 0, and commits; returns the octets of the frame. */
    int finish(
        final NetworkRoute route, final FrameSink sink, final long address, final int length, final int trafficClass) {
        final long pseudo = route.pseudoHeaderSum(TcpHeaderFlyweight.PROTOCOL, length);
        if (deviceChecksum) {
            TcpHeaderFlyweight.checksum(address, ~InternetChecksum.fold(pseudo));
            return route.commit(sink, length, trafficClass, FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM);
        }
        TcpHeaderFlyweight.checksum(
            address, InternetChecksum.fold(InternetChecksum.partialSum(pseudo, address, length)));
        return route.commit(sink, length, trafficClass, 0);
    }
}
