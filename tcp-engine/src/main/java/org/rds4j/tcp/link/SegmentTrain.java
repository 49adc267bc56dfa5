package org.rds4j.tcp.link;

/**
 * A super-segment: consecutive segments of one connection that went through the stack in one pass and that the link cuts. The
 * headers of the whole stand in the open frame of a {@link SegmentSink}, with the first sequence number, the flags of all
 * segments together, the length of the whole in the IP header, and the TCP checksum field 0. A reused value, filled from the top
 * of the stack downwards: {@link #payload} by TCP, {@link #network} by the route. One thread.
 */
public final class SegmentTrain {
    /** Octets that the IP length field of the whole may count at most. */
    public static final int MAX_LENGTH = 65_535;

    private SegmentPayload payload;
    private long position;
    private int payloadLength;
    private int segmentSize;
    private int transportHeaderLength;
    private boolean deviceChecksum;
    private int networkOffset;
    private int transportOffset;
    private long pseudoHeaderSum;

    /** An empty train. */
    public SegmentTrain() {
    }

    /**
     * Describes the payload and the TCP header before it.
     *
     * @param source          of the octets, retained until the train is committed.
     * @param first           position of the first octet there.
     * @param length          octets of payload in all segments.
     * @param size            octets of payload in each segment but the last, which has the rest.
     * @param headerLength    octets of the TCP header, options included.
     * @param checksumOffload the device computes the TCP checksums.
     */
    public void payload(
        final SegmentPayload source, final long first, final int length, final int size, final int headerLength,
        final boolean checksumOffload) {
        payload = source;
        position = first;
        payloadLength = length;
        segmentSize = size;
        transportHeaderLength = headerLength;
        deviceChecksum = checksumOffload;
    }

    /**
     * Describes the headers below TCP.
     *
     * @param ipOffset  octets before the IP header.
     * @param tcpOffset octets before the TCP header.
     * @param pseudoSum of the pseudo-header with a length of 0, not folded.
     */
    public void network(final int ipOffset, final int tcpOffset, final long pseudoSum) {
        networkOffset = ipOffset;
        transportOffset = tcpOffset;
        pseudoHeaderSum = pseudoSum;
    }

    /**
     * Where the payload begins.
     *
     * @return position of its first octet in the source.
     */
    public long position() {
        return position;
    }

    /**
     * Segments of the train.
     *
     * @return 2 or more; 1 for a segment that goes alone to a sink of its connection's.
     */
    public int count() {
        return (payloadLength + segmentSize - 1) / segmentSize;
    }

    /**
     * Octets of payload in one segment.
     *
     * @param index of the segment.
     * @return the segment size, or the rest for the last.
     */
    public int payloadLength(final int index) {
        return Math.min(segmentSize, payloadLength - index * segmentSize);
    }

    /**
     * Octets of payload in all segments.
     *
     * @return their sum.
     */
    public int payloadLength() {
        return payloadLength;
    }

    /**
     * Octets of payload in each segment but the last.
     *
     * @return the size.
     */
    public int segmentSize() {
        return segmentSize;
    }

    /**
     * Octets of all headers of a frame.
     *
     * @return from the first of the Ethernet header to the last TCP option.
     */
    public int headersLength() {
        return transportOffset + transportHeaderLength;
    }

    /**
     * Octets before the IP header.
     *
     * @return the link header's length.
     */
    public int networkOffset() {
        return networkOffset;
    }

    /**
     * Octets before the TCP header.
     *
     * @return the length of link and IP header.
     */
    public int transportOffset() {
        return transportOffset;
    }

    /**
     * Octets of all frames together once the train is cut.
     *
     * @return what an egress account is charged.
     */
    public int frameOctets() {
        return count() * headersLength() + payloadLength;
    }

    /**
     * Whether the device computes TCP checksums.
     *
     * @return false when they are to be made in software.
     */
    public boolean deviceChecksum() {
        return deviceChecksum;
    }

    /**
     * Sum of the pseudo-header without its length.
     *
     * @return partial sum, not folded.
     */
    public long pseudoHeaderSum() {
        return pseudoHeaderSum;
    }

    /**
     * Copies the payload of one segment.
     *
     * @param index       of the segment.
     * @param destination address where it goes.
     */
    void read(final int index, final long destination) {
        payload.read(position + (long) index * segmentSize, destination, payloadLength(index));
    }

    /** The same, summing; returns a partial sum. */
    long readAndSum(final int index, final long destination) {
        return payload.readAndSum(position + (long) index * segmentSize, destination, payloadLength(index));
    }
}
