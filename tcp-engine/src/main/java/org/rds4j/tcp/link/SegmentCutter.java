package org.rds4j.tcp.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.Ipv4Flyweight;
import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * Software segmentation: makes the frames of a {@link SegmentTrain}. Each differs from the next only in IP length,
 * identification and header checksum, TCP sequence number, flags and checksum; everything else is summed once. PSH and FIN stay
 * on the last segment, CWR (RFC 3168 section 6.1.2) on the first. One thread.
 */
final class SegmentCutter {
    private static final int MAX_HEADERS_LENGTH = 256;
    private static final int CWR = 0x80;
    private static final int LAST_ONLY = TcpHeaderFlyweight.PSH | TcpHeaderFlyweight.FIN;
    private static final int IPV6_PAYLOAD_LENGTH_OFFSET = 4;
    private static final int IPV6_HEADER_LENGTH = 40;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(MAX_HEADERS_LENGTH).order(ByteOrder.nativeOrder());
    private final long headers = BufferUtil.address(memory);
    private SegmentTrain train;
    private int headersLength;
    private int last;
    private boolean isIpv4;
    private int firstSequence;
    private int firstIdentification;
    private int offsetAndFlags;
    private long ipSum;
    private long tcpSum;

    /** Takes over the headers of a train from the frame they were written to. */
    void begin(final SegmentTrain newTrain, final long frame) {
        train = newTrain;
        headersLength = newTrain.headersLength();
        last = newTrain.count() - 1;
        UnsafeApi.copyMemory(frame, headers, headersLength);
        final long tcp = headers + newTrain.transportOffset();
        firstSequence = NetworkOrder.getInt(tcp + TcpHeaderFlyweight.SEQUENCE_OFFSET);
        offsetAndFlags = NetworkOrder.getShort(tcp + TcpHeaderFlyweight.DATA_OFFSET_OFFSET);
        beginIp(headers + newTrain.networkOffset());
        beginTcp(tcp);
    }

    private void beginIp(final long ip) {
        isIpv4 = NetworkOrder.getByte(ip) >>> 4 == 4;
        if (isIpv4) {
            firstIdentification = NetworkOrder.getShort(ip + Ipv4Flyweight.IDENTIFICATION_OFFSET);
            NetworkOrder.putShort(ip + Ipv4Flyweight.TOTAL_LENGTH_OFFSET, 0);
            NetworkOrder.putShort(ip + Ipv4Flyweight.IDENTIFICATION_OFFSET, 0);
            NetworkOrder.putShort(ip + Ipv4Flyweight.CHECKSUM_OFFSET, 0);
            ipSum = InternetChecksum.partialSum(ip, train.transportOffset() - train.networkOffset());
        }
    }

    /** What is the same in all segments: pseudo-header but its length, and the header without sequence number, flags, sum. */
    private void beginTcp(final long tcp) {
        NetworkOrder.putInt(tcp + TcpHeaderFlyweight.SEQUENCE_OFFSET, 0);
        NetworkOrder.putShort(tcp + TcpHeaderFlyweight.DATA_OFFSET_OFFSET, 0);
        TcpHeaderFlyweight.checksum(tcp, 0);
        tcpSum = train.pseudoHeaderSum();
        if (!train.deviceChecksum()) {
            tcpSum += InternetChecksum.partialSum(tcp, headersLength - train.transportOffset());
        }
    }

    /** Writes one frame of the train and returns its length. */
    int write(final int index, final long frame) {
        final int payloadLength = train.payloadLength(index);
        for (int i = 0; i < headersLength; i += Long.BYTES) {
            UnsafeApi.putLong(frame + i, UnsafeApi.getLong(headers + i)); // what is copied too much the payload overwrites
        }
        writeIp(index, frame + train.networkOffset(), headersLength - train.networkOffset() + payloadLength);
        writeTcp(index, frame, headersLength - train.transportOffset() + payloadLength);
        return headersLength + payloadLength;
    }

    private void writeIp(final int index, final long ip, final int length) {
        if (isIpv4) {
            final int identification = (firstIdentification + index) & 0xffff;
            NetworkOrder.putInt(ip + Ipv4Flyweight.TOTAL_LENGTH_OFFSET, (length << 16) | identification);
            NetworkOrder.putShort(ip + Ipv4Flyweight.CHECKSUM_OFFSET, InternetChecksum.fold(ipSum + length + identification));
        } else {
            NetworkOrder.putShort(ip + IPV6_PAYLOAD_LENGTH_OFFSET, length - IPV6_HEADER_LENGTH);
        }
    }

    private void writeTcp(final int index, final long frame, final int length) {
        final long tcp = frame + train.transportOffset();
        final int sequence = firstSequence + index * train.segmentSize();
        final int flags = offsetAndFlags & ~(index < last ? LAST_ONLY : 0) & ~(index > 0 ? CWR : 0);
        NetworkOrder.putInt(tcp + TcpHeaderFlyweight.SEQUENCE_OFFSET, sequence);
        NetworkOrder.putShort(tcp + TcpHeaderFlyweight.DATA_OFFSET_OFFSET, flags);
        if (train.deviceChecksum()) {
            train.read(index, frame + headersLength);
            TcpHeaderFlyweight.checksum(tcp, ~InternetChecksum.fold(tcpSum + length));
        } else {
            final long sum = tcpSum + length + flags + (sequence >>> 16) + (sequence & 0xffff);
            TcpHeaderFlyweight.checksum(
                tcp, InternetChecksum.fold(sum + train.readAndSum(index, frame + headersLength)));
        }
    }

    /** Whether the headers ask for what devices are known to copy to every segment. */
    static boolean hasCwr(final SegmentTrain train, final long frame) {
        return (NetworkOrder.getByte(frame + train.transportOffset() + TcpHeaderFlyweight.FLAGS_OFFSET) & CWR) != 0;
    }
}
