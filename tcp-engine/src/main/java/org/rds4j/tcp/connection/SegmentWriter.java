package org.rds4j.tcp.connection;

import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.SegmentTrain;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.send.SendStream;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/** Finishes a segment whose octets are in place: checksum, by software or device, and the headers below. */
final class SegmentWriter {
    private final boolean deviceChecksum;

    SegmentWriter(final boolean deviceChecksum) {
        this.deviceChecksum = deviceChecksum;
    }

    /** Copies payload into the frame and sums it on the way, unless the device does. */
    long payload(final SendStream stream, final long position, final long destination, final int length) {
        if (deviceChecksum) {
            stream.read(position, destination, length);
            return 0;
        }
        return stream.readAndSum(position, destination, length);
    }

    /** Describes the segments of a train whose header is in place. */
    void train(
        final SegmentTrain train, final SendStream stream, final long position, final int length, final int segmentSize,
        final int headerLength) {
        train.payload(stream, position, length, segmentSize, headerLength, deviceChecksum);
    }

    /** Fills the checksum field, which holds 0, and commits; returns the octets of the frame. */
    int finish(
        final NetworkRoute route, final FrameSink sink, final long address, final int headerLength, final int payloadLength,
        final long payloadSum, final int trafficClass) {
        final int length = headerLength + payloadLength;
        final long pseudo = route.pseudoHeaderSum(TcpHeaderFlyweight.PROTOCOL, length);
        if (deviceChecksum) {
            TcpHeaderFlyweight.checksum(address, ~InternetChecksum.fold(pseudo));
            return route.commit(sink, length, trafficClass, FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM);
        }
        TcpHeaderFlyweight.checksum(
            address, InternetChecksum.fold(InternetChecksum.partialSum(pseudo + payloadSum, address, headerLength)));
        return route.commit(sink, length, trafficClass, 0);
    }
}
