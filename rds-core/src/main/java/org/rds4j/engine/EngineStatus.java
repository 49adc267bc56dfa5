package org.rds4j.engine;

import org.agrona.DirectBuffer;
import org.rds4j.RdsAddress;
import org.rds4j.carrier.PathKey;
import org.rds4j.message.MessageVisitor;
import org.rds4j.message.SendLog;
import org.rds4j.peer.PeerPath;
import org.rds4j.socket.DatagramRecord;
import org.rds4j.socket.EngineSocket;
import org.rds4j.socket.ReceiveSide;
import org.rds4j.socket.SocketRegion;
import org.rds4j.socket.SocketTable;
import org.rds4j.status.PathStatus;
import org.rds4j.status.StatusPage;
import org.rds4j.status.StatusSource;
import org.rds4j.status.StatusTable;

/**
 * Shows an engine's tables to tools. The outer part of a cursor counts sockets or paths; the inner part is a sequence number
 * or a position in a ring, which stay true while messages come and go between two pages. Engine thread only.
 */
final class EngineStatus implements StatusSource, MessageVisitor, ReceiveSide.UnreadVisitor {
    /** Words of a path's row behind its state: generation, queues, connection. */
    private static final int WORDS_OF_CARRIED_PATHS = 9;

    private final RdsAddress local;
    private final SocketTable sockets;
    private final PathTable paths;
    private final LocalDelivery delivery;
    private StatusPage page;
    private PathKey key;

    EngineStatus(final RdsAddress local, final SocketTable sockets, final PathTable paths, final LocalDelivery delivery) {
        this.local = local;
        this.sockets = sockets;
        this.paths = paths;
        this.delivery = delivery;
    }

    @Override
    public void write(final StatusTable table, final StatusPage target) {
        page = target;
        final int size = sizeOf(table);
        long inner = target.inner();
        for (int i = Math.clamp(target.outer(), 0, size); i < size; i++) {
            final long rest = write(table, i, inner);
            if (rest >= 0) {
                target.stopAt(i, rest);
                return;
            }
            inner = 0;
        }
    }

    /** Loopback stands behind the paths once it was used. */
    private int sizeOf(final StatusTable table) {
        return switch (table) {
            case SOCKETS, RECEIVE -> sockets.size();
            case PATHS -> paths.size() + (delivery.nextLoopbackSequence() > 1 ? 1 : 0);
            default -> paths.size();
        };
    }

    /** Writes what belongs to one socket or path; answers where to go on in it, or -1 when that was all. */
    private long write(final StatusTable table, final int index, final long inner) {
        return switch (table) {
            case SOCKETS -> socket(sockets.socket(index));
            case RECEIVE -> sockets.socket(index).receiveSide().forEachUnread(inner, this);
            case PATHS -> index < paths.size() ? path(paths.path(index)) : loopback();
            case CARRIERS -> carrier(paths.path(index));
            case SEND -> {
                final SendLog log = paths.path(index).log();
                yield messages(paths.path(index), Math.max(inner, log.firstUnsentSequence()), log.nextSequence());
            }
            case RETRANSMIT -> messages(paths.path(index), inner, paths.path(index).log().firstUnsentSequence());
            case COUNTERS, CLIENTS, SECURITY -> -1;
        };
    }

    private long socket(final EngineSocket socket) {
        if (socket.port() == 0) {
            return -1;
        }
        if (!page.next()) {
            return 0;
        }
        final SocketRegion region = socket.region();
        address(local.high(), local.low(), socket.port());
        address(region.connectedHigh(), region.connectedLow(), region.connectedPort());
        page.put(region.sendBufferLength()).put(region.receiveBufferLength()).put(socket.id())
            .put(region.unacknowledgedLength()).put(socket.receiveSide().unreadRingLength())
            .put(region.receiveRing().capacity());
        return -1;
    }

    private long path(final PeerPath path) {
        if (!page.next()) {
            return 0;
        }
        final SendLog log = path.log();
        address(local.high(), local.low(), 0);
        address(path.key().remoteHigh(), path.key().remoteLow(), 0);
        page.put(path.key().lane()).put(path.key().index())
            .put(log.nextSequence()).put(path.nextReceiveSequence()).put(stateOf(path).number()).put(path.peerGeneration())
            .put(log.unsentCount()).put(log.messageCount() - log.unsentCount())
            .put(log.unsentLength()).put(log.unacknowledgedLength()).put(path.hasCarrier() ? 1 : 0)
            .put(path.hasCarrier() ? path.carrier().localPort() : 0).put(path.hasCarrier() ? path.carrier().remotePort() : 0)
            .put(path.peer().pathCount());
        return -1;
    }

    /** Needs no carrier, and nothing waits in it. */
    private long loopback() {
        if (!page.next()) {
            return 0;
        }
        address(local.high(), local.low(), 0);
        address(local.high(), local.low(), 0);
        page.put(0).put(0).put(delivery.nextLoopbackSequence()).put(delivery.nextLoopbackSequence())
            .put(PathStatus.State.UP.number());
        for (int i = 0; i < WORDS_OF_CARRIED_PATHS; i++) {
            page.put(0);
        }
        return -1;
    }

    private static PathStatus.State stateOf(final PeerPath path) {
        return switch (path.state()) {
            case DOWN -> PathStatus.State.DOWN;
            case CONNECTING -> PathStatus.State.CONNECTING;
            case UP -> PathStatus.State.UP;
            case DRAINING -> PathStatus.State.DRAINING;
            case ERROR -> PathStatus.State.ERROR;
        };
    }

    private long carrier(final PeerPath path) {
        if (!path.hasCarrier()) {
            return -1;
        }
        if (!page.next()) {
            return 0;
        }
        page.put(path.key().lane()).put(path.assembler().headerRemaining()).put(path.assembler().bodyRemaining());
        if (!path.carrier().status(page)) {
            page.withdraw();
        }
        return -1;
    }

    private long messages(final PeerPath path, final long from, final long to) {
        key = path.key();
        final long next = path.log().forEach(from, to, this);
        return next < to ? next : -1;
    }

    @Override
    public boolean onMessage(
        final long sequence, final int sourcePort, final int destinationPort, final int flags, final int length) {
        if (!page.next()) {
            return false;
        }
        address(local.high(), local.low(), sourcePort);
        address(key.remoteHigh(), key.remoteLow(), destinationPort);
        page.put(key.lane()).put(sequence).put(length).put(flags);
        return true;
    }

    @Override
    public boolean onUnread(final EngineSocket socket, final DirectBuffer buffer, final int index) {
        if (!page.next()) {
            return false;
        }
        address(local.high(), local.low(), socket.port());
        address(DatagramRecord.high(buffer, index), DatagramRecord.low(buffer, index), DatagramRecord.port(buffer, index));
        page.put(DatagramRecord.level(buffer, index)).put(DatagramRecord.sequence(buffer, index))
            .put(DatagramRecord.length(buffer, index)).put(0);
        return true;
    }

    private void address(final long high, final long low, final int port) {
        page.put(high).put(low).put(port);
    }
}
