package org.rds4j.node;

import org.agrona.UnsafeApi;
import org.rds4j.carrier.PathKey;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.tcp.TcpConnection;

/**
 * In plaintext a dialed connection is a carrier as soon as it is established, and an accepted one when its first RDS header
 * has come, which says the path. One of a host that is known for saying nothing of the kind, and that may leave a path
 * silent until it has something to send on it, is a carrier at once. A TLS ClientHello cannot be an RDS header and is refused.
 */
final class PlainGreeting extends Greeting {
    private static final int TLS_HANDSHAKE = 0x16;

    private boolean isEstablished;

    PlainGreeting(final Carriers carriers, final PathKey dialedKey, final long deadlineNs) {
        super(carriers, dialedKey, deadlineNs);
    }

    @Override
    public void onConnected(final TcpConnection established) {
        isEstablished = true;
        if (dialedKey() != null) {
            become(new PlainCarrier(established, carriers), dialedKey());
        } else {
            becomeIfForeign();
        }
    }

    /** What its peer is may become known by another connection. */
    @Override
    void poll(final long nowNs) {
        super.poll(nowNs);
        becomeIfForeign();
    }

    private void becomeIfForeign() {
        if (isEstablished && dialedKey() == null && !isOver() && !isClosed() && carriers.isForeign(connection())) {
            become(new PlainCarrier(connection(), carriers), carriers.keyOfForeign(connection()));
        }
    }

    @Override
    public void onReceivable(final TcpConnection receiving) {
        final long position = receiving.consumedPosition();
        final int arrived = (int) Math.min(RdsHeaderFlyweight.LENGTH, receiving.receivedPosition() - position);
        final long address = receiving.receiveAddress(position, arrived);
        if (UnsafeApi.getByte(address) == TLS_HANDSHAKE) {
            refuse(NodeCounter.POLICY_REFUSED);
        } else if (arrived == RdsHeaderFlyweight.LENGTH) {
            become(new PlainCarrier(receiving, carriers), carriers.keyOfFirstHeader(receiving, address));
        }
    }

    /** Closed without a header: the peer wants to be dialed, or went away. */
    @Override
    public void onPeerClosed(final TcpConnection halfClosed) {
        halfClosed.abort();
    }

    @Override
    NodeCounter timeoutCounter() {
        return NodeCounter.GREETING_TIMEOUT;
    }

    @Override
    boolean isQuiet() {
        return true;
    }
}
