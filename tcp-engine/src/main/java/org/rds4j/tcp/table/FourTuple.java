package org.rds4j.tcp.table;

/**
 * What names a connection: two addresses and two ports (RFC 9293 section 3.4), and the interface that they count on. Addresses
 * are 128 bits in two longs. Changed only while it is in no table.
 */
public class FourTuple {
    private static final long IPV4_PREFIX = 0xffffL;

    private long remoteHigh;
    private long remoteLow;
    private long localHigh;
    private long localLow;
    private int remotePort;
    private int localPort;
    private int interfaceId;

    /** A tuple of zeros. */
    public FourTuple() {
    }

    /**
     * Sets every part.
     *
     * @param remoteHigh bits 127..64 of the remote address.
     * @param remoteLow  bits 63..0 of the remote address.
     * @param localHigh  bits 127..64 of the local address.
     * @param localLow   bits 63..0 of the local address.
     * @param remotePort 1..65535.
     * @param localPort  1..65535.
     */
    public final void tuple(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        this.remoteHigh = remoteHigh;
        this.remoteLow = remoteLow;
        this.localHigh = localHigh;
        this.localLow = localLow;
        this.remotePort = remotePort;
        this.localPort = localPort;
    }

    /**
     * Takes over another tuple.
     *
     * @param other copied.
     */
    public final void tuple(final FourTuple other) {
        tuple(other.remoteHigh, other.remoteLow, other.localHigh, other.localLow, other.remotePort, other.localPort);
        interfaceId = other.interfaceId;
    }

    /**
     * Sets the interface.
     *
     * @param interfaceId 0 or more.
     */
    public final void interfaceId(final int interfaceId) {
        this.interfaceId = interfaceId;
    }

    /**
     * The interface by which the segments come.
     *
     * @return 0 or more; 0 where there is only one.
     */
    public final int interfaceId() {
        return interfaceId;
    }

    /**
     * The remote address.
     *
     * @return bits 127..64.
     */
    public final long remoteHigh() {
        return remoteHigh;
    }

    /**
     * The remote address.
     *
     * @return bits 63..0.
     */
    public final long remoteLow() {
        return remoteLow;
    }

    /**
     * The local address.
     *
     * @return bits 127..64.
     */
    public final long localHigh() {
        return localHigh;
    }

    /**
     * The local address.
     *
     * @return bits 63..0.
     */
    public final long localLow() {
        return localLow;
    }

    /**
     * The remote port.
     *
     * @return 1..65535.
     */
    public final int remotePort() {
        return remotePort;
    }

    /**
     * The local port.
     *
     * @return 1..65535.
     */
    public final int localPort() {
        return localPort;
    }

    /**
     * Whether the remote address is one of IPv4.
     *
     * @return true if it is mapped into {@code ::ffff:0:0/96}.
     */
    public final boolean isRemoteIpv4() {
        return remoteHigh == 0 && remoteLow >>> 32 == IPV4_PREFIX;
    }

    final boolean matches(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        return this.remoteLow == remoteLow && this.remotePort == remotePort && this.localPort == localPort &&
            this.localLow == localLow && this.remoteHigh == remoteHigh && this.localHigh == localHigh;
    }
}
