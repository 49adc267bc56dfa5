package org.rds4j.engine;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.rds4j.RdsAddress;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.peer.PeerPath;
import org.rds4j.socket.DatagramRecord;
import org.rds4j.socket.EngineSocket;
import org.rds4j.socket.SubmitBacklog;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/**
 * Carries datagrams from a socket's submit ring into the log of their path, or to a socket of this host. One whose
 * destination has no room waits in the ring, and only those to the same destination wait behind it.
 */
final class SubmitDrain implements ControlledMessageHandler, SubmitBacklog.Taker, SubmitBacklog.CancelHandler {
    /** Distinguishes ports of this host from lanes. */
    private static final int LOCAL_QUEUE = 1 << 16;

    private final RdsAddress local;
    private final PathTable paths;
    private final LocalDelivery delivery;
    private final int[] laneOfServiceLevel;
    private final RdsCounters counters;
    private final int[] scratch;
    private EngineSocket socket;
    private long nowNs;
    private boolean isBlocked;

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

    /** Everything submitted, as far as the logs have room. Ends at a slot that its sender never filled. */
    void drainAll(final EngineSocket from, final long timeNs) {
        final RingBuffer ring = from.region().submitRing();
        long position;
        int work;
        do {
            position = ring.consumerPosition();
            work = drain(from, Integer.MAX_VALUE, timeNs);
        } while (ring.size() > 0 && (work > 0 || ring.consumerPosition() != position));
    }

    /** Takes a socket's datagrams to a destination out of its ring; as of {@link SubmitBacklog#cancel}. */
    int cancel(final EngineSocket from, final long high, final long low, final int port) {
        socket = from;
        return from.backlog().cancel(high, low, port, this);
    }

    @Override
    public void onCancelled(final int type, final int index) {
        final MutableDirectBuffer buffer = socket.submitBuffer();
        socket.region().acknowledged(DatagramRecord.length(buffer, index));
        if (type == DatagramRecord.TYPE_BLOCK) {
            socket.region().submitBlocks().free(DatagramRecord.block(buffer, index));
        }
    }

    @Override
    public Action onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int recordLength) {
        isBlocked = !take(type, index);
        return isBlocked ? Action.ABORT : Action.CONTINUE;
    }

    @Override
    public boolean take(final int type, final int index) {
        final MutableDirectBuffer buffer = socket.submitBuffer();
        final int length = DatagramRecord.length(buffer, index);
        final boolean isBlock = type == DatagramRecord.TYPE_BLOCK;
        final int block = isBlock ? DatagramRecord.block(buffer, index) : 0;
        final long payload = isBlock ? socket.region().submitBlocks().block(block).addressOffset()
            : socket.submitAddress() + index + DatagramRecord.HEADER_LENGTH;
        if (!route(DatagramRecord.high(buffer, index), DatagramRecord.low(buffer, index), DatagramRecord.port(buffer, index),
            DatagramRecord.level(buffer, index), payload, length)) {
            return false;
        }
        counters.add(RdsCounter.COPY_FROM_USER, length);
        if (isBlock) {
            socket.region().submitBlocks().free(block);
        }
        return true;
    }

    @Override
    public int queueOf(final int index) {
        final MutableDirectBuffer buffer = socket.submitBuffer();
        final boolean isLocal = isLocal(DatagramRecord.high(buffer, index), DatagramRecord.low(buffer, index));
        return isLocal ? LOCAL_QUEUE | DatagramRecord.port(buffer, index) : laneOf(DatagramRecord.level(buffer, index));
    }

    @Override
    public boolean hasRoom(final long high, final long low, final int queue, final int level, final int length) {
        if (isLocal(high, low)) {
            return true; // only the receiving socket's ring can tell
        }
        final PeerPath path = path(high, low, level);
        return path == null || path.log().hasRoomFor(length);
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

    /** The level was checked by the socket; the mask holds the engine upright whatever stands in shared memory. */
    private int laneOf(final int level) {
        return laneOfServiceLevel[level & laneOfServiceLevel.length - 1];
    }

    private PeerPath path(final long high, final long low, final int level) {
        PeerPath path = socket.lastPath(high, low, level);
        if (path == null) {
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
            socket.region().acknowledged(length);
        }
        return isTaken;
    }
}
