package org.rds4j.node;

import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.CarrierWatcher;
import org.rds4j.status.StatusPage;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpHandler;

/** What carriers over one TCP connection have in common: life, and the way back to the engine when it ends. */
abstract class TcpCarrier implements ByteCarrier, TcpHandler {
    final TcpConnection connection;
    final Carriers carriers;
    private CarrierWatcher watcher;
    private CarrierDownReason failure;
    private boolean isDown;
    private boolean isDiscarded;
    private boolean isReleased;
    private long finalAcknowledged;

    TcpCarrier(final TcpConnection connection, final Carriers carriers) {
        this.connection = connection;
        this.carriers = carriers;
    }

    @Override
    public final long acknowledgedPosition() {
        return isReleased ? finalAcknowledged : connection.acknowledgedPosition();
    }

    @Override
    public final void watcher(final CarrierWatcher named) {
        watcher = named;
    }

    @Override
    public final CarrierWatcher watcher() {
        return watcher;
    }

    /** Something has happened that the path of the carrier should look at. */
    final void tellWatcher() {
        if (watcher != null) {
            watcher.onCarrierEvent();
        }
    }

    @Override
    public final void abort() {
        fail(CarrierDownReason.RESET);
    }

    @Override
    public final void discard() {
        isDiscarded = true;
        abort();
    }

    @Override
    public final boolean status(final StatusPage page) {
        if (isReleased) {
            return false;
        }
        final TcpConnection c = connection;
        page.put(c.localHigh()).put(c.localLow()).put(c.localPort())
            .put(c.remoteHigh()).put(c.remoteLow()).put(c.remotePort())
            .put(c.sendCommitted()).put(c.sendCommitted()).put(c.acknowledgedPosition()).put(isSecure() ? 1 : 0)
            .put(c.bytesInFlight()).put(c.congestionWindow()).put(c.smoothedRttNs()).put(c.retransmissions());
        return true;
    }

    @Override
    public final int localPort() {
        return isReleased ? 0 : connection.localPort();
    }

    @Override
    public final int remotePort() {
        return isReleased ? 0 : connection.remotePort();
    }

    /** Whether records stand between RDS and TCP. */
    abstract boolean isSecure();

    final boolean isDiscarded() {
        return isDiscarded;
    }

    final void fail(final CarrierDownReason reason) {
        if (!isDown) {
            failure(reason);
            connection.abort();
        }
    }

    /** Why the connection will have ended, however it does. The first reason stays. */
    final void failure(final CarrierDownReason reason) {
        failure = failure == null ? reason : failure;
    }

    final boolean isDown() {
        return isDown;
    }

    final boolean isReleased() {
        return isReleased;
    }

    @Override
    public final void onConnected(final TcpConnection established) {
        // A carrier is made of a connection that is established already.
    }

    @Override
    public final void onAcknowledged(final TcpConnection advanced) {
        tellWatcher();
    }

    /** The peer sends no more, so neither do we (a Linux peer in CLOSE-WAIT drops its path likewise). */
    @Override
    public void onPeerClosed(final TcpConnection halfClosed) {
        connection.closeSend();
    }

    @Override
    public final void onClosed(final TcpConnection closed, final CloseReason reason) {
        isDown = true;
        carriers.onDown(this, failure != null ? failure : downReason(reason));
    }

    /** Gives the connection back, once nothing reads or writes its memory any more. */
    final void releaseWhenDrained() {
        if (!isReleased && isDrained()) {
            finalAcknowledged = connection.acknowledgedPosition();
            isReleased = true;
            onRelease();
            connection.release();
        }
    }

    /** The last moment at which the connection's memory is there. */
    abstract void onRelease();

    static CarrierDownReason downReason(final CloseReason reason) {
        return switch (reason) {
            case NORMAL -> CarrierDownReason.CLOSED;
            case RESET, ABORTED, REFUSED -> CarrierDownReason.RESET;
            case TIMEOUT -> CarrierDownReason.TIMED_OUT;
            default -> CarrierDownReason.FAILED;
        };
    }
}
