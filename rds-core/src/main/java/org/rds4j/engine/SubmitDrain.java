package org.rds4j.engine;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.rds4j.RdsAddress;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.peer.PeerPath;
import org.rds4j.socket.EngineSocket;
import org.rds4j.socket.SubmitBacklog;
import org.rds4j.socket.SubmitReader;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/**
 * Carries datagrams from a socket's submit ring into the log of their path, or to a socket of this host. One whose
 * destination has no room waits in the ring, and only those to the same destination wait behind it.
 */
final class SubmitDrain implements ControlledMessageHandler, SubmitBacklog.Taker, SubmitBacklog.CancelHandler {
    /** Distinguishes ports of this host from lanes. */
    private static final int LOCAL_QUEUE = 1 << 16;
    /** Distinguishes ports of a peer that asked to hold back what is for them. */
    private static final int HELD_QUEUE = 1 << 17;

    private static final int PORT_MASK = 0xffff;

    private final RdsAddress local;
    private final PathTable paths;
    private final LocalDelivery delivery;
    private final int[] laneOfServiceLevel;
    private final RdsCounters counters;
    private final int[] scratch;
    private EngineSocket socket;
    private long nowNs;
    private boolean isBlocked;
    private boolean isLastChance;

    SubmitDrain(
        final RdsAddress local, final PathTable paths, final LocalDelivery delivery,
        final int[] laneOfServiceLevel, final int submitRingLength, final RdsCounters counters) {
        this.local = local;
        this.paths = paths;
        this.delivery = delivery;
        this.laneOfServiceLevel = laneOfServiceLevel;
        this.scratch = new int[SubmitBacklog.mostRecords(submitRingLength)];
        this.counters = counters;
    }

    int drain(final EngineSocket from, final int limit, final long timeNs) {
        socket = from;
        nowNs = timeNs;
        int work = 0;
        if (!from.backlog().isActive()) {
            isBlocked = false;
            work = from.drain(this, limit);
            if (!isBlocked) {
                return work;
            }
        }
        return work + from.backlog().poll(this, limit, scratch);
    }

    /**
     * Everything submitted, as far as the logs have room, and held back by nothing else. Ends at a slot that its sender never
     * filled; and after as many datagrams as a ring holds, should the application go on submitting.
     */
    void drainAll(final EngineSocket from, final long timeNs) {
        final SubmitReader ring = from.submitted();
        int left = scratch.length;
        long position;
        int work;
        isLastChance = true;
        do {
            position = ring.position();
            work = drain(from, left, timeNs);
            left -= work;
        } while (left > 0 && ring.size() > 0 && (work > 0 || ring.position() != position));
        isLastChance = false;
    }

    /** Takes a socket's datagrams to a destination out of its ring; as of {@link SubmitBacklog#cancel}. */
    int cancel(final EngineSocket from, final long high, final long low, final int port) {
        socket = from;
        return from.backlog().cancel(high, low, port, this);
    }

    @Override
    public void onCancelled(final int type, final int index) {
        final SubmitReader datagram = socket.submitted();
        socket.acknowledged(datagram.length());
        datagram.freeBlock();
        if (datagram.isLent()) {
            socket.complete(datagram.lending());
        }
    }

    @Override
    public Action onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int recordLength) {
        isBlocked = !take(type, index);
        return isBlocked ? Action.ABORT : Action.CONTINUE;
    }

    @Override
    public boolean take(final int type, final int index) {
        final SubmitReader datagram = socket.submitted();
        final int length = datagram.length();
        if (datagram.isLent()) {
            return takeLent(datagram, length);
        }
        if (!route(datagram.high(), datagram.low(), datagram.port(), datagram.level(), datagram.payload(), length)) {
            return false;
        }
        counters.add(RdsCounter.COPY_FROM_USER, length);
        datagram.freeBlock();
        return true;
    }

    /** To a socket of this host there is one copy, the receiver's; without a peer, nothing: then it is over at once. */
    private boolean takeLent(final SubmitReader datagram, final int length) {
        final PeerPath path = isLocal(datagram.high(), datagram.low()) ? null
            : path(datagram.high(), datagram.low(), datagram.level());
        if (path == null) {
            final long lending = datagram.lending();
            final boolean isTaken =
                route(datagram.high(), datagram.low(), datagram.port(), datagram.level(), datagram.payload(), length);
            if (isTaken) {
                socket.complete(lending);
            }
            return isTaken;
        }
        if (!isAdmitted(path, datagram.port())) {
            return false;
        }
        final boolean isTaken = path.log().appendLent(
            socket.port(), datagram.port(), datagram.payload(), length, socket.id(), socket, datagram.lending());
        path.onQueued();
        if (!isTaken) {
            counters.increment(RdsCounter.SEND_QUEUE_FULL);
            return false;
        }
        socket.onLent();
        socket.onQueued();
        counters.increment(RdsCounter.SEND_QUEUED);
        return true;
    }

    @Override
    public int queueOf(final int index) {
        final SubmitReader datagram = socket.submitted();
        if (isLocal(datagram.high(), datagram.low())) {
            return LOCAL_QUEUE | datagram.port();
        }
        final PeerPath path = path(datagram.high(), datagram.low(), datagram.level());
        return path != null && path.isHeldBack(datagram.port()) ? HELD_QUEUE | datagram.port() : laneOf(datagram.level());
    }

    @Override
    public boolean hasRoom(final long high, final long low, final int queue, final int level, final int length) {
        if (isLocal(high, low)) {
            return true; // only the receiving socket's ring can tell
        }
        final PeerPath path = path(high, low, level);
        if (path == null || isLastChance) {
            return true;
        }
        return (queue & HELD_QUEUE) == 0 ? !path.log().isWellFilled() && path.log().hasRoomFor(length)
            : !path.isHeldBack(queue & PORT_MASK);
    }

    private boolean isAdmitted(final PeerPath path, final int port) {
        return isLastChance || path.admits(port);
    }

    private boolean isLocal(final long high, final long low) {
        return high == local.high() && low == local.low();
    }

    private boolean route(
        final long high, final long low, final int port, final int level, final long payload, final int length) {
        if (isLocal(high, low)) {
            return loopBack(port, level, payload, length);
        }
        final PeerPath path = path(high, low, level);
        if (path == null) {
            counters.increment(RdsCounter.SEND_DROP_NO_PEER);
            socket.acknowledged(length);
            return true;
        }
        if (!isAdmitted(path, port)) {
            return false;
        }
        final boolean isTaken = path.log().append(socket.port(), port, payload, length, socket.id());
        path.onQueued();
        if (!isTaken) {
            counters.increment(RdsCounter.SEND_QUEUE_FULL);
            return false;
        }
        socket.onQueued();
        counters.increment(RdsCounter.SEND_QUEUED);
        return true;
    }

    /** The socket has checked it too, but its memory may be another process's. */
    private boolean isDestination(final long high, final long low) {
        return RdsAddress.isUnicast(high, low) && RdsAddress.isIpv4(high, low) == local.isIpv4();
    }

    /** The level was checked; the mask holds the engine upright without. */
    private int laneOf(final int level) {
        return laneOfServiceLevel[level & laneOfServiceLevel.length - 1];
    }

    private PeerPath path(final long high, final long low, final int level) {
        PeerPath path = socket.lastPath(high, low, level);
        if (path == null) {
            if (!isDestination(high, low)) {
                socket.corrupt();
                return null;
            }
            path = paths.route(high, low, laneOf(level), socket.port(), nowNs);
            socket.lastPath(high, low, level, path);
        }
        return path;
    }

    /** Own-host datagrams need no carrier: acknowledged at once. A ping is answered with an empty datagram from port 0. */
    private boolean loopBack(final int port, final int level, final long payload, final int length) {
        final int lane = laneOf(level);
        final boolean isPing = port == RdsHeaderFlyweight.PING_PORT;
        final boolean isTaken = isPing
            ? delivery.pong(socket, lane) : delivery.deliver(port, local, socket.port(), lane, payload, length);
        if (isTaken) {
            counters.increment(RdsCounter.LOOPBACK_DELIVERED);
            socket.acknowledged(length);
        }
        return isTaken;
    }
}
