package org.rds4j.tcp.network;

import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.wire.Ipv4Flyweight;
import org.rds4j.tcp.wire.Ipv6Flyweight;

/** Where no way leads: a host off the link when there is no gateway, a group, this host itself, or a family not spoken. */
final class UnreachableRoute extends KeptRoute {
    private final int interfaceId;
    private final PathMtu pathMtu;
    private long localHigh;
    private long localLow;
    private long remoteHigh;
    private long remoteLow;
    private int maxTransportLength;

    UnreachableRoute(final int interfaceId, final PathMtu pathMtu) {
        this.interfaceId = interfaceId;
        this.pathMtu = pathMtu;
    }

    /** In whose name nothing can be sent. */
    void local(final IpAddress local) {
        localHigh = local.high();
        localLow = local.low();
    }

    @Override
    void lead(final long toHigh, final long toLow, final long byHigh, final long byLow) {
        remoteHigh = toHigh;
        remoteLow = toLow;
        maxTransportLength = pathMtu.mtu()
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
