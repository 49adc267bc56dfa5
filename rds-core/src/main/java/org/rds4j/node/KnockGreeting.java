package org.rds4j.node;

import org.rds4j.carrier.PathKey;
import org.rds4j.tcp.TcpConnection;

/**
 * A connection to a host with a smaller address, which will refuse it and dial instead. It carries nothing in either direction
 * and is closed as soon as it is established, as Linux does.
 */
final class KnockGreeting extends Greeting {
    KnockGreeting(final Carriers carriers, final PathKey key, final long deadlineNs) {
        super(carriers, key, deadlineNs);
    }

    @Override
    public void onConnected(final TcpConnection established) {
        established.close();
    }

    @Override
    public void onReceivable(final TcpConnection receiving) {
        receiving.abort();
    }

    @Override
    NodeCounter timeoutCounter() {
        return NodeCounter.KNOCK_TIMEOUT;
    }

    @Override
    boolean isQuiet() {
        return true;
    }
}
