package org.rds4j.node;

import org.agrona.UnsafeApi;
import org.rds4j.carrier.CarrierHandler;
import org.rds4j.tcp.TcpConnection;

/** RDS messages straight on the TCP stream, as Linux speaks it. */
final class PlainCarrier extends TcpCarrier {
    private static final int CHUNK_LENGTH = 16_384;

    PlainCarrier(final TcpConnection connection, final Carriers carriers) {
        super(connection, carriers);
    }

    @Override
    public long offer(final long address, final int length) {
        final long position = isDown() ? NOT_NOW : connection.claimSend(length);
        if (position < 0) {
            return NOT_NOW;
        }
        UnsafeApi.copyMemory(address, connection.sendAddress(position), length);
        carriers.count(NodeCounter.OCTETS_COPIED, length);
        connection.commitSend(length);
        return position + length;
    }

    @Override
    public int maxChunkLength() {
        return CHUNK_LENGTH;
    }

    @Override
    public boolean isReady() {
        return !isDown() && connection.sendSpace() >= CHUNK_LENGTH;
    }

    @Override
    public int receive(final CarrierHandler handler) {
        if (isReleased()) {
            return 0;
        }
        int total = 0;
        long position = connection.consumedPosition();
        int length;
        while ((length = connection.contiguousLength(position)) > 0) {
            final int taken = handler.onBytes(connection.receiveAddress(position, length), length);
            position += taken;
            total += taken;
            if (taken < length) {
                break;
            }
        }
        if (total > 0) {
            connection.consume(position);
        }
        return total;
    }

    @Override
    public void close() {
        if (!isDown()) {
            connection.closeSend();
        }
    }

    @Override
    public boolean isDrained() {
        return isReleased()
            || (isDown() && (isDiscarded() || connection.consumedPosition() == connection.receivedPosition()));
    }

    @Override
    public void onReceivable(final TcpConnection receiving) {
        tellWatcher();
    }

    @Override
    boolean isSecure() {
        return false;
    }

    @Override
    void onRelease() {
        // Nothing beside the connection itself.
    }
}
