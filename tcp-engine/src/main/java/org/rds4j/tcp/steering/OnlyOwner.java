package org.rds4j.tcp.steering;

import org.rds4j.tcp.sequence.InitialNumbers;

/** The only engine there is: nobody to agree with. */
final class OnlyOwner implements FlowOwner {
    @Override
    public boolean owns(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        return true;
    }

    @Override
    public boolean claim(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        return true;
    }

    @Override
    public void opened(final int localPort) {
        // nobody asks
    }

    @Override
    public void closed(final int localPort) {
        // nobody asks
    }

    @Override
    public void unify(final InitialNumbers numbers) {
        // they are the only ones
    }
}
