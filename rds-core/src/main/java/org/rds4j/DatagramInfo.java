package org.rds4j;

import java.util.Objects;

/** Where a received datagram came from. One reused instance per socket, filled anew for each datagram. */
public final class DatagramInfo {
    /** Most cookies that come with one receive. */
    static final int MAX_COOKIES = 8;

    private static final int MAX_LATENCIES = 3;

    private final int[] cookies = new int[MAX_COOKIES];
    private final long[] latencies = new long[MAX_LATENCIES];
    private int cookieCount;
    private int latencyCount;
    private long arrivalNs;
    private long sourceHigh;
    private long sourceLow;
    private int sourcePort;
    private int lane;
    private int length;
    private int copiedLength;
    private boolean isLengthAsked;
    private long congestedPorts;

    DatagramInfo() {
    }

    void set(final long high, final long low, final int port, final int laneOfDatagram, final int payloadLength) {
        sourceHigh = high;
        sourceLow = low;
        sourcePort = port;
        lane = laneOfDatagram;
        length = payloadLength;
        copiedLength = payloadLength;
        isLengthAsked = false;
        congestedPorts = 0;
        cookieCount = 0;
        latencyCount = 0;
        arrivalNs = 0;
    }

    /** No datagram. */
    void nothing() {
        set(0, 0, 0, 0, 0);
    }

    void congestion(final long ports) {
        nothing();
        congestedPorts = ports;
    }

    void addCookie(final int cookie) {
        cookies[cookieCount++] = cookie;
    }

    void addLatency(final long latencyNs) {
        latencies[latencyCount++] = latencyNs;
    }

    void arrivalNs(final long epochNs) {
        arrivalNs = epochNs;
    }

    void copied(final int copied) {
        copiedLength = copied;
    }

    void isLengthAsked(final boolean isAsked) {
        isLengthAsked = isAsked;
    }

    /**
     * Bits 127..64 of the sender's address.
     *
     * @return the upper half.
     */
    public long sourceHigh() {
        return sourceHigh;
    }

    /**
     * Bits 63..0 of the sender's address.
     *
     * @return the lower half.
     */
    public long sourceLow() {
        return sourceLow;
    }

    /**
     * The sender's port; 0 marks the answer to a ping.
     *
     * @return 0 to 65535.
     */
    public int sourcePort() {
        return sourcePort;
    }

    /**
     * The lane the datagram travelled in, which stands for a class of service levels; the wire carries no level.
     *
     * @return 0 to 15.
     */
    public int lane() {
        return lane;
    }

    /**
     * Octets of payload as sent, whether or not all were copied.
     *
     * @return 0 or more.
     */
    public int length() {
        return length;
    }

    /**
     * Whether {@link RdsSocket#receive} had to leave the end of the payload out (MSG_TRUNC); it is gone, unless PEEK was asked.
     *
     * @return true when the destination was too short.
     */
    public boolean isTruncated() {
        return copiedLength < length;
    }

    /**
     * What recvmsg would answer: the octets copied; with {@link MessageFlags#TRUNC} the octets sent; 0 for no datagram.
     *
     * @return 0 or more.
     */
    public int result() {
        return isLengthAsked ? length : copiedLength;
    }

    /**
     * What the congestion monitor says: this is no datagram, and has no source (RDS_CMSG_CONG_UPDATE).
     *
     * @return ports to try again, as bit port mod 64; 0 for a datagram.
     */
    public long congestedPorts() {
        return congestedPorts;
    }

    /**
     * Datagrams sent from {@link LentMemory} that need it no more (RDS_CMSG_ZCOPY_COMPLETION): told with a datagram, or alone,
     * when {@link #result()} is 0 and there is no source.
     *
     * @return 0 to 8.
     */
    public int cookieCount() {
        return cookieCount;
    }

    /**
     * What a datagram sent from {@link LentMemory} was called.
     *
     * @param index 0 to {@link #cookieCount()} - 1.
     * @return its cookie.
     */
    public int cookie(final int index) {
        return cookies[Objects.checkIndex(index, cookieCount)];
    }

    /**
     * When the whole datagram had arrived, where {@link RdsOption#SO_TIMESTAMP} was set before.
     *
     * @return nanoseconds since 1970 UTC, or 0.
     */
    public long arrivalNs() {
        return arrivalNs;
    }

    /**
     * How many latencies are told, where {@link RdsOption#SO_RDS_MSG_RXPATH_LATENCY} was set before.
     *
     * @return 0 to 3.
     */
    public int latencyCount() {
        return latencyCount;
    }

    /**
     * How long a part of the datagram's way through this host took: at position 0 from the first octet of its header to the
     * first of its payload, at 1 to the last of its payload, at 2 from there to the application. The first two are 0 for a
     * datagram that arrived in one piece.
     *
     * @param index 0 to {@link #latencyCount()} - 1, in the order of the positions asked for.
     * @return nanoseconds.
     */
    public long latencyNs(final int index) {
        return latencies[Objects.checkIndex(index, latencyCount)];
    }

    /**
     * The sender as an address object; allocates.
     *
     * @return address and port.
     */
    public RdsAddress source() {
        return RdsAddress.of(sourceHigh, sourceLow, sourcePort);
    }
}
