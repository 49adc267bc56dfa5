package org.rds4j.check;

import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.sim.check.History;

/**
 * A bound socket all of whose datagrams are known to a {@link History}, both ways. All sockets of a history must be of this
 * kind and tell lanes apart, or none. To be used as the socket itself, by one thread at a time. Allocates nothing per datagram.
 */
public final class CheckedSocket implements AutoCloseable, DatagramHandler {
    private static final int LANE_SHIFT = 58;
    private static final DatagramHandler NOBODY = (buffer, offset, length, info) -> { };

    private final History history;
    private final RdsSocket socket;
    private final IntUnaryOperator laneOfLevel;
    private final LongSupplier clock;
    private final RdsAddress address;
    private final long id;
    private final ExpandableArrayBuffer payload = new ExpandableArrayBuffer();
    private DatagramHandler listener = NOBODY;
    private int lanes;
    private long sent;
    private long received;

    /**
     * Takes a socket whose datagrams are all in order, whatever their service level.
     *
     * @param history that all its datagrams are told to.
     * @param socket  bound; closed with this object.
     * @param clock   for messages about breaches.
     */
    public CheckedSocket(final History history, final RdsSocket socket, final LongSupplier clock) {
        this(history, socket, clock, null);
    }

    /**
     * Takes a socket whose datagrams are in order as far as their lane is the same.
     *
     * @param history     that all its datagrams are told to.
     * @param socket      bound; closed with this object.
     * @param clock       for messages about breaches.
     * @param laneOfLevel lane of a service level, 0 to 15.
     */
    public CheckedSocket(
        final History history, final RdsSocket socket, final LongSupplier clock, final IntUnaryOperator laneOfLevel) {
        this.history = history;
        this.socket = socket;
        this.clock = clock;
        this.laneOfLevel = laneOfLevel;
        this.address = socket.localAddress();
        this.id = id(address);
    }

    /**
     * What a history knows a socket by that receives, or that sends where lanes are not told apart.
     *
     * @param address of the socket.
     * @return its name in a history.
     */
    public static long id(final RdsAddress address) {
        return id(address.high(), address.low(), address.port());
    }

    /**
     * What a history knows a socket by that sends, where lanes are told apart.
     *
     * @param address of the socket.
     * @param lane    that it sends on.
     * @return its name in a history.
     */
    public static long id(final RdsAddress address, final int lane) {
        return id(address) ^ (lane + 1L) << LANE_SHIFT;
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
     * Where it is bound.
     *
     * @return its address, also after its end.
     */
    public RdsAddress address() {
        return address;
    }

    /**
     * How much it sent.
     *
     * @return datagrams that were accepted.
     */
    public long sent() {
        return sent;
    }

    /**
     * How much came.
     *
     * @return datagrams.
     */
    public long received() {
        return received;
    }

    /**
     * Has datagrams shown to somebody once they are recorded.
     *
     * @param handler of what comes from now on.
     * @return this.
     */
    public CheckedSocket listener(final DatagramHandler handler) {
        listener = handler;
        return this;
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
        payload.checkLimit(length + 1);
        final long source = prepare(to, level, payload, 0, length);
        return sent(source, to, socket.offer(to, payload, 0, length, level));
    }

    /**
     * Sends a datagram and waits for room.
     *
     * @param to        its destination.
     * @param length    its length.
     * @param level     its service level.
     * @param timeoutNs as of {@link RdsSocket#send(RdsAddress, DirectBuffer, int, int, int, long)}.
     */
    public void send(final RdsAddress to, final int length, final int level, final long timeoutNs) {
        payload.checkLimit(length + 1);
        send(to, level, payload, 0, length, () -> {
            socket.send(to, payload, 0, length, level, timeoutNs);
            return 0;
        });
    }

    /**
     * Sends a datagram in whatever way the caller likes.
     *
     * @param to     its destination.
     * @param level  its service level.
     * @param place  gets its payload.
     * @param offset of the first octet.
     * @param length its length.
     * @param offer  sends what is in the place; negative or by an exception when the socket refused.
     * @return as the offer.
     */
    public int send(
        final RdsAddress to, final int level, final MutableDirectBuffer place, final int offset, final int length,
        final IntSupplier offer) {
        final long source = prepare(to, level, place, offset, length);
        int result = -1;
        try {
            result = offer.getAsInt();
        } finally {
            sent(source, to, result);
        }
        return result;
    }

    /** Says that it is sent before it is, since another thread may have it before an offer returns. */
    private long prepare(
        final RdsAddress to, final int level, final MutableDirectBuffer place, final int offset, final int length) {
        final int lane = laneOfLevel == null ? 0 : laneOfLevel.applyAsInt(level);
        final long source = sender(id, lane);
        lanes |= 1 << lane;
        history.fillNext(source, id(to), place, offset, length);
        history.onSent(source, id(to), length);
        return source;
    }

    private int sent(final long source, final RdsAddress to, final int result) {
        if (result < 0) {
            history.onRefused(source, id(to));
        } else {
            sent++;
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

    /**
     * Receives a datagram and waits for it.
     *
     * @param target    gets it whole.
     * @param timeoutNs as of {@link RdsSocket#receive(ByteBuffer, long)}.
     * @return as the socket.
     * @throws RdsException as the socket.
     */
    public DatagramInfo receive(final ByteBuffer target, final long timeoutNs) {
        final int start = target.position();
        final DatagramInfo info = socket.receive(target, timeoutNs);
        onDatagram(new UnsafeBuffer(target), start, info.length(), info);
        return info;
    }

    @Override
    public void onDatagram(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        history.onDelivered(sender(id(info.sourceHigh(), info.sourceLow(), info.sourcePort()), info.lane()), id, buffer, offset,
            length, clock.getAsLong());
        received++;
        listener.onDatagram(buffer, offset, length, info);
    }

    /**
     * Gives up what it sent to a destination, as {@link RdsSocket#cancelSentTo}.
     *
     * @param to the destination.
     */
    public void cancel(final RdsAddress to) {
        socket.cancelSentTo(to);
        for (int rest = lanes; rest != 0; rest &= rest - 1) {
            history.onCancelled(sender(id, Integer.numberOfTrailingZeros(rest)), id(to));
        }
    }

    /** The socket's host is gone: to be said in place of {@link #close()}. */
    public void onLost() {
        for (int rest = laneOfLevel == null ? 0 : lanes; rest != 0; rest &= rest - 1) {
            history.onEnded(sender(id, Integer.numberOfTrailingZeros(rest)));
        }
        history.onEnded(id);
    }

    /** Closes the socket; what was not acknowledged by then may come or not. */
    @Override
    public void close() {
        socket.close();
        onLost();
    }
}
