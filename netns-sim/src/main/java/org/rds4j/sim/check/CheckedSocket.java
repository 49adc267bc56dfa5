package org.rds4j.sim.check;

import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;

/**
 * A bound socket all of whose datagrams are known to a {@link HistoryChecker}, both ways. All sockets of a history must be
 * of this kind and tell lanes apart, or none. To be used as the socket itself, by one thread at a time.
 */
public final class CheckedSocket implements AutoCloseable, DatagramHandler {
    private static final int LANE_SHIFT = 58;

    private final HistoryChecker checker;
    private final RdsSocket socket;
    private final IntUnaryOperator laneOfLevel;
    private final LongSupplier clock;
    private final long id;
    private final ExpandableArrayBuffer payload = new ExpandableArrayBuffer();
    private int lanes;

    /**
     * Takes a socket whose datagrams are all in order, whatever their service level.
     *
     * @param checker of the history.
     * @param socket  bound; closed with this object.
     * @param clock   for messages about breaches.
     */
    public CheckedSocket(final HistoryChecker checker, final RdsSocket socket, final LongSupplier clock) {
        this(checker, socket, clock, null);
    }

    /**
     * Takes a socket whose datagrams are in order as far as their lane is the same.
     *
     * @param checker     of the history.
     * @param socket      bound; closed with this object.
     * @param clock       for messages about breaches.
     * @param laneOfLevel lane of a service level, 0 to 15.
     */
    public CheckedSocket(
        final HistoryChecker checker, final RdsSocket socket, final LongSupplier clock, final IntUnaryOperator laneOfLevel) {
        this.checker = checker;
        this.socket = socket;
        this.clock = clock;
        this.laneOfLevel = laneOfLevel;
        this.id = id(socket.localAddress());
    }

    private static long id(final RdsAddress address) {
        return id(address.high(), address.low(), address.port());
    }

    private static long id(final long high, final long low, final int port) {
        return (high * 31 + low) << Short.SIZE | port;
    }

    private long sender(final long socketId, final int lane) {
        return laneOfLevel == null ? socketId : socketId ^ (lane + 1L) << LANE_SHIFT;
    }

    /**
     * The socket itself, for whatever is no sending, receiving, cancelling or ending.
     *
     * @return as given.
     */
    public RdsSocket socket() {
        return socket;
    }

    /**
     * Sends a datagram at the socket's service level.
     *
     * @param to     its destination.
     * @param length its length.
     * @return as {@link RdsSocket#offer(RdsAddress, DirectBuffer, int, int)}.
     */
    public int send(final RdsAddress to, final int length) {
        return send(to, length, socket.serviceLevel());
    }

    /**
     * Sends a datagram.
     *
     * @param to     its destination.
     * @param length its length.
     * @param level  its service level.
     * @return as {@link RdsSocket#offer(RdsAddress, DirectBuffer, int, int, int)}.
     */
    public int send(final RdsAddress to, final int length, final int level) {
        final int lane = laneOfLevel == null ? 0 : laneOfLevel.applyAsInt(level);
        final long source = sender(id, lane);
        final long destination = id(to);
        lanes |= 1 << lane;
        payload.checkLimit(length + 1);
        checker.fillNext(source, destination, payload, 0, length);
        // Said before, since another thread may have it before offer returns.
        checker.onSent(source, destination, length);
        final int result = socket.offer(to, payload, 0, length, level);
        if (result < 0) {
            checker.onRefused(source, destination);
        }
        return result;
    }

    /**
     * Receives.
     *
     * @param limit most datagrams.
     * @return how many came.
     */
    public int poll(final int limit) {
        return socket.poll(this, limit);
    }

    @Override
    public void onDatagram(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        checker.onDelivered(sender(id(info.sourceHigh(), info.sourceLow(), info.sourcePort()), info.lane()), id, buffer, offset,
            length, clock.getAsLong());
    }

    /**
     * Gives up what it sent to a destination, as {@link RdsSocket#cancelSentTo}.
     *
     * @param to the destination.
     */
    public void cancel(final RdsAddress to) {
        socket.cancelSentTo(to);
        for (int rest = lanes; rest != 0; rest &= rest - 1) {
            checker.onCancelled(sender(id, Integer.numberOfTrailingZeros(rest)), id(to));
        }
    }

    /** The socket's host is gone: to be said in place of {@link #close()}. */
    public void onLost() {
        for (int rest = laneOfLevel == null ? 0 : lanes; rest != 0; rest &= rest - 1) {
            checker.onEnded(sender(id, Integer.numberOfTrailingZeros(rest)));
        }
        checker.onEnded(id);
    }

    /** Closes the socket; what was not acknowledged by then may come or not. */
    @Override
    public void close() {
        socket.close();
        onLost();
    }
}
