package org.rds4j.engine;

import org.rds4j.RdsAddress;
import org.rds4j.congestion.CongestionMaps;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.message.SendLog;
import org.rds4j.peer.InboundHandler;
import org.rds4j.peer.PeerPath;
import org.rds4j.peer.Probe;
import org.rds4j.socket.EngineSocket;
import org.rds4j.socket.ReceiveSide;
import org.rds4j.socket.ReceiveSide.Outcome;
import org.rds4j.socket.SocketTable;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/** Gives received messages to the sockets of this host, and answers pings (dispatch order of Linux's rds_recv_incoming). */
final class LocalDelivery implements InboundHandler {
    private static final int NO_OWNER = 0;

    private final RdsAddress local;
    private final SocketTable sockets;
    private final CongestionMaps maps;
    private final boolean isPingEnabled;
    private final RdsCounters counters;
    private final Probe probe;
    private final ArrivalTimes times;
    private long nextLoopbackSequence = 1;

    LocalDelivery(
        final RdsAddress local, final SocketTable sockets, final CongestionMaps maps, final boolean isPingEnabled,
        final Probe probe, final ArrivalTimes times, final RdsCounters counters) {
        this.times = times;
        this.local = local;
        this.sockets = sockets;
        this.maps = maps;
        this.isPingEnabled = isPingEnabled;
        this.counters = counters;
        this.probe = probe;
    }

    @Override
    public boolean onMessage(final PeerPath path, final RdsHeaderFlyweight header, final long payload, final int length) {
        if (header.destinationPort() == RdsHeaderFlyweight.PING_PORT) {
            onPing(path, header);
            return true;
        }
        if (header.isProbePong()) {
            return true;
        }
        return deliver(header.destinationPort(), path.key().remoteHigh(), path.key().remoteLow(), header.sourcePort(),
            path.key().lane(), payload, length, header.sequence());
    }

    private void onPing(final PeerPath path, final RdsHeaderFlyweight ping) {
        final int port = ping.sourcePort();
        if (port == 0) {
            return;
        }
        final boolean isProbe = port == RdsHeaderFlyweight.PROBE_PORT;
        if (!isPingEnabled && !isProbe) {
            counters.increment(RdsCounter.RECV_DROP_NO_SOCK);
            return;
        }
        counters.increment(RdsCounter.RECV_PING);
        if (maps.isCongested(path.key().remoteHigh(), path.key().remoteLow(), port)) {
            counters.increment(RdsCounter.PONG_DROP_CONGESTED);
            return;
        }
        final boolean isQueued = isProbe ? probe.pong(path.log()) : pong(path.log(), port);
        if (!isQueued) {
            counters.increment(RdsCounter.PONG_DROP_LOG_FULL);
        }
    }

    private boolean pong(final SendLog log, final int port) {
        final boolean isQueued = log.append(RdsHeaderFlyweight.PING_PORT, port, 0, 0, NO_OWNER);
        counters.add(RdsCounter.SEND_PONG, isQueued ? 1 : 0);
        return isQueued;
    }

    /** Answers a ping of a socket to its own host. */
    boolean pong(final EngineSocket socket, final int lane) {
        if (!isPingEnabled) {
            counters.increment(RdsCounter.RECV_DROP_NO_SOCK);
            return true;
        }
        takeTimes();
        if (give(socket, local.high(), local.low(), RdsHeaderFlyweight.PING_PORT, lane, 0, 0, nextLoopbackSequence + 1)
            == Outcome.NO_ROOM) {
            return false;
        }
        counters.increment(RdsCounter.RECV_PING);
        counters.increment(RdsCounter.SEND_PONG);
        nextLoopbackSequence += 2; // the ping's and the pong's
        return true;
    }

    boolean deliver(
        final int port, final RdsAddress source, final int sourcePort, final int lane, final long payload,
        final int length) {
        takeTimes();
        final boolean isTaken =
            deliver(port, source.high(), source.low(), sourcePort, lane, payload, length, nextLoopbackSequence);
        nextLoopbackSequence += isTaken ? 1 : 0;
        return isTaken;
    }

    /** What comes from this host did not travel. */
    private void takeTimes() {
        if (times.isOn()) {
            times.setNow();
        }
    }

    /** Number of the next message from this host's address to itself; the first has 1. */
    long nextLoopbackSequence() {
        return nextLoopbackSequence;
    }

    private boolean deliver(
        final int port, final long sourceHigh, final long sourceLow, final int sourcePort, final int lane,
        final long payload, final int length, final long sequence) {
        final EngineSocket socket = sockets.boundTo(port);
        if (socket == null) {
            counters.increment(RdsCounter.RECV_DROP_NO_SOCK);
            return true;
        }
        final Outcome outcome = give(socket, sourceHigh, sourceLow, sourcePort, lane, payload, length, sequence);
        if (outcome == Outcome.NO_ROOM) {
            return false;
        }
        if (outcome != Outcome.TOO_LONG) {
            counters.increment(RdsCounter.RECV_DELIVERED);
            counters.add(RdsCounter.COPY_TO_USER, length);
        }
        return true;
    }

    private Outcome give(
        final EngineSocket socket, final long sourceHigh, final long sourceLow, final int sourcePort, final int lane,
        final long payload, final int length, final long sequence) {
        final ReceiveSide receiver = socket.receiveSide();
        final boolean wasCongested = receiver.isCongested();
        final Outcome outcome = receiver.deliver(sourceHigh, sourceLow, sourcePort, lane, payload, length, sequence);
        if (receiver.isCongested() && !wasCongested) {
            sockets.onCongested(socket);
        }
        return outcome;
    }
}
