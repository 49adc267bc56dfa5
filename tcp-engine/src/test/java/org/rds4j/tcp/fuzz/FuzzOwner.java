package org.rds4j.tcp.fuzz;

import static org.rds4j.tcp.fuzz.Rules.require;

import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.support.Octets;

/** An application with one connection: sends the pattern, and checks what it is told and what it reads. */
final class FuzzOwner implements TcpHandler {
    private static final Octets SCRATCH = new Octets(16_384);

    TcpConnection connection;
    boolean isClosed;
    boolean isConnected;
    private final FuzzHost host;
    /** The peer's octets follow the pattern, so that what is read can be checked. */
    private final boolean isPatterned;
    /** Null where nobody watches. */
    private final FuzzWatcher watcher;
    private boolean readsAtOnce = true;
    private boolean isPeerClosed;
    private TcpState last;

    FuzzOwner(final FuzzHost host, final TcpConnection connection) {
        this.host = host;
        this.connection = connection;
        isPatterned = host.isPatterned && host.owners.isEmpty();
        watcher = isPatterned && host.isWatched ? new FuzzWatcher() : null;
    }

    /** Does one of the things that applications do. */
    void act(final int what, final int amount) {
        if (isClosed) {
            return;
        }
        switch (what & 0xf) {
            case 0, 1, 2, 3 -> write(amount << (2 * (what & 3)));
            case 4, 5 -> read(amount << (6 * (what & 1)));
            case 6 -> readsAtOnce = (amount & 1) != 0;
            case 7 -> connection.noDelay((amount & 1) != 0);
            case 8 -> connection.cork((amount & 1) != 0);
            case 9 -> connection.closeSend();
            case 10 -> connection.close();
            case 11 -> connection.userTimeout(amount * 1_000_000_000L);
            case 12 -> claim(amount << 4);
            case 13 -> abort(amount);
            case 14 -> refuse((amount & 1) != 0);
            default -> connection.sendSpace();
        }
    }

    private void abort(final int amount) {
        if (amount == 0x55) { // rarely: it ends the run's conversation
            connection.abort();
        }
    }

    private void refuse(final boolean refuses) {
        if (watcher != null) {
            watcher.refuses = refuses;
        }
    }

    private void write(final int amount) {
        if (isConnected && connection.state().maySend()) {
            final int length = Math.min(amount, SCRATCH.length());
            Octets.fill(SCRATCH.address(), connection.sendCommitted(), length);
            final int taken = connection.send(SCRATCH.address(), length);
            require(taken >= 0 && taken <= length, "taken: " + taken);
        }
    }

    private void claim(final int amount) {
        final int length = Math.min(amount, connection.overhangLength());
        if (!isConnected || !connection.state().maySend() || length == 0) {
            return;
        }
        final long position = connection.claimSend(length);
        if (position >= 0) {
            Octets.fill(connection.sendAddress(position), position, length);
            connection.commitSend(length);
        }
    }

    private void read(final int most) {
        int left = most;
        while (!isClosed && left > 0 && connection.consumedPosition() < connection.receivedPosition()) {
            final long position = connection.consumedPosition();
            final int length = Math.min(left, connection.contiguousLength(position));
            require(length > 0, "nothing is linear");
            if (isPatterned) {
                require(Octets.firstWrong(connection.receiveAddress(position, length), position, length) < 0,
                    "wrong octets at " + position);
            }
            connection.consume(position + length);
            left -= length;
        }
    }

    /** What must hold between events. */
    void check(final TcpConfiguration configuration) {
        require(connection.bytesInFlight() >= 0, "octets in flight: " + connection.bytesInFlight());
        require(connection.acknowledgedPosition() <= connection.sendCommitted(), "more is acknowledged than was sent");
        require(connection.sendCommitted() - connection.acknowledgedPosition() <= configuration.sendBufferLength(),
            "more is kept than fits");
        require(connection.consumedPosition() <= connection.receivedPosition(), "more is consumed than came");
        require(connection.receivedPosition() - connection.consumedPosition() <= configuration.receiveBufferLength(),
            "more came than fits");
        require(!isConnected || connection.congestionWindow() > 0, "congestion window: " + connection.congestionWindow());
        require(!isConnected || connection.maxSegmentSize() > 0, "segment size: " + connection.maxSegmentSize());
        if (watcher != null) {
            watcher.check(connection);
        }
        final TcpState state = connection.state();
        require(last == null || isAhead(last, state), "from " + last + " to " + state);
        last = state;
        final boolean waits = connection.bytesInFlight() > 0 || !isConnected
            || connection.acknowledgedPosition() < connection.sendCommitted();
        require(!waits || host.engine.nextDeadlineNs() != Long.MAX_VALUE, "no timer runs in " + state);
    }

    /** RFC 9293 section 3.3.2, figure 5: states only go on, and who heard the peer's FIN does not wait for it again. */
    private static boolean isAhead(final TcpState from, final TcpState to) {
        final boolean hasHeardFin = from == TcpState.CLOSE_WAIT || from == TcpState.LAST_ACK || from == TcpState.CLOSING;
        return rank(to) >= rank(from) && !(hasHeardFin && (to == TcpState.FIN_WAIT_1 || to == TcpState.FIN_WAIT_2));
    }

    private static int rank(final TcpState state) {
        return switch (state) {
            case SYN_SENT -> 0;
            case SYN_RECEIVED -> 1;
            case ESTABLISHED -> 2;
            case FIN_WAIT_1, CLOSE_WAIT -> 3;
            case FIN_WAIT_2, CLOSING, LAST_ACK -> 4;
            case TIME_WAIT -> 5;
            default -> 6;
        };
    }

    private void requireOpen(final TcpConnection c) {
        require(!isClosed, "told of something after the end");
        require(connection == null || connection.equals(c), "told of another's connection");
    }

    @Override
    public void onConnected(final TcpConnection c) {
        requireOpen(c);
        require(!isConnected, "connected twice");
        isConnected = true;
        c.receiveWatcher(watcher);
    }

    @Override
    public void onAcknowledged(final TcpConnection c) {
        requireOpen(c);
        require(isConnected, "acknowledged before it was connected");
    }

    @Override
    public void onReceivable(final TcpConnection c) {
        requireOpen(c);
        require(isConnected && !isPeerClosed, "octets before the connection or behind its end");
        if (readsAtOnce) {
            read(Integer.MAX_VALUE);
        }
    }

    @Override
    public void onPeerClosed(final TcpConnection c) {
        requireOpen(c);
        require(!isPeerClosed, "closed twice by the peer");
        isPeerClosed = true;
    }

    @Override
    public void onClosed(final TcpConnection c, final CloseReason reason) {
        requireOpen(c);
        read(Integer.MAX_VALUE);
        isClosed = true;
        c.release();
    }
}
