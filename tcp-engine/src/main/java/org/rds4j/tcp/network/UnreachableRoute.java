package org.rds4j.tcp.network;

import org.rds4j.tcp.link.FrameSink;

/** Where no way leads: a host off the link when there is no gateway, a group, this host itself, or IPv6. Never resolves. */
final class UnreachableRoute implements NetworkRoute {
    private final long localLow;
    private final long remoteHigh;
    private final long remoteLow;
    private final int maxTransportLength;

    UnreachableRoute(final long localLow, final long remoteHigh, final long remoteLow, final int maxTransportLength) {
        this.localLow = localLow;
        this.remoteHigh = remoteHigh;
        this.remoteLow = remoteLow;
        this.maxTransportLength = maxTransportLength;
    }

    @Override
    public long localHigh() {
        return 0;
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
