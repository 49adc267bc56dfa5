package org.rds4j.engine;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.rds4j.RdsAddress;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.peer.PeerPath;
import org.rds4j.socket.EngineSocket;
import org.rds4j.socket.SubmitReader;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/** Carries datagrams from a socket's submit ring into the log of their path, or to a socket of this host. */
final class SubmitDrain implements ControlledMessageHandler {
    private final RdsAddress local;
    private final PathTable paths;
    private final LocalDelivery delivery;
    private final int[] laneOfServiceLevel;
    private final RdsCounters counters;
    private EngineSocket socket;
    private long nowNs;

    SubmitDrain(
        final RdsAddress local, final PathTable paths, final LocalDelivery delivery,
        final int[] laneOfServiceLevel, final RdsCounters counters) {
        this.local = local;
        this.paths = paths;
        this.delivery = delivery;
        this.laneOfServiceLevel = laneOfServiceLevel;
        this.counters = counters;
    }

    int drain(final EngineSocket from, final int limit, final long timeNs) {
        socket = from;
        nowNs = timeNs;
        return from.drain(this, limit);
    }

    /** Everything submitted, as far as the logs have room. Ends at a slot that its sender never filled. */
    void drainAll(final EngineSocket from, final long timeNs) {
        socket = from;
        nowNs = timeNs;
        from.drainAll(this);
    }

    @Override
    public Action onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int recordLength) {
        final SubmitReader datagram = socket.submitted();
        final int length = datagram.length();
        if (!route(datagram.high(), datagram.low(), datagram.port(), datagram.level(), datagram.payload(), length)) {
            return Action.ABORT;
        }
        counters.add(RdsCounter.COPY_FROM_USER, length);
        return Action.CONTINUE;
    }

    private boolean route(
        final long high, final long low, final int port, final int level, final long payload, final int length) {
        if (high == local.high() && low == local.low()) {
            return loopBack(port, level, payload, length);
        }
        final PeerPath path = path(high, low, level);
        if (path == null) {
            counters.increment(RdsCounter.SEND_DROP_NO_PEER);
            socket.region().acknowledged(length);
            return true;
        }
        if (!path.log().append(socket.port(), port, payload, length, socket.id())) {
            counters.increment(RdsCounter.SEND_QUEUE_FULL);
            return false;
        }
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
            path = paths.findOrAdd(high, low, laneOf(level), nowNs);
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
            socket.region().acknowledged(length);
        }
        return isTaken;
    }
}
