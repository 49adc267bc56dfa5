package org.rds4j.tcp.network;

import org.agrona.UnsafeApi;
import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * Consecutive segments of one connection that arrived in one burst and may be taken in one pass of the stack: each begins where
 * the one before ends, and all have the same acknowledgement, window, flags (but PSH, which only the last may have), options, ECN
 * field, traffic class and hops. A reused value; the memory is the frames', borrowed.
 */
public final class SegmentRun {
    /** Segments of the longest run. */
    static final int CAPACITY = 64;

    private static final int MOST_OCTETS = 65_535;
    private static final int PSH_BIT_OF_WORD = TcpHeaderFlyweight.PSH << 16;

    private final long[] segments = new long[CAPACITY];
    private final int[] payloadLengths = new int[CAPACITY];
    private long remoteHigh;
    private long remoteLow;
    private long localHigh;
    private long localLow;
    private int ports;
    private int trafficClass;
    private int hops;
    private boolean isVerified;
    private int headerLength;
    private int count;
    private int octets;
    private int nextSequence;

    /** An empty run. */
    SegmentRun() {
    }

    /**
     * Segments in the run.
     *
     * @return 1 or more.
     */
    public int count() {
        return count;
    }

    /**
     * Where the TCP header of a segment lies.
     *
     * @param index of the segment.
     * @return its address.
     */
    public long segment(final int index) {
        return segments[index];
    }

    /**
     * Octets of a segment.
     *
     * @param index of the segment.
     * @return TCP header and payload.
     */
    public int length(final int index) {
        return headerLength + payloadLengths[index];
    }

    /**
     * Where the payload of a segment lies.
     *
     * @param index of the segment.
     * @return its address.
     */
    public long payload(final int index) {
        return segments[index] + headerLength;
    }

    /**
     * Octets of payload of a segment.
     *
     * @param index of the segment.
     * @return 1 or more.
     */
    public int payloadLength(final int index) {
        return payloadLengths[index];
    }

    /**
     * Octets of payload in all segments.
     *
     * @return at most 65535.
     */
    public int octets() {
        return octets;
    }

    /**
     * The TOS or traffic class octet that all segments have, ECN in its two low bits: either every octet of the run was marked
     * CE or none.
     *
     * @return 8 bits.
     */
    public int trafficClass() {
        return trafficClass;
    }

    /**
     * The peer's address.
     *
     * @return bits 127..64.
     */
    public long remoteHigh() {
        return remoteHigh;
    }

    /**
     * The peer's address.
     *
     * @return bits 63..0.
     */
    public long remoteLow() {
        return remoteLow;
    }

    /**
     * The local address.
     *
     * @return bits 127..64.
     */
    public long localHigh() {
        return localHigh;
    }

    /**
     * The local address.
     *
     * @return bits 63..0.
     */
    public long localLow() {
        return localLow;
    }

    /**
     * Whether the device has found every checksum of the run right.
     *
     * @return false when each is still to be verified.
     */
    public boolean isVerified() {
        return isVerified;
    }

    boolean isOpen() {
        return count > 0;
    }

    void clear() {
        count = 0;
    }

    boolean isOf(
        final long fromHigh, final long fromLow, final long toHigh, final long toLow, final int bothPorts) {
        return ports == bothPorts && remoteLow == fromLow && localLow == toLow && remoteHigh == fromHigh &&
            localHigh == toHigh;
    }

    void begin(
        final long fromHigh, final long fromLow, final long toHigh, final long toLow, final long address, final int length,
        final int tos, final int hopsLeft, final boolean verified) {
        remoteHigh = fromHigh;
        remoteLow = fromLow;
        localHigh = toHigh;
        localLow = toLow;
        ports = NetworkOrder.getInt(address);
        trafficClass = tos;
        hops = hopsLeft;
        isVerified = verified;
        headerLength = TcpHeaderFlyweight.headerLength(address);
        nextSequence = TcpHeaderFlyweight.sequence(address);
        count = 0;
        octets = 0;
        append(address, length);
    }

    /** Whether a segment of the same connection goes on where this run ends. */
    boolean isContinuedBy(
        final long address, final int length, final int tos, final int hopsLeft, final boolean verified) {
        final long first = segments[0];
        return TcpHeaderFlyweight.sequence(address) == nextSequence && count < CAPACITY &&
            octets + length - headerLength <= MOST_OCTETS && trafficClass == tos && hops == hopsLeft && isVerified == verified &&
            UnsafeApi.getInt(first + TcpHeaderFlyweight.ACKNOWLEDGEMENT_OFFSET) ==
                UnsafeApi.getInt(address + TcpHeaderFlyweight.ACKNOWLEDGEMENT_OFFSET) &&
            sameFlags(first, address) && sameOptions(first, address);
    }

    /** Header length, reserved bits, flags and window are one 32-bit word. */
    private static boolean sameFlags(final long first, final long address) {
        final int difference = NetworkOrder.getInt(first + TcpHeaderFlyweight.DATA_OFFSET_OFFSET)
            ^ NetworkOrder.getInt(address + TcpHeaderFlyweight.DATA_OFFSET_OFFSET);
        return (difference & ~PSH_BIT_OF_WORD) == 0;
    }

    private boolean sameOptions(final long first, final long address) {
        for (int i = TcpHeaderFlyweight.MIN_LENGTH; i < headerLength; i += Integer.BYTES) {
            if (UnsafeApi.getInt(first + i) != UnsafeApi.getInt(address + i)) {
                return false;
            }
        }
        return true;
    }

    void append(final long address, final int length) {
        final int payloadLength = length - headerLength;
        segments[count] = address;
        payloadLengths[count] = payloadLength;
        octets += payloadLength;
        nextSequence += payloadLength;
        count++;
    }
}
