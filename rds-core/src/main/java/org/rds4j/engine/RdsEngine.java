package org.rds4j.engine;

import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.CarrierWatcher;
import org.rds4j.carrier.PathConnector;
import org.rds4j.carrier.PathKey;
import org.rds4j.congestion.Congestion;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.DirectMemory;
import org.rds4j.frame.ReassemblyPool;
import org.rds4j.message.LogPool;
import org.rds4j.message.ReleaseHandler;
import org.rds4j.peer.ConnectBudget;
import org.rds4j.peer.PathServices;
import org.rds4j.peer.Peer;
import org.rds4j.peer.PeerPath;
import org.rds4j.peer.Probe;
import org.rds4j.socket.EngineProxy;
import org.rds4j.socket.EngineSocket;
import org.rds4j.socket.OverflowShares;
import org.rds4j.socket.ReceiveMemory;
import org.rds4j.socket.SocketDirectory;
import org.rds4j.socket.SocketEvents;
import org.rds4j.socket.SocketTable;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;
import org.rds4j.status.StatusSource;

/**
 * The RDS protocol of one engine thread, without I/O: sockets submit datagrams and receive them through their regions,
 * carriers bring and take octets, time is told. Applications reach it through {@link #proxy()} only; everything else is for
 * the engine's thread.
 */
public final class RdsEngine implements ReleaseHandler {
    private static final int SUBMIT_LIMIT = 128;

    private final RdsCounters counters;
    private final Congestion congestion;
    private final EngineProxy proxy;
    private final SocketTable sockets;
    final PathTable paths;
    private final LogPool logs;
    private final ReassemblyPool reassembly;
    private final ReassemblyPool receiveOverflow;
    private final SubmitDrain submitDrain;
    private final SendCancellation cancellation;
    private final StatusSource status;
    private final int defaultLane;
    private final boolean isEncrypted;
    private final StrangerAttempts strangers;
    private int nextSocket;
    private long toldChanges;
    private long nowNs;

    /**
     * An engine without sockets and peers.
     *
     * @param context            concluded.
     * @param connector          opens carriers; its calls come from {@link #poll}.
     * @param laneOfServiceLevel maps service levels 0 to 15 to lanes 0 to {@link PathKey#MAX_LANES} - 1; asked once.
     * @param random             for the generation, ports and reconnect delays.
     * @param counters           written by this engine only.
     */
    public RdsEngine(
        final RdsContext context, final PathConnector connector, final IntUnaryOperator laneOfServiceLevel,
        final RandomGenerator random, final RdsCounters counters) {
        this(context, connector, laneOfServiceLevel, random, counters, DirectMemory.ofProcess());
    }

    RdsEngine(
        final RdsContext context, final PathConnector connector, final IntUnaryOperator laneOfServiceLevel,
        final RandomGenerator random, final RdsCounters counters, final DirectMemory memory) {
        final int generation = newGeneration(random);
        final Probe probe = new Probe(context.paths(), generation, counters);
        this.counters = counters;
        this.congestion = new Congestion(context, generation, counters);
        final ArrivalTimes times = new ArrivalTimes(context.nanoClock());
        this.proxy = new EngineProxy(new SocketDirectory(context.maxSockets()), congestion.maps());
        this.receiveOverflow = new ReassemblyPool(context.receiveOverflowLength(), memory);
        this.sockets = new SocketTable(proxy, context.localAddress(), random,
            new ReceiveMemory(new OverflowShares(receiveOverflow), times, congestion.local(), counters));
        this.paths = new PathTable(context.maxPeers(), this::forgetPathsOfSockets);
        this.reassembly = new ReassemblyPool(context.reassemblyLength(), memory);
        this.logs = new LogPool(context.sendPoolLength(), LogPool.BLOCK_LENGTH, context.maxMessageLength(),
            context.sendLogLength());
        final LocalDelivery delivery = new LocalDelivery(context.localAddress(), sockets, congestion.maps(), context.pingEnable(),
            probe, times, counters);
        this.status = new EngineStatus(context.localAddress(), sockets, paths, delivery);
        final int[] lanes = lanes(laneOfServiceLevel);
        this.defaultLane = lanes[0];
        this.isEncrypted = context.security() != SecurityMode.PLAINTEXT;
        final ConnectBudget budget = new ConnectBudget(context.connectBudget());
        this.strangers = new StrangerAttempts(connector, budget, context.connectBudget());
        this.submitDrain = new SubmitDrain(
            context.localAddress(), paths, delivery, lanes, context.submitRingLength(), counters);
        this.cancellation = new SendCancellation(paths, submitDrain, this, context.linuxExact(), counters);
        this.sockets.sends(cancellation);
        this.paths.services(new PathServices(context, probe, defaultLane, strangers,
            budget, paths, paths.schedule(), delivery, this, reassembly, times, logs, congestion, random, counters));
    }

    private static int[] lanes(final IntUnaryOperator laneOfServiceLevel) {
        final int[] lanes = new int[RdsSocket.MAX_SERVICE_LEVEL + 1];
        for (int level = 0; level < lanes.length; level++) {
            lanes[level] = laneOfServiceLevel.applyAsInt(level);
            if (lanes[level] < 0 || lanes[level] >= PathKey.MAX_LANES) {
                throw new IllegalArgumentException("service level " + level + " maps to lane " + lanes[level]);
            }
        }
        return lanes;
    }

    private static int newGeneration(final RandomGenerator random) {
        int generation = random.nextInt();
        while (generation == 0) {
            generation = random.nextInt();
        }
        return generation;
    }

    /**
     * How application threads reach this engine, for {@code RdsSocket.open}.
     *
     * @return the proxy, thread safe.
     */
    public EngineProxy proxy() {
        return proxy;
    }

    /**
     * Shows the engine's tables to tools.
     *
     * @return for the engine's thread.
     */
    public StatusSource status() {
        return status;
    }

    /**
     * One duty cycle: control commands, what carriers received, what sockets submitted, what carriers can send.
     *
     * @param timeNs the engine's time.
     * @return work done, 0 when there was none.
     */
    public int poll(final long timeNs) {
        nowNs = timeNs;
        cancellation.now(timeNs);
        logs.now(timeNs);
        int work = sockets.poll();
        work += paths.schedule().pollInbound(timeNs);
        sockets.signals().flush();
        work += drainSockets();
        sockets.signals().flush();
        if (congestion.local().changes() != toldChanges) {
            toldChanges = congestion.local().changes();
            paths.touchAll();
        }
        return work + paths.schedule().pollOutbound(timeNs);
    }

    private void forgetPathsOfSockets() {
        for (int i = 0; i < sockets.size(); i++) {
            sockets.socket(i).lastPath(0, 0, 0, null);
        }
    }

    /** A share for each socket, another one first each time. Of those that make no sense one is closed, the next next time. */
    private int drainSockets() {
        final int count = sockets.size();
        int work = 0;
        EngineSocket corrupt = null;
        nextSocket = nextSocket + 1 < count ? nextSocket + 1 : 0;
        for (int i = 0; i < count; i++) {
            final int index = nextSocket + i;
            final EngineSocket socket = sockets.socket(index < count ? index : index - count);
            final long position = socket.submitted().position();
            work += submitDrain.drain(socket, SUBMIT_LIMIT, nowNs);
            if (socket.submitted().position() != position) {
                socket.happened(SocketEvents.WRITABLE);
            }
            if (socket.isCorrupt()) {
                corrupt = socket;
            }
        }
        if (corrupt != null) {
            counters.increment(RdsCounter.REGION_CORRUPT);
            sockets.closeCorrupt(corrupt);
        }
        return work;
    }

    /**
     * When the engine next wants {@link #poll} although nothing happened.
     *
     * @return the engine's time, or {@link Long#MAX_VALUE} for never.
     */
    public long nextDeadlineNs() {
        return paths.schedule().nextDeadlineNs();
    }

    /**
     * A carrier is up: TCP, and security where required, are established. It belongs to the engine from now on.
     *
     * @param key        of its path; for an accepted carrier lane and index as of {@code OpenerMessage}.
     * @param carrier    ready to use; nothing of it has been read.
     * @param dialedByUs whether it comes from {@link PathConnector#connect}.
     * @param timeNs     the engine's time.
     */
    public void onCarrierUp(final PathKey key, final ByteCarrier carrier, final boolean dialedByUs, final long timeNs) {
        if (dialedByUs) {
            strangers.onEnded(key);
        }
        final boolean isValid = key.lane() >= 0 && key.lane() < PathKey.MAX_LANES && key.index() < PathKey.MAX_PATHS
            && key.index() >= PathKey.UNKNOWN_INDEX;
        final Peer peer = isValid ? paths.findOrAddPeer(key.remoteHigh(), key.remoteLow()) : null;
        if (peer == null) {
            counters.increment(RdsCounter.CONN_DROP_NO_PEER);
            carrier.discard();
        } else if (dialedByUs) {
            peer.onDialed(key, carrier, timeNs);
        } else {
            peer.onAccepted(key.lane(), key.index(), carrier, timeNs);
        }
    }

    /**
     * The lane of service level 0, and of peers that know no lanes.
     *
     * @return 0 to {@link PathKey#MAX_LANES} - 1.
     */
    public int defaultLane() {
        return defaultLane;
    }

    /**
     * Whether a host's carriers are taken without waiting for its first octets, which may be long in coming and would say no
     * more than is known: of a foreign peer, on the default lane.
     *
     * @param high bits 127..64 of the host's address.
     * @param low  bits 63..0 of the host's address.
     * @return false for hosts that open each carrier with a message that names its path, or are not known.
     */
    public boolean isForeign(final long high, final long low) {
        final Peer peer = paths.peer(high, low);
        return peer != null && peer.kind() == Peer.Kind.FOREIGN;
    }

    /**
     * A host with a larger address has opened a connection, which is refused, and so asks to be dialed. Nothing is kept of a
     * host that is not known: it becomes a peer when the carrier to it is up.
     *
     * @param key    lane and index as its source port tells them; they count for peers of this kind only.
     * @param timeNs the engine's time.
     */
    public void onKnock(final PathKey key, final long timeNs) {
        final Peer peer = paths.peer(key.remoteHigh(), key.remoteLow());
        if (peer != null) {
            peer.onKnock(key.lane(), key.index(), timeNs);
        } else if (strangers.tryConnect(new PathKey(key.remoteHigh(), key.remoteLow(), strangersLane(key), 0), timeNs)) {
            counters.increment(RdsCounter.CONN_KNOCKED);
            counters.increment(RdsCounter.CONN_ATTEMPTS);
        } else {
            counters.increment(RdsCounter.CONN_DROP_STRANGER);
        }
    }

    /**
     * A host with a larger address has sent a segment of a connection that nobody here knows, from the port that peers listen on:
     * it had been dialed by an engine that ran here before. A kernel that waits to be dialed again may wait for ever, so an
     * unknown host is dialed; peers are dialed anyway, and those of this kind knock.
     *
     * @param high   bits 127..64 of the host's address.
     * @param low    bits 63..0 of the host's address.
     * @param timeNs the engine's time.
     */
    public void onOrphan(final long high, final long low, final long timeNs) {
        if (isEncrypted || paths.peer(high, low) != null) {
            return;
        }
        if (strangers.tryConnectToOrphan(high, low, defaultLane, timeNs)) {
            counters.increment(RdsCounter.CONN_ORPHANED);
            counters.increment(RdsCounter.CONN_ATTEMPTS);
        } else {
            counters.increment(RdsCounter.CONN_DROP_STRANGER);
        }
    }

    /** Whoever takes part in an encrypted cluster is of this kind. */
    private int strangersLane(final PathKey knocked) {
        return isEncrypted ? knocked.lane() : defaultLane;
    }

    /**
     * An attempt of {@link PathConnector#connect} has failed, or a knock is over.
     *
     * @param key    of the path.
     * @param reason why.
     * @param timeNs the engine's time.
     */
    public void onConnectFailed(final PathKey key, final CarrierDownReason reason, final long timeNs) {
        strangers.onEnded(key);
        final PeerPath path = paths.find(key);
        if (path != null) {
            path.onConnectFailed(reason, timeNs);
        }
    }

    /**
     * A carrier is down. The engine goes on reading it until it is drained.
     *
     * @param carrier as of {@link #onCarrierUp}.
     * @param reason  why.
     * @param timeNs  the engine's time.
     */
    public void onCarrierDown(final ByteCarrier carrier, final CarrierDownReason reason, final long timeNs) {
        final CarrierWatcher watcher = carrier.watcher();
        if (watcher != null) {
            watcher.onCarrierDown(carrier, reason);
        }
    }

    @Override
    public void onReleased(final int owner, final int length) {
        final EngineSocket socket = sockets.byId(owner);
        if (socket != null) {
            socket.onReleased(length);
        }
    }

    /**
     * Whether every peer has acknowledged everything: nothing would be lost by closing now.
     *
     * @return true when all logs are empty.
     */
    public boolean isAllAcknowledged() {
        for (int i = 0; i < paths.size(); i++) {
            if (!paths.path(i).log().isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Memory of messages queued or unacknowledged.
     *
     * @return octets of blocks that paths have borrowed; 0 when everything is acknowledged.
     */
    public long sendPoolInUse() {
        return logs.length() - logs.freeLength();
    }

    /**
     * Memory of partly received messages.
     *
     * @return octets; 0 when every message is whole.
     */
    public long reassemblyInUse() {
        return reassembly.usedLength();
    }

    /**
     * Octets copied to make messages whole that came in pieces.
     *
     * @return since the start.
     */
    public long reassemblyCopied() {
        return reassembly.copiedLength();
    }

    /**
     * Memory of messages that wait behind full receive rings.
     *
     * @return octets; 0 when every ring has room.
     */
    public long receiveOverflowInUse() {
        return receiveOverflow.usedLength();
    }

    /**
     * Most memory of messages that wait behind full receive rings, as things are.
     *
     * @return octets, by the setting and by what this process has.
     */
    public long receiveOverflowLimit() {
        return receiveOverflow.limit();
    }

    /**
     * Paths to peers, whether they have a carrier or not.
     *
     * @return how many; never falls.
     */
    public int pathCount() {
        return paths.size();
    }

    /**
     * Whether any carrier is not yet drained.
     *
     * @return false when no carrier is in use.
     */
    public boolean hasCarriers() {
        for (int i = 0; i < paths.size(); i++) {
            if (paths.path(i).hasCarrier()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Closes every socket and, in good order, every carrier; none is opened any more. Poll on until {@link #hasCarriers()}
     * is false.
     *
     * @param timeNs the engine's time.
     */
    public void close(final long timeNs) {
        proxy.close();
        sockets.closeAll();
        for (int i = 0; i < paths.size(); i++) {
            paths.path(i).shutDown(timeNs);
        }
    }
}
