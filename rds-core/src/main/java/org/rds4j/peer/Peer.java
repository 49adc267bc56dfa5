package org.rds4j.peer;

import org.rds4j.RdsAddress;
import org.rds4j.SecurityMode;
import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.PathKey;
import org.rds4j.congestion.MapOrder;
import org.rds4j.congestion.MapSender;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.status.RdsCounter;

/**
 * A remote host: what its probes told of it, and the paths to it, by lane and index.
 * <p>
 * <b>Kind.</b> A host of this kind opens every carrier with a probe that tells a generation and the rule of source ports, and
 * waits for the answer; whoever does otherwise is a foreign host, as Linux, which knows no lanes: everything for it goes over the
 * default lane. Whoever names a lane is of this kind.
 * <p>
 * <b>Fan-out.</b> Until the peer's path count is known everything goes to path 0 of a lane. From then on each sending socket has
 * a path of its own, without one message overtaking another of its socket: see {@link Lane}. Engine thread only.
 */
public final class Peer {
    /** What a peer turned out to be. */
    public enum Kind {
        /** Nothing heard of it yet. */
        UNKNOWN,
        /** Knows lanes, opens with a probe. */
        OURS,
        /** Linux or alike. */
        FOREIGN
    }

    /** How long a foreign acceptor that only asked may take to hear our path count before it is dialed for more paths. */
    private static final long UNCONFIRMED_NS = 1_000_000_000L;
    /** How long the smaller host has for dialing the other paths once the first is up. */
    private static final long UNASKED_NS = 1_000_000_000L;

    private final PathServices services;
    private final long high;
    private final long low;
    private final boolean isLocalSmaller;
    private final MapSender mapSender;
    private final MapOrder mapOrder = new MapOrder();
    private final Lane[] lanes = new Lane[PathKey.MAX_LANES];
    private final LanesRegained regained = new LanesRegained();
    private Kind kind;
    private int pathCount;
    private int generation;
    private boolean hasSourcePortIndex;
    private long fanOutNs = Long.MAX_VALUE;
    private PendingCarriers pending;

    Peer(final PathServices services, final long high, final long low) {
        final RdsAddress local = services.context().localAddress();
        this.services = services;
        this.high = high;
        this.low = low;
        this.isLocalSmaller = RdsAddress.compareHosts(local.high(), local.low(), high, low) < 0;
        this.kind = services.context().security() == SecurityMode.PLAINTEXT ? Kind.UNKNOWN : Kind.OURS;
        this.mapSender = services.congestion().newSender();
    }

    /** Tells the peer which ports of this host are congested, over whichever path can. */
    MapSender mapSender() {
        return mapSender;
    }

    /** A map has come from the peer, over any path: with its number and the generation that it is of, or 0. */
    void onMap(final long number, final int mapGeneration, final long payload, final int length) {
        if (mapOrder.isNews(number, mapGeneration, generation)) {
            services.congestion().onMap(high, low, payload, length);
        } else {
            services.congestion().onOldMap();
        }
    }

    boolean is(final long otherHigh, final long otherLow) {
        return high == otherHigh && low == otherLow;
    }

    /**
     * The name of a path.
     *
     * @param lane  0 to {@link PathKey#MAX_LANES} - 1.
     * @param index 0 to {@link PathKey#MAX_PATHS} - 1.
     * @return its key.
     */
    public PathKey keyOf(final int lane, final int index) {
        return new PathKey(high, low, lane, index);
    }

    boolean isLocalSmaller() {
        return isLocalSmaller;
    }

    /**
     * What the peer turned out to be.
     *
     * @return its kind.
     */
    public Kind kind() {
        return kind;
    }

    boolean isForeign() {
        return kind == Kind.FOREIGN;
    }

    /**
     * How many paths the peer's probes told.
     *
     * @return 1 to 8, or 0 while unknown.
     */
    public int pathCount() {
        return pathCount;
    }

    /**
     * The paths of each lane that messages are spread over.
     *
     * @return a power of two up to the smaller count of the two hosts, 1 while the peer's is unknown.
     */
    public int activePaths() {
        return Integer.highestOneBit(Math.max(1, Math.min(pathCount, services.context().paths())));
    }

    /**
     * A path.
     *
     * @param lane  0 to {@link PathKey#MAX_LANES} - 1.
     * @param index 0 to {@link PathKey#MAX_PATHS} - 1.
     * @return the path, or null while there is none.
     */
    public PeerPath path(final int lane, final int index) {
        return lanes[lane] == null ? null : lanes[lane].path(index);
    }

    /** The first path of a lane dials for the others, so that there are none without it. */
    PeerPath findOrAdd(final int lane, final int index, final long nowNs) {
        final PeerPath path = path(lane, index);
        if (path != null) {
            return path;
        }
        if (index != 0) {
            findOrAdd(lane, 0, nowNs);
        }
        return services.topology().add(this, lane, index, nowNs);
    }

    /**
     * Takes a path that {@link PathTopology#add} made.
     *
     * @param path to add.
     */
    public void add(final PeerPath path) {
        final int lane = path.key().lane();
        if (lanes[lane] == null) {
            lanes[lane] = new Lane(services, activePaths());
        }
        lanes[lane].add(path);
    }

    /**
     * The path that messages of a socket take; the same one until {@link PathTopology#onMappingChanged}.
     *
     * @param wantedLane of the message's service level.
     * @param port       of the sending socket.
     * @param nowNs      the engine's time.
     * @return the path, made if there was none.
     */
    public PeerPath route(final int wantedLane, final int port, final long nowNs) {
        final int lane = isForeign() && !isForwarding(wantedLane) ? services.defaultLane() : wantedLane;
        final PeerPath first = findOrAdd(lane, 0, nowNs); // no other is dialed before it
        final int index = lanes[lane].indexOf(port);
        return index == 0 ? first : findOrAdd(lane, index, nowNs);
    }

    /** Messages of a lane that a foreign peer does not know still wait to be moved: others must stay behind them. */
    private boolean isForwarding(final int lane) {
        return lane != services.defaultLane() && lanes[lane] != null && !lanes[lane].isEmpty();
    }

    /** Whether a path may hand its messages to another without their overtaking those before them. */
    boolean mayForward(final PathKey key) {
        final Lane target = lanes[services.defaultLane()];
        return isCaughtUp(key) && (key.lane() == services.defaultLane() || target == null || target.isBehindFirstOnly());
    }

    /** Path 0 of the default lane has taken messages of a lane: what their sockets send on other paths must stay behind them. */
    void onForwarded(final int lane) {
        lanes[services.defaultLane()].stayBehindFirst();
        if (!isForwarding(lane)) {
            services.topology().onMappingChanged();
        }
    }

    /** What this peer's paths may do depends on what has changed. */
    void touchPaths() {
        for (final Lane lane : lanes) {
            if (lane != null) {
                lane.touchPaths();
            }
        }
    }

    /** Whether a path may try to connect, as far as the other paths are concerned. */
    boolean mayDial(final PeerPath path) {
        final int index = path.key().index();
        if (index == 0) {
            return true;
        }
        final Lane lane = lanes[path.key().lane()];
        if (!isForeign() || hasSourcePortIndex) {
            return isOpen(lane.first());
        }
        // Such a peer pairs by order of accept: in ascending order the pairs are the same each time.
        for (int i = 0; i < index; i++) {
            if (!isOpen(lane.path(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * From when on paths beside the first of a lane may be dialed: a foreign peer refuses them while it does not know of
     * them. The larger host asks for one only when the smaller one seems to have no mind to dial it by itself.
     */
    long fanOutNs(final int lane) {
        return isLocalSmaller ? fanOutNs : path(lane, 0).adoptedNs() + UNASKED_NS;
    }

    private static boolean isOpen(final PeerPath path) {
        return path != null && path.isHeard();
    }

    /** Whether any path of a lane has messages, or had no room for one. */
    boolean hasQueued(final int lane) {
        return lanes[lane].hasQueued();
    }

    /** Whether a path may transmit without overtaking what another had taken before. */
    boolean isCaughtUp(final PathKey key) {
        return lanes[key.lane()].isCaughtUp(key.index()) && (key.lane() == services.defaultLane() || regained.isOver());
    }

    /** A path counts anew. */
    void onRenumbered(final PeerPath path) {
        lanes[path.key().lane()].onRenumbered(path);
        regained.onLogChanged(path);
    }

    /** A path has taken messages that another one held. */
    void onMoved(final PeerPath to) {
        regained.onLogChanged(to);
    }

    /** Which path takes messages depends on what has changed: how many paths there are, or what those too many hold. */
    void spreadMessages() {
        boolean hasChanged = false;
        for (final Lane lane : lanes) {
            hasChanged |= lane != null && lane.spreadOver(activePaths());
        }
        if (hasChanged) {
            services.topology().onMappingChanged();
        }
    }

    /**
     * The first message of a carrier tells the peer's kind. A kernel may send its probe before its map when it has lost a
     * carrier, but a host is of another kind only when it has restarted, or if it names a lane.
     *
     * @param told by a probe; null if it is no probe.
     */
    void onFirstMessage(final ExtensionHeaderFlyweight told) {
        final boolean isOpener = told != null && told.generation() != 0 && told.hasSourcePortIndex();
        final boolean isStillForeign = isOpener && kind == Kind.FOREIGN && told.generation() == generation
            && told.lane() == ExtensionHeaderFlyweight.ABSENT;
        become(isOpener && !isStillForeign ? Kind.OURS : Kind.FOREIGN);
    }

    /** It dialed and speaks on after its probe without waiting for an answer, which a host of this kind does not. */
    void onImpatience() {
        become(Kind.FOREIGN);
    }

    private void become(final Kind now) {
        if (kind != now) {
            if (kind == Kind.FOREIGN) {
                regained.begin(lanes[services.defaultLane()]);
            }
            kind = now;
            touchPaths();
            services.topology().onMappingChanged();
        }
    }

    /** What a probe says of the peer's paths; its generation is told to {@link #onGeneration}. */
    void onProbe(final ExtensionHeaderFlyweight extensions, final boolean isPong, final long nowNs) {
        final int told = extensions.pathCount();
        pathCount = told == ExtensionHeaderFlyweight.ABSENT
            ? Math.max(pathCount, 1) : Math.clamp(told, 1, PathKey.MAX_PATHS);
        if (extensions.hasSourcePortIndex() && !hasSourcePortIndex) {
            hasSourcePortIndex = true;
            closeMispaired(nowNs);
        }
        spreadMessages();
        if (activePaths() > 1) {
            openPaths(isPong, nowNs);
        }
        assignPending(nowNs);
        touchPaths();
    }

    /** The smaller host brings up all paths of the lanes in use; the larger one waits for them. */
    private void openPaths(final boolean isPong, final long nowNs) {
        final boolean isUnconfirmed = isForeign() && !isPong && fanOutNs == Long.MAX_VALUE;
        fanOutNs = isUnconfirmed ? nowNs + UNCONFIRMED_NS : Math.min(fanOutNs, nowNs);
        for (int lane = 0; isLocalSmaller && lane < lanes.length; lane++) {
            if (path(lane, 0) != null && path(lane, 0).isHeard()) {
                for (int index = 1; index < activePaths(); index++) {
                    findOrAdd(lane, index, nowNs).keepUp();
                }
            }
        }
    }

    /** Paths were paired by order of accept before the peer said that its ports tell them. */
    private void closeMispaired(final long nowNs) {
        for (final Lane lane : lanes) {
            for (int i = 0; !isLocalSmaller && isForeign() && lane != null && i < PathKey.MAX_PATHS; i++) {
                final PeerPath path = lane.path(i);
                final int port = path == null || !path.hasCarrier() ? 0 : path.carrier().remotePort();
                if (port != 0 && port % acceptedPaths() != i) {
                    path.close(nowNs);
                }
            }
        }
    }

    void onGeneration(final int number, final PeerPath heardOn, final long nowNs) {
        if (number == generation) {
            return;
        }
        final boolean isRestart = generation != 0;
        generation = number;
        if (!isRestart) {
            return;
        }
        services.counters().increment(RdsCounter.PEER_RESTARTED);
        for (final Lane lane : lanes) {
            for (int i = 0; lane != null && i < PathKey.MAX_PATHS; i++) {
                final PeerPath path = lane.path(i);
                if (path != null && !path.equals(heardOn)) {
                    path.onPeerRestarted(number, nowNs);
                }
            }
        }
    }

    private int acceptedPaths() {
        return isForeign() ? Math.max(1, Math.min(pathCount, services.context().paths())) : PathKey.MAX_PATHS;
    }

    /**
     * A carrier that this host dialed is up.
     *
     * @param key       of its path.
     * @param candidate the path's from now on.
     * @param nowNs     the engine's time.
     */
    public void onDialed(final PathKey key, final ByteCarrier candidate, final long nowNs) {
        findOrAdd(key.lane(), key.index(), nowNs).onDialed(candidate, nowNs);
    }

    /**
     * A carrier that the peer dialed is up.
     *
     * @param lane      as far as the carrier tells.
     * @param index     likewise.
     * @param candidate the peer's from now on.
     * @param nowNs     the engine's time.
     */
    public void onAccepted(final int lane, final int index, final ByteCarrier candidate, final long nowNs) {
        if (isLocalSmaller) {
            services.counters().increment(RdsCounter.CONN_DROP_DUEL);
            candidate.discard();
            onKnock(lane, 0, nowNs);
            return;
        }
        int known = index;
        if (known == PathKey.UNKNOWN_INDEX && hasSourcePortIndex && candidate.remotePort() != 0) {
            known = candidate.remotePort() % acceptedPaths();
        }
        if (known == PathKey.UNKNOWN_INDEX && acceptedPaths() == 1 && pathCount > 0) {
            known = 0;
        }
        if (known != PathKey.UNKNOWN_INDEX) {
            findOrAdd(lane, known, nowNs).onAccepted(candidate, nowNs);
        } else {
            acceptInOrder(lane, candidate, nowNs);
        }
    }

    /** Whose dialer does not say: the first path that is free, or none for now. */
    private void acceptInOrder(final int lane, final ByteCarrier candidate, final long nowNs) {
        final int free = freeIndex(lane);
        if (free >= 0) {
            findOrAdd(lane, free, nowNs).onAccepted(candidate, nowNs);
            return;
        }
        if (pending == null) {
            pending = new PendingCarriers(PathKey.MAX_PATHS, services.context().drainTimeoutNs());
        }
        if (services.context().linuxExact() || !pending.add(lane, candidate, nowNs)) {
            services.counters().increment(RdsCounter.CONN_DROP_NO_PATH);
            candidate.discard();
            return;
        }
        candidate.watcher(path(lane, 0));
        for (int i = 0; pathCount > 0 && i < PathKey.MAX_PATHS; i++) {
            if (path(lane, i) != null) {
                path(lane, i).tryCarrier();
            }
        }
        touchPaths();
    }

    private int freeIndex(final int lane) {
        for (int index = 0; index < acceptedPaths() && (pathCount > 0 || index == 0); index++) {
            final PeerPath path = path(lane, index);
            if (path == null || !path.hasCarrier()) {
                return index;
            }
        }
        return -1;
    }

    /** Gives carriers that wait to paths that have become free, oldest first. */
    void assignPending(final long nowNs) {
        while (pending != null && !pending.isEmpty()) {
            final int lane = pending.firstLane();
            final int free = freeIndex(lane);
            if (free < 0) {
                return;
            }
            final boolean isDown = pending.isFirstDown();
            final ByteCarrier next = pending.takeFirst();
            final PeerPath path = findOrAdd(lane, free, nowNs);
            path.onAccepted(next, nowNs);
            if (isDown) {
                path.onCarrierDown(next, path.lastDownReason());
            }
        }
    }

    /**
     * Carriers that found no path in time. The peer's TCP may have been told that this host has what they brought, so they are
     * given up only if each path has a carrier that the peer has answered on since: then it has more carriers than paths.
     */
    void pollPending(final long nowNs) {
        while (pending != null && !pending.isEmpty() && nowNs >= pending.firstDeadlineNs()) {
            final PeerPath silent = silentPath(pending.firstLane());
            if (silent != null) {
                pending.postponeFirst(nowNs);
                silent.end(nowNs);
            } else {
                services.counters().increment(RdsCounter.CONN_DROP_NO_PATH);
                pending.takeFirst().discard();
            }
        }
    }

    private PeerPath silentPath(final int lane) {
        for (int i = 0; i < acceptedPaths(); i++) {
            if (path(lane, i) != null && path(lane, i).isSilent()) {
                return path(lane, i);
            }
        }
        return null;
    }

    long pendingDeadlineNs() {
        return pending == null || pending.isEmpty() ? Long.MAX_VALUE : pending.firstDeadlineNs();
    }

    void onPendingDown(final ByteCarrier ended) {
        if (pending != null) {
            pending.onDown(ended);
        }
    }

    void discardPending() {
        while (pending != null && !pending.isEmpty()) {
            pending.takeFirst().discard();
        }
    }

    /**
     * The peer, whose address is the larger one, asks to be dialed.
     *
     * @param knockedLane  that it asks for, if it is of this kind.
     * @param knockedIndex likewise.
     * @param nowNs        the engine's time.
     */
    public void onKnock(final int knockedLane, final int knockedIndex, final long nowNs) {
        if (isLocalSmaller) {
            services.counters().increment(RdsCounter.CONN_KNOCKED);
            final boolean isOurs = kind == Kind.OURS;
            final int index = isOurs ? knockedIndex : 0;
            if (index < activePaths()) {
                findOrAdd(isOurs ? knockedLane : services.defaultLane(), index, nowNs).onKnock(nowNs);
            } else {
                services.counters().increment(RdsCounter.CONN_DROP_NO_PATH);
            }
        }
    }
}
