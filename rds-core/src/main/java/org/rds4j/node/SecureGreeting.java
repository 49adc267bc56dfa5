package org.rds4j.node;

import java.util.random.RandomGenerator;
import org.rds4j.RecordCipher;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.PathKey;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.tcp.TcpConnection;

/**
 * A TLS handshake over one connection. The computation happens on the encryption thread; here octets are carried between the
 * TCP streams and the {@link HandshakeTask}, one step at a time.
 */
final class SecureGreeting extends Greeting {
    private final EncryptionLink link;
    private final HandshakeTask task;
    private boolean hasBegun;
    private boolean hasFailed;

    SecureGreeting(
        final Carriers carriers,
        final PathKey dialedKey,
        final long deadlineNs,
        final EncryptionLink link,
        final HandshakeTask task) {
        super(carriers, dialedKey, deadlineNs);
        this.link = link;
        this.task = task;
    }

    static Marker answer(
        final Marker clientMarker, final int laneCount, final int paths, final RecordCipher cipher,
        final RandomGenerator random) {
        final int lane = PathMarker.lane(clientMarker);
        final int index = PathMarker.index(clientMarker);
        final boolean isServed = PathMarker.isValid(clientMarker) && lane < laneCount && index < PathKey.MAX_PATHS;
        return isServed ? PathMarker.of(lane, index, paths, cipher, random) : null;
    }

    HandshakeTask task() {
        return task;
    }

    /** The connection will never be a carrier: what is secret about it is wiped. */
    void giveUp() {
        if (task.session() == null) {
            link.abandon(task);
        } else {
            link.close(task.session());
        }
    }

    @Override
    public void onConnected(final TcpConnection established) {
        if (dialedKey() != null) {
            step();
        }
    }

    @Override
    public void onReceivable(final TcpConnection receiving) {
        step();
    }

    @Override
    void poll(final long nowNs) {
        if (!isOver() && !isClosed()) {
            super.poll(nowNs);
            step();
        }
    }

    private void step() {
        final TcpConnection connection = connection();
        if (isClosed() || task.isOutstanding() || !connection.state().isSynchronised()) {
            return;
        }
        final long position = connection.consumedPosition();
        final int length = connection.contiguousLength(position);
        final boolean begins = dialedKey() != null && !hasBegun;
        if (length > 0 || begins) {
            final long address = length > 0 ? connection.receiveAddress(position, length) : 0;
            hasBegun |= link.queue().handshake(task, address, begins ? 0 : length);
        }
    }

    /** The encryption thread has done a step. */
    void onStep() {
        final TcpConnection connection = connection();
        connection.consume(connection.consumedPosition() + task.consumed());
        final int outputLength = task.outputLength();
        final boolean isSent = outputLength == 0 || connection.send(task.outputAddress(), outputLength) == outputLength;
        task.clearOutput();
        if (task.session() != null && (isSent || isClosed())) {
            become(new SecureCarrier(connection, carriers, task.session(), link, carriers.inline()), key());
        } else if (isClosed()) {
            return;
        } else if (task.failure() != null || !isSent) {
            hasFailed = true;
            carriers.onHandshakeFailed(task, connection, dialedKey() != null);
            connection.close();
        } else {
            step();
        }
    }

    private PathKey key() {
        if (dialedKey() != null) {
            return dialedKey();
        }
        final Marker marker = task.session().keys().peerMarker();
        return new PathKey(
            connection().remoteHigh(), connection().remoteLow(), PathMarker.lane(marker), PathMarker.index(marker));
    }

    @Override
    NodeCounter timeoutCounter() {
        return NodeCounter.HANDSHAKE_TIMEOUT;
    }

    @Override
    CarrierDownReason failure() {
        return hasFailed ? CarrierDownReason.SECURITY : super.failure();
    }

    @Override
    boolean isQuiet() {
        return !task.isOutstanding();
    }
}
