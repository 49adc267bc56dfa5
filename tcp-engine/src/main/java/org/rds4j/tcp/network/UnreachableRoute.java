package org.rds4j.tcp.network;

import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.wire.Ipv4Flyweight;
import org.rds4j.tcp.wire.Ipv6Flyweight;

/** Where no way leads: a host off the link when there is no gateway, a group, this host itself, or a family not spoken. */
final class UnreachableRoute implements NetworkRoute {
    private final int interfaceId;
    private final long localHigh;
    private final long localLow;
    private final long remoteHigh;
    private final long remoteLow;
    private final int maxTransportLength;
    private final PathMtu pathMtu;

    UnreachableRoute(
        final int interfaceId, final IpAddress local, final long remoteHigh, final long remoteLow, final PathMtu pathMtu) {
        this.interfaceId = interfaceId;
        this.localHigh = local.high();
        this.localLow = local.low();
        this.remoteHigh = remoteHigh;
        this.remoteLow = remoteLow;
        this.pathMtu = pathMtu;
        this.maxTransportLength = pathMtu.mtu()
            - (Ipv4Address.isMapped(remoteHigh, remoteLow) ? Ipv4Flyweight.MIN_HEADER_LENGTH : Ipv6Flyweight.HEADER_LENGTH);
    }

    @Override
    public int interfaceId() {
        return interfaceId;
    }

    @Override
    public PathMtu pathMtu() {
        return pathMtu;
    }

    @Override
    public long localHigh() {
        return localHigh;
    }

    @Override
    public long localLow() {
        return localLow;
    }

    @Override
    public long remoteHigh() {
        return remoteHigh;
    }

    @Override
    public long remoteLow() {
        return remoteLow;
    }

    @Override
    public int maxTransportLength() {
        return maxTransportLength;
    }

    @Override
    public boolean isResolved(final long nowNs) {
        return false;
    }

    @Override
    public long claim(final FrameSink sink, final int transportLength) {
        return 0;
    }

    @Override
    public int commit(final FrameSink sink, final int transportLength, final int trafficClass, final int flags) {
        return 0;
    }

    @Override
    public long pseudoHeaderSum(final int protocol, final int transportLength) {
        return 0;
    }

    @Override
    public void confirm(final long nowNs) {
        // Nobody can have been heard.
    }
}
