package org.rds4j.tcp.support;

import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.network.PathMtu;

/** A route that puts {@link #OVERHEAD} octets before each segment and knows its next hop when told. */
public final class PlainRoute implements NetworkRoute {
    public static final int OVERHEAD = 34;
    public static final long IPV4 = 0xffff_0000_0000L;

    /** Bits 127..64 of the addresses of an IPv6 route: 2001:db8::/64. */
    public static final long IPV6_HIGH = 0x2001_0db8L << 32;

    private static final int TRAFFIC_CLASS = 15;
    private static final int SOURCE = 26;
    private static final int DESTINATION = 30;

    private final int local;
    private final int remote;
    private final int mtu;
    private final boolean isIpv6;
    private final PathMtu path;
    private boolean resolved = true;
    private int confirmed;
    private int holders;
    private int lastTrafficClass;
    private long openAddress;

    public PlainRoute(final int local, final int remote, final int mtu) {
        this(local, remote, mtu, NetworkTuning.DEFAULT, false);
    }

    public PlainRoute(final int local, final int remote, final int mtu, final NetworkTuning tuning) {
        this(local, remote, mtu, tuning, false);
    }

    /** One between IPv6 addresses that end like those; its frames look like others, with room for an IPv4 header only. */
    public static PlainRoute ofIpv6(final int local, final int remote, final int mtu) {
        return new PlainRoute(local, remote, mtu, NetworkTuning.DEFAULT, true);
    }

    private PlainRoute(final int local, final int remote, final int mtu, final NetworkTuning tuning, final boolean isIpv6) {
        this.isIpv6 = isIpv6;
        this.local = local;
        this.remote = remote;
        this.mtu = mtu;
        this.path = new PathMtu(mtu, isIpv6 ? 1280 : tuning.pathMtuFloorIpv4(), tuning);
    }

    /** The ECN field of a frame built through a route like this; it lies where that of IPv4 does. */
    public static int ecnField(final long frame) {
        return UnsafeApi.getByte(frame + TRAFFIC_CLASS) & 3;
    }

    /** The source of such a frame, as given to the constructor. */
    public static int source(final long frame) {
        return UnsafeApi.getInt(frame + SOURCE);
    }

    /** The destination of such a frame. */
    public static int destination(final long frame) {
        return UnsafeApi.getInt(frame + DESTINATION);
    }

    /** Marks such a frame, as a congested switch does. */
    public static void mark(final long frame) {
        UnsafeApi.putByte(frame + TRAFFIC_CLASS, (byte) (UnsafeApi.getByte(frame + TRAFFIC_CLASS) | 3));
    }

    public void resolved(final boolean resolved) {
        this.resolved = resolved;
    }

    /** How many remember this route. */
    public int holders() {
        return holders;
    }

    @Override
    public void hold() {
        holders++;
    }

    @Override
    public void release() {
        holders--;
    }

    public int confirmed() {
        return confirmed;
    }

    public int lastTrafficClass() {
        return lastTrafficClass;
    }

    @Override
    public int overheadLength() {
        return OVERHEAD;
    }

    @Override
    public long localHigh() {
        return isIpv6 ? IPV6_HIGH : 0;
    }

    @Override
    public long localLow() {
        return (isIpv6 ? 0 : IPV4) | Integer.toUnsignedLong(local);
    }

    @Override
    public long remoteHigh() {
        return isIpv6 ? IPV6_HIGH : 0;
    }

    @Override
    public long remoteLow() {
        return (isIpv6 ? 0 : IPV4) | Integer.toUnsignedLong(remote);
    }

    @Override
    public PathMtu pathMtu() {
        return path;
    }

    @Override
    public int linkTransportLength() {
        return mtu - 20;
    }

    @Override
    public int maxTransportLength() {
        return path.mtu() - 20;
    }

    @Override
    public boolean isResolved(final long nowNs) {
        return resolved;
    }

    @Override
    public long claim(final FrameSink sink, final int transportLength) {
        if (!resolved) {
            return 0;
        }
        if (transportLength > mtu - 20) {
            throw new IllegalStateException("segment of " + transportLength + " octets on MTU " + mtu);
        }
        openAddress = sink.claim(OVERHEAD + transportLength);
        return openAddress == 0 ? 0 : openAddress + OVERHEAD;
    }

    @Override
    public int commit(final FrameSink sink, final int transportLength, final int trafficClass, final int flags) {
        lastTrafficClass = trafficClass;
        UnsafeApi.putByte(openAddress + TRAFFIC_CLASS, (byte) trafficClass);
        UnsafeApi.putInt(openAddress + SOURCE, local);
        UnsafeApi.putInt(openAddress + DESTINATION, remote);
        sink.commit(OVERHEAD + transportLength, flags);
        return OVERHEAD + transportLength;
    }

    @Override
    public long pseudoHeaderSum(final int protocol, final int transportLength) {
        final long prefixes = isIpv6 ? 2 * (0x2001 + 0x0db8) : 0;
        return prefixes + (local >>> 16) + (local & 0xffffL) + (remote >>> 16) + (remote & 0xffffL) + protocol + transportLength;
    }

    @Override
    public void confirm(final long nowNs) {
        path.onTime(nowNs);
        confirmed++;
    }
}
