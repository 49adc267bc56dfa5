package org.rds4j.tcp.control;

import java.util.ArrayDeque;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpListener;
import org.rds4j.tcp.congestion.CongestionAlgorithm;
import org.rds4j.tcp.connection.ConnectionProbe;

/** What stands behind a handle: a socket in one of its lives, as a program would have it from the kernel. */
final class Endpoint implements TcpHandler {
    final boolean isIpv6;
    final Knobs knobs;
    final SocketSettings settings;
    final ArrayDeque<Endpoint> accepted = new ArrayDeque<>();
    IpAddress boundAddress;
    int boundPort;
    int backlog;
    boolean isListening;
    TcpListener listener;
    TcpConnection connection;
    /** Null for the one that the engine is configured with. */
    CongestionAlgorithm congestion;
    boolean nonBlocking;
    boolean isConnected;
    boolean isConnectReported;
    boolean isPeerClosed;
    boolean isSendShut;
    /** What was written last is held for more to come (MSG_MORE). */
    boolean hasMore;
    boolean isReceiveShut;
    boolean isOver;
    /** The handle is gone; the object goes when the connection does. */
    boolean isOrphan;
    Errno error;
    /** A call waits for room to write into. */
    boolean wantsRoom;
    final Stopwatches stopwatches = new Stopwatches();

    Endpoint(final boolean isIpv6, final Knobs knobs) {
        this.isIpv6 = isIpv6;
        this.knobs = knobs;
        settings = new SocketSettings(knobs.socketDefaults);
    }

    boolean isConnecting() {
        return connection != null && !isConnected && !isOver;
    }

    Errno takeError() {
        final Errno taken = error;
        error = null;
        return taken;
    }

    /** Text that came with a SYN waits for the handshake's end (RFC 9293 section 3.10.7.3). */
    long readable() {
        return connection == null || !isConnected ? 0 : connection.receivedPosition() - connection.consumedPosition();
    }

    /** Octets sent or queued that the peer has not acknowledged. */
    long unacknowledged() {
        return connection == null ? 0 : connection.sendCommitted() - connection.acknowledgedPosition();
    }

    /** Gives the connection back, if there is one and it is over; from now on there is none. */
    void forget() {
        if (connection != null && isOver) {
            connection.release();
            connection = null;
        }
        isConnected = false;
        isConnectReported = false;
        isPeerClosed = false;
        isOver = false;
    }

    @Override
    public void onConnected(final TcpConnection c) {
        connection = c;
        isConnected = true;
        SocketOptions.timeout(this);
    }

    /** Whoever waits for room asks for it. What MSG_MORE held goes now, as Linux pushes with every acknowledgement. */
    @Override
    public void onAcknowledged(final TcpConnection c) {
        hold(false);
    }

    /** Holds what is written next for more to come, or lets go of what was held so. */
    void hold(final boolean more) {
        if (more != hasMore) {
            hasMore = more;
            connection.cork(more || settings.isOn("TCP_CORK"));
        }
    }

    @Override
    public void onReceivable(final TcpConnection c) {
        // whoever waits for octets asks for them
    }

    @Override
    public void onPeerClosed(final TcpConnection c) {
        isPeerClosed = true;
    }

    @Override
    public void onClosed(final TcpConnection c, final CloseReason reason) {
        isOver = true;
        final TcpConfiguration configuration = knobs.configuration();
        error = ClosingErrors.of(
            reason, new ConnectionProbe(c, configuration).networkError(), this, configuration.dialect());
        if (isOrphan) {
            forget();
        }
    }
}
