package org.rds4j.peer;

import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.CarrierHandler;
import org.rds4j.carrier.CarrierWatcher;
import org.rds4j.carrier.PathKey;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.frame.FrameAssembler;
import org.rds4j.frame.FrameHandler;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.message.SendLog;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/**
 * One path to a peer: the messages on their way, and the carrier they travel on, which may break and be replaced without
 * losing, doubling or reordering any of them.
 * <p>
 * <b>Roles.</b> The host with the numerically smaller address dials; the other one accepts, and knocks when it has something to
 * send and no carrier. So no two carriers are ever dialed against each other.
 * <p>
 * <b>Opening.</b> The host that dialed sends a probe ping, the other answers with a probe pong, each ahead of its log. Nobody
 * sends data before the first message of the peer: a carrier that a peer refuses after its TCP took it then holds nothing that
 * matters, and a restarted peer is known before anything is sent to it again. A foreign host that dialed will not take its
 * carrier back and is sent to at once; one that accepted may have nothing to say, and silence is consent after a while. Any
 * other host that says nothing is left when something waits for it.
 * <p>
 * <b>Breaking.</b> What was received before the break is delivered first; then everything unacknowledged is marked and sent
 * again on the next carrier. Engine thread only.
 */
public final class PeerPath implements CarrierHandler, CarrierWatcher, FrameHandler {
    /** Where a path stands; ERROR always passes through the end of its carrier. */
    public enum State {
        /** No carrier; dials or knocks when something is queued. */
        DOWN,
        /** No carrier yet; an attempt is under way. */
        CONNECTING,
        /** Has a carrier. */
        UP,
        /** Its carrier ends: still delivers what was received. */
        DRAINING,
        /** The peer broke the protocol: what its carrier still delivers is discarded. */
        ERROR
    }

    private enum Opener { NONE, DUE, SENT }

    /** A foreign acceptor that refuses does so within a round trip and a turn of its worker thread. */
    private static final long SILENCE_IS_CONSENT_NS = 250_000_000L;
    /** A peer of this kind answers at once, unless it still reads an old carrier of the path. */
    private static final long FIRST_MESSAGE_NS = 10_000_000_000L;
    /** How late a reserved attempt may be made: later its moment is lost, because others have had theirs since. */
    private static final long RESERVATION_NS = 100_000_000L;
    /** How often a knock may cut a wait short. */
    private static final long KNOCK_INTERVAL_NS = 1_000_000_000L;

    private final PathServices services;
    private final RdsCounters counters;
    private final Peer peer;
    private final PathKey key;
    private final boolean isDialer;
    private final ReconnectPolicy reconnect;
    private final SendLog log;
    private final FrameAssembler assembler;
    private final OpenerMessage openerMessage = new OpenerMessage();
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final ExtensionHeaderFlyweight extensions = new ExtensionHeaderFlyweight();

    /** These belong to {@link PathSchedule}. */
    boolean isListed;
    int waitingIndex = -1;
    long deadlineNs = Long.MAX_VALUE;

    private boolean isTouched;
    private State state = State.DOWN;
    private ByteCarrier carrier;
    private boolean isCarrierDown;
    private boolean isHeard;
    private boolean isFirstMessageDue;
    private boolean hasOffered;
    private boolean isKeptUp;
    private boolean isTried;
    private boolean isShut;
    private boolean isBlocked;
    private Opener opener = Opener.NONE;
    private long adoptedNs;
    private long silenceEndsNs;
    private long drainDeadlineNs;
    private long nextAttemptNs;
    private long nextKnockNs;
    private boolean hasAttemptReserved;
    /** An attempt outlasts a carrier that came meanwhile. */
    private boolean isAttemptOut;
    private long timeNs;

    private ByteCarrier waiting;
    private boolean isWaitingDown;

    private CarrierDownReason lastDownReason;
    private int peerGeneration;
    private boolean isRestartDue;
    private long dropBeforeSequence;
    private long nextReceiveSequence;

    /**
     * A path without carrier.
     *
     * @param services shared by the engine's paths.
     * @param peer     it leads to.
     * @param key      of the path.
     * @param nowNs    the engine's time.
     */
    public PeerPath(final PathServices services, final Peer peer, final PathKey key, final long nowNs) {
        this.services = services;
        this.counters = services.counters();
        this.peer = peer;
        this.key = key;
        this.isDialer = peer.isLocalSmaller();
        this.reconnect = new ReconnectPolicy(
            services.context().reconnectMinDelayNs(), services.context().reconnectMaxDelayNs(), services.random());
        this.log = new SendLog(services.logs(), firstSequence());
        this.assembler =
            new FrameAssembler(services.context().maxMessageLength(), services.pool(), this, services.times());
        this.nextAttemptNs = nowNs + reconnect.nextDelayNs();
        this.timeNs = nowNs;
    }

    /** Number 1 is the first opener's, where this host sends one to peers of every kind. */
    private long firstSequence() {
        return isDialer ? 2 : 1;
    }

    /**
     * Which path this is.
     *
     * @return its key.
     */
    public PathKey key() {
        return key;
    }

    /**
     * Where the path stands.
     *
     * @return its state.
     */
    public State state() {
        return state;
    }

    /**
     * The messages on their way out.
     *
     * @return the log.
     */
    public SendLog log() {
        return log;
    }

    /**
     * Sequence number expected next from the peer.
     *
     * @return 0 at first.
     */
    public long nextReceiveSequence() {
        return nextReceiveSequence;
    }

    /**
     * The peer's generation.
     *
     * @return 0 while unknown.
     */
    public int peerGeneration() {
        return peerGeneration;
    }

    /**
     * Why the last carrier went down.
     *
     * @return the reason, or null when none has.
     */
    public CarrierDownReason lastDownReason() {
        return lastDownReason;
    }

    /**
     * Whether the path has a carrier, in whatever state.
     *
     * @return true from up to drained.
     */
    public boolean hasCarrier() {
        return carrier != null;
    }

    /**
     * The carrier in use.
     *
     * @return the carrier, or null.
     */
    public ByteCarrier carrier() {
        return carrier;
    }

    /**
     * Where the message being received stands.
     *
     * @return the assembler, to be asked only.
     */
    public FrameAssembler assembler() {
        return assembler;
    }

    /**
     * Whether messages may be sent on the present carrier.
     *
     * @return true once the peer was heard on it, or need not be.
     */
    public boolean isHeard() {
        return isHeard && state == State.UP;
    }

    /**
     * The peer it leads to.
     *
     * @return the peer.
     */
    public Peer peer() {
        return peer;
    }

    /** Something has happened to this path, so that it wants to be polled. */
    public void touch() {
        isTouched = true;
        services.schedule().list(this);
    }

    /**
     * Whether a socket's message shall enter the log. It stays in the socket's ring, where others may pass it, while the log
     * has more than the carrier takes at once, or when the peer asked for that.
     *
     * @param port of the receiving socket.
     * @return true when it is to be appended, if the log has room.
     */
    public boolean admits(final int port) {
        return !log.isWellFilled() && !isHeldBack(port);
    }

    /**
     * Whether the peer asked to hold back what is for one of its ports.
     *
     * @param port of the receiving socket.
     * @return true while the port is congested and the peer's memory short.
     */
    public boolean isHeldBack(final int port) {
        return peer.isHeldBack(port);
    }

    /** A message was appended to the log, or found no room there. The first path of a lane dials for the others. */
    public void onQueued() {
        touch();
        final PeerPath first = key.index() == 0 ? null : peer.path(key.lane(), 0);
        if (first != null && !first.isHeard()) {
            first.touch();
        }
    }

    @Override
    public void onCarrierEvent() {
        touch();
    }

    /** Whether the path wants to be polled again in the next duty cycle, whatever happens or not. */
    boolean hasWork() {
        return isTouched || switch (state) {
            case DOWN -> (isStranded() || isReplaced()) && !log.isEmpty();
            case CONNECTING -> false;
            case UP -> !assemblerIsOpen() || opener == Opener.DUE || (isStranded() && !isHeard)
                || (isHeard && (log.hasUnsent() || peer.mapSender().isOffering(carrier)));
            case DRAINING, ERROR -> true;
        };
    }

    /**
     * Takes what the carrier has received.
     *
     * @param nowNs the engine's time.
     * @return work done.
     */
    public int pollInbound(final long nowNs) {
        timeNs = nowNs;
        isTouched = false;
        if (carrier == null) {
            return 0;
        }
        isBlocked &= !assemblerIsOpen();
        final int work = carrier.receive(this);
        log.onAcknowledged(carrier.acknowledgedPosition(), services.released());
        if (log.isEmpty() && isBeyond()) {
            peer.spreadMessages();
        }
        if (state != State.UP) {
            return work + drain(nowNs);
        }
        return work;
    }

    private boolean assemblerIsOpen() {
        return assembler.status() == FrameAssembler.Status.OPEN;
    }

    /**
     * Sends what is due, or dials.
     *
     * @param nowNs the engine's time.
     * @return work done.
     */
    public int pollOutbound(final long nowNs) {
        timeNs = nowNs;
        if (key.index() == 0) {
            peer.pollPending(nowNs);
        }
        return switch (state) {
            case DOWN -> isStranded() || isReplaced() ? forward(nowNs) : connect(nowNs);
            case UP -> transmit(nowNs);
            case CONNECTING, DRAINING, ERROR -> 0;
        };
    }

    /** A path of a lane that the peer turned out not to know. */
    private boolean isStranded() {
        return peer.isForeign() && key.lane() != services.defaultLane();
    }

    /**
     * A path beyond those that the peer has. What a peer of this kind was offered in its present life it may have, under numbers
     * of this path; so that goes over this path still. A foreign one that has fewer paths than before has restarted.
     */
    private boolean isReplaced() {
        return isBeyond() && (!log.hasOffered() || peer.isForeign());
    }

    private boolean isBeyond() {
        return key.index() > 0 && key.index() >= peer.activePaths();
    }

    /** Nothing that is forwarded was ever sent to the peer's present life: nobody sends before hearing the peer. */
    private int forward(final long nowNs) {
        if (!peer.mayForward(key)) {
            return 0;
        }
        final PeerPath target = isStranded() ? peer.findOrAdd(services.defaultLane(), 0, nowNs)
            : peer.findOrAdd(key.lane(), key.index() & peer.activePaths() - 1, nowNs);
        int moved = 0;
        if (!log.isEmpty()) {
            moved = log.moveTo(target.log());
            target.onQueued();
        }
        if (moved > 0 && isStranded()) {
            peer.onForwarded(key.lane());
        }
        if (log.isEmpty()) {
            peer.spreadMessages();
        }
        return moved;
    }

    private boolean wantsCarrier() {
        return !isShut && !isStranded() && !isReplaced() && (isKeptUp || isOwed());
    }

    /** Whether there are messages that cannot move before the peer is heard on this path. */
    private boolean isOwed() {
        return log.wantsCarrier() || (key.index() == 0 && peer.hasQueued(key.lane()));
    }

    private int connect(final long nowNs) {
        if (nowNs < attemptNs()) {
            return 0;
        }
        if (!hasAttemptReserved || nowNs - nextAttemptNs > RESERVATION_NS) {
            hasAttemptReserved = true;
            nextAttemptNs = services.budget().reserve(nowNs);
            if (nextAttemptNs > nowNs) {
                counters.increment(RdsCounter.CONN_ATTEMPTS_DEFERRED);
                return 0;
            }
        }
        hasAttemptReserved = false;
        state = State.CONNECTING;
        isAttemptOut = true;
        counters.increment(RdsCounter.CONN_ATTEMPTS);
        if (isDialer) {
            services.connector().connect(key, nowNs);
        } else {
            services.connector().knock(key, nowNs);
        }
        return 1;
    }

    /** When the next attempt may be made, as far as is known now. */
    private long attemptNs() {
        if (isAttemptOut || !wantsCarrier() || !peer.mayDial(this)) {
            return Long.MAX_VALUE;
        }
        return key.index() == 0 ? nextAttemptNs : Math.max(nextAttemptNs, peer.fanOutNs(key.lane()));
    }

    /** When the present carrier was taken. */
    long adoptedNs() {
        return adoptedNs;
    }

    private int transmit(final long nowNs) {
        if (!isHeard && (isStranded() || nowNs >= silenceEndsNs)) {
            onSilence(nowNs);
        }
        if (state != State.UP || (opener == Opener.DUE && !sendOpener())) {
            return 0;
        }
        if (!isHeard || (!log.isInsideMessage() && !peer.mapSender().poll(carrier, !peer.isForeign(), nowNs))
            || !log.hasUnsent() || !peer.isCaughtUp(key)) {
            return 0;
        }
        int work = 0;
        while (log.hasUnsent() && carrier.isReady()) {
            final int length = log.prepareChunk(carrier.maxChunkLength());
            final long position = carrier.offer(log.chunkAddress(), length);
            if (position == ByteCarrier.NOT_NOW) {
                break;
            }
            log.onChunkTaken(position);
            hasOffered = true;
            work++;
        }
        return work;
    }

    /** A foreign peer may be silent; of one that should have answered another carrier may bring more, if there is need. */
    private void onSilence(final long nowNs) {
        if (isStranded()) {
            leave(nowNs);
        } else if (peer.isForeign()) {
            onHeard();
        } else if (isOwed()) {
            counters.increment(RdsCounter.CONN_DROP_SILENT);
            end(nowNs);
        }
    }

    private boolean sendOpener() {
        final boolean isSent = services.probe().open(carrier, openerMessage);
        opener = isSent ? Opener.SENT : Opener.DUE;
        return isSent;
    }

    /**
     * When the path next wants to be polled without anything having happened.
     *
     * @return the engine's time, or {@link Long#MAX_VALUE}.
     */
    public long nextDeadlineNs() {
        final long pendingNs = key.index() == 0 ? peer.pendingDeadlineNs() : Long.MAX_VALUE;
        return Math.min(pendingNs, switch (state) {
            case DOWN -> attemptNs();
            case CONNECTING -> Long.MAX_VALUE;
            case UP -> isHeard ? peer.mapSender().nextDeadlineNs() : silenceDeadlineNs();
            case DRAINING, ERROR -> isCarrierDown ? Long.MAX_VALUE : drainDeadlineNs;
        });
    }

    private long silenceDeadlineNs() {
        return peer.isForeign() || isOwed() ? silenceEndsNs : Long.MAX_VALUE;
    }

    /** The path is one that the peer and this host want, even with nothing to send. */
    void keepUp() {
        isKeptUp = true;
        touch();
    }

    /** The peer cannot dial and asks to be dialed; when a carrier is up the peer does not seem to know of it. */
    void onKnock(final long nowNs) {
        isKeptUp = true;
        touch();
        if (state == State.UP) {
            tryCarrier();
        } else if (state == State.DOWN && !hasAttemptReserved && nowNs >= nextKnockNs) {
            nextKnockNs = nowNs + KNOCK_INTERVAL_NS;
            nextAttemptNs = nowNs;
        }
    }

    /**
     * A carrier that this host dialed is up.
     *
     * @param candidate the path's from now on.
     * @param nowNs     the engine's time.
     */
    void onDialed(final ByteCarrier candidate, final long nowNs) {
        isAttemptOut = false;
        if (isShut || carrier != null) {
            candidate.discard();
            return;
        }
        adopt(candidate, nowNs);
        openerMessage.ping(log.firstSequence() - 1, hasOffered, probeWithLane());
        opener = Opener.DUE;
    }

    private ExtensionHeaderFlyweight probeWithLane() {
        final ExtensionHeaderFlyweight probe = services.probe().extensions();
        return key.lane() == services.defaultLane() ? probe : probe.lane(key.lane());
    }

    /**
     * A carrier that the peer dialed is up. The peer has none for this path any more, whatever this host still has: everything
     * that it received of the old one is delivered before the new one is read.
     *
     * @param candidate the path's from now on.
     * @param nowNs     the engine's time.
     */
    void onAccepted(final ByteCarrier candidate, final long nowNs) {
        if (isShut) {
            candidate.discard();
        } else if (carrier == null) {
            adoptAccepted(candidate, nowNs);
        } else {
            dropWaiting();
            waiting = candidate;
            waiting.watcher(this);
            isWaitingDown = false;
            end(nowNs);
        }
    }

    private void adoptAccepted(final ByteCarrier candidate, final long nowNs) {
        adopt(candidate, nowNs);
        if (peer.isForeign()) {
            onForeignDialer();
        }
    }

    /** It keeps what it dialed. Its count of paths may be news after each break: it may have restarted. */
    private void onForeignDialer() {
        onHeard();
        if (key.index() == 0) {
            appendProbe();
        }
    }

    private void adopt(final ByteCarrier candidate, final long nowNs) {
        carrier = candidate;
        carrier.watcher(this);
        isCarrierDown = false;
        isHeard = false;
        isFirstMessageDue = true;
        isTried = false;
        hasAttemptReserved = false;
        isKeptUp = isDialer;
        opener = Opener.NONE;
        state = State.UP;
        peer.mapSender().onCarrierUp();
        adoptedNs = nowNs;
        silenceEndsNs = nowNs + (peer.isForeign() ? SILENCE_IS_CONSENT_NS : FIRST_MESSAGE_NS);
        counters.increment(RdsCounter.CONN_UP);
        peer.touchPaths();
    }

    private void onHeard() {
        isHeard = true;
        peer.touchPaths();
        if (services.context().reconnectResetAfterNs() == 0) {
            reconnect.reset();
        }
    }

    private void dropWaiting() {
        if (waiting != null) {
            counters.increment(RdsCounter.CONN_DROP_DUEL);
            waiting.discard();
            waiting = null;
        }
    }

    /** Sends something to a peer that may have lost its end of the carrier: a host that does not know it resets it. */
    void tryCarrier() {
        if (state == State.UP && isHeard && !isTried) {
            isTried = true;
            appendProbe();
        }
    }

    /** Whether the peer has not been heard since {@link #tryCarrier}. */
    boolean isSilent() {
        return state == State.UP && isTried;
    }

    private void appendProbe() {
        services.probe().ping(log);
        touch();
    }

    /**
     * Closes the path for good: its carrier in good order, and no other comes after it.
     *
     * @param nowNs the engine's time.
     */
    public void shutDown(final long nowNs) {
        isShut = true;
        dropWaiting();
        peer.discardPending();
        close(nowNs);
    }

    void close(final long nowNs) {
        if (state == State.UP) {
            state = State.DRAINING;
            drainDeadlineNs = nowNs + services.context().drainTimeoutNs();
            carrier.close();
            touch();
        }
    }

    /** The peer's end is gone already: nothing more will come of a close in good order. */
    void end(final long nowNs) {
        if (state == State.UP || (state == State.DRAINING && !isCarrierDown)) {
            state = State.DRAINING;
            drainDeadlineNs = nowNs + services.context().drainTimeoutNs();
            carrier.abort();
            touch();
        }
    }

    /**
     * The attempt to dial has failed, or a knock is over.
     *
     * @param reason why.
     * @param nowNs  the engine's time.
     */
    public void onConnectFailed(final CarrierDownReason reason, final long nowNs) {
        if (reason == CarrierDownReason.SECURITY) {
            reconnect.onAuthenticationFailed();
        }
        isAttemptOut = false;
        touch();
        if (state == State.CONNECTING) {
            goOn(nowNs);
        }
    }

    /** What it received is still delivered. */
    @Override
    @SuppressWarnings("ReferenceEquality") // carriers have no other identity
    public void onCarrierDown(final ByteCarrier ended, final CarrierDownReason reason) {
        if (ended == carrier) {
            touch();
            lastDownReason = reason;
            isCarrierDown = true;
            state = state == State.ERROR ? State.ERROR : State.DRAINING;
            if (reason == CarrierDownReason.SECURITY) {
                reconnect.onAuthenticationFailed();
            }
        } else if (ended == waiting) {
            lastDownReason = reason;
            isWaitingDown = true;
        } else if (key.index() == 0) {
            peer.onPendingDown(ended);
        }
    }

    private int drain(final long nowNs) {
        if (carrier.isDrained()) {
            log.onAcknowledged(carrier.acknowledgedPosition(), services.released());
            finish(nowNs);
            return 1;
        }
        if (!isCarrierDown && nowNs >= drainDeadlineNs) {
            drainDeadlineNs = Long.MAX_VALUE;
            carrier.abort();
            return 1;
        }
        return 0;
    }

    private void finish(final long nowNs) {
        counters.increment(RdsCounter.CONN_RESET);
        if (assembler.isPartial()) {
            counters.increment(RdsCounter.RECV_DROP_PARTIAL);
        }
        assembler.reset();
        counters.add(RdsCounter.SEND_RETRANSMITTED, log.rewind());
        peer.mapSender().onCarrierGone(carrier);
        carrier = null;
        // a restarted peer, which does not know this host, would not tell the end of its former life's congestion
        isKeptUp |= services.congestion().maps().hasCongestedPort(key.remoteHigh(), key.remoteLow());
        if (dropBeforeSequence > 0) {
            dropOffered(dropBeforeSequence);
        }
        if (isRestartDue) {
            restart();
        }
        if (isStranded()) {
            peer.findOrAdd(services.defaultLane(), 0, nowNs).continueFor(this);
        }
        if (isHeard && nowNs - adoptedNs >= services.context().reconnectResetAfterNs()) {
            reconnect.reset();
        }
        isHeard = false;
        goOn(nowNs);
    }

    /** What the peer sent on a carrier of a lane that it does not know, it sends again as far as it is not acknowledged. */
    private void continueFor(final PeerPath stranded) {
        nextReceiveSequence = Math.max(nextReceiveSequence, stranded.nextReceiveSequence);
        isKeptUp = isDialer;
        touch();
    }

    /** Without carrier: takes the one that waits, or plans the next attempt. */
    private void goOn(final long nowNs) {
        state = State.DOWN;
        if (waiting != null) {
            final ByteCarrier next = waiting;
            waiting = null;
            adoptAccepted(next, nowNs);
            if (isWaitingDown) {
                onCarrierDown(next, lastDownReason);
            }
            return;
        }
        nextAttemptNs = nowNs + reconnect.nextDelayNs();
        peer.assignPending(nowNs);
        peer.touchPaths();
    }

    @Override
    public int onBytes(final long address, final int length) {
        if (state == State.ERROR) {
            return length;
        }
        final int taken = assembler.onBytes(address, length);
        switch (assembler.status()) {
            case OPEN -> {
                return taken;
            }
            case TOO_LONG -> {
                counters.increment(RdsCounter.RECV_ERROR_TOO_LONG);
                state = State.ERROR;
                drainDeadlineNs = Long.MAX_VALUE;
                carrier.abort();
                return length;
            }
            case BLOCKED_BY_HANDLER -> countBlocked(RdsCounter.RECV_BLOCKED);
            case BLOCKED_BY_MEMORY -> countBlocked(RdsCounter.RECV_BLOCKED_REASSEMBLY);
        }
        return taken;
    }

    /** Once for as long as it lasts. */
    private void countBlocked(final RdsCounter counter) {
        if (!isBlocked) {
            counters.increment(counter);
        }
        isBlocked = true;
    }

    @Override
    public boolean onFrame(final long headerAddress, final long payload, final int length) {
        header.wrap(headerAddress);
        final boolean isProbe = header.isProbePing() || header.isProbePong();
        if (isProbe) {
            extensions.parse(header.extensionsHigh(), header.extensionsLow());
        }
        final boolean isFirst = isFirstMessageDue;
        if (isFirst) {
            isFirstMessageDue = false;
            onFirstMessage(isProbe);
            log.onFlowing();
        }
        isTried = false;
        if (header.flags() == RdsHeaderFlyweight.FLAG_CONG_BITMAP) {
            peer.onMap(header.extensionsHigh() == ExtensionHeaderFlyweight.HOLD_AREA, payload, length);
            return true;
        }
        final boolean isTaken = acceptSequence(isProbe, isFirst && !peer.isForeign(), payload, length);
        isFirstMessageDue = isFirst && !isTaken;
        return isTaken;
    }

    /** Tells what the peer is, and opens the carrier for messages of this host. */
    private void onFirstMessage(final boolean isProbe) {
        peer.onFirstMessage(isProbe ? extensions.generation() : 0);
        final boolean isOurs = !peer.isForeign();
        if (isStranded() || (isOurs && isOtherPath())) {
            leave(timeNs);
        } else if (!isHeard) {
            if (isOurs || isDialer) {
                onHeard();
            } else {
                onForeignDialer();
            }
        }
    }

    private void leave(final long nowNs) {
        if (state == State.UP) {
            counters.increment(RdsCounter.CONN_DROP_OTHER_PATH);
            close(nowNs);
        }
    }

    /** A peer thought foreign, whose carriers name no path before they are taken, is of this kind after all. */
    private boolean isOtherPath() {
        final int lane = extensions.lane() == ExtensionHeaderFlyweight.ABSENT ? services.defaultLane() : extensions.lane();
        return !isDialer && header.isProbePing() && lane != key.lane();
    }

    /**
     * The rule of Linux: what is below the expected number and marked as sent again was seen already; what is not marked is from
     * a peer that counts anew. Congestion maps do not come here. The opener of a peer of this kind is news on every carrier, and
     * its number no loss.
     */
    private boolean acceptSequence(
        final boolean isProbe, final boolean isOpener, final long payload, final int length) {
        if (isProbe && (isOpener || isOld())) {
            // before the rule, because a restarted peer counts from the start again
            onGeneration(extensions.generation());
        }
        if (isOpener) {
            onOpener();
        }
        if (isOld()) {
            if (!isOpener) {
                counters.increment(RdsCounter.RECV_DROP_OLD_SEQ);
            }
            return true;
        }
        if (!isOpener && !services.inbound().onMessage(this, header, payload, length)) {
            return false;
        }
        nextReceiveSequence = header.sequence() + 1;
        if (isProbe && !isOpener) {
            // the answer to a ping is queued before its extensions take effect
            peer.onProbe(extensions, header.isProbePong(), timeNs);
            onGeneration(extensions.generation());
        }
        return true;
    }

    private void onOpener() {
        peer.onProbe(extensions, header.isProbePong(), timeNs);
        if (header.isProbePing()) {
            openerMessage.pong(log.firstSequence() - 1, hasOffered, services.probe().extensions());
            opener = Opener.DUE;
        }
    }

    private boolean isOld() {
        return header.sequence() < nextReceiveSequence
            && (header.flags() & RdsHeaderFlyweight.FLAG_RETRANSMITTED) != 0;
    }

    /** A carrier of the peer's earlier life has nothing to say of the present one. */
    private void onGeneration(final int generation) {
        if (generation == 0 || isRestartDue) {
            return;
        }
        final boolean isRestart = peerGeneration != 0 && peerGeneration != generation;
        peerGeneration = generation;
        if (isRestart) {
            restart();
        }
        peer.onGeneration(generation, this, timeNs);
    }

    /** Heard on another path that the peer has lost its memory: what this path's carrier still brings is from before. */
    void onPeerRestarted(final int generation, final long nowNs) {
        if (peerGeneration == generation) {
            return;
        }
        peerGeneration = generation;
        if (carrier == null) {
            restart();
        } else {
            isRestartDue = true;
            end(nowNs);
        }
    }

    /** Both counters start again. What was sent to the peer's earlier life is not sent to this one. */
    private void restart() {
        isRestartDue = false;
        nextReceiveSequence = 0;
        dropOffered(log.nextSequence());
        if (!log.hasOffered() && log.unacknowledgedLength() == 0) {
            log.renumber(firstSequence());
            hasOffered = false;
            peer.onRenumbered(this);
        } else {
            dropBeforeSequence = log.firstUnsentSequence();
        }
    }

    private void dropOffered(final long beforeSequence) {
        dropBeforeSequence = 0;
        counters.add(RdsCounter.SEND_DROP_GENERATION, log.dropOffered(beforeSequence, services.released()));
    }
}
