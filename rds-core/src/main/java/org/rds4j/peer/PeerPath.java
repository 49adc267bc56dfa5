package org.rds4j.peer;

import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.CarrierWatcher;
import org.rds4j.carrier.PathKey;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.frame.FrameAssembler;
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
public final class PeerPath implements CarrierWatcher {
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

    private final PathServices services;
    private final RdsCounters counters;
    private final Peer peer;
    private final PathKey key;
    private final boolean isDialer;
    private final SendLog log;
    private final PathReceiver receiver;
    private final Attempts attempts;
    private final PathSender sender;
    private final Forwarding forwarding;
    private final PeerLife life;
    private final Successor successor;
    private final Ending ending;
    private final Silence silence = new Silence();

    /** These belong to {@link PathSchedule}. */
    boolean isListed;
    int waitingIndex = -1;
    long deadlineNs = Long.MAX_VALUE;

    private boolean isTouched;
    private State state = State.DOWN;
    private ByteCarrier carrier;
    private boolean isKeptUp;
    private boolean isShut;
    private long timeNs;
    private CarrierDownReason lastDownReason;

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
        this.log = new SendLog(services.logs(), firstSequence());
        this.receiver = new PathReceiver(services, peer, this);
        this.attempts = new Attempts(services, key, isDialer, nowNs);
        this.sender = new PathSender(services, peer, key, log);
        this.forwarding = new Forwarding(services, peer, key, log);
        this.life = new PeerLife(services, log);
        this.successor = new Successor(counters);
        this.ending = new Ending(services.context().drainTimeoutNs());
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
        return receiver.nextSequence();
    }

    /**
     * The peer's generation.
     *
     * @return 0 while unknown.
     */
    public int peerGeneration() {
        return life.generation();
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
        return receiver.assembler();
    }

    /**
     * Whether messages may be sent on the present carrier.
     *
     * @return true once the peer was heard on it, or need not be.
     */
    public boolean isHeard() {
        return silence.isHeard() && state == State.UP;
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
            case DOWN -> forwarding.isDue() && !log.isEmpty();
            case CONNECTING -> false;
            case UP -> !receiver.isOpen() || sender.hasWork(carrier, silence.isHeard())
                || (!silence.isHeard() && forwarding.isStranded());
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
        receiver.onPoll();
        final int work = carrier.receive(receiver);
        log.onAcknowledged(carrier.acknowledgedPosition(), services.released());
        if (log.isEmpty() && forwarding.isBeyond()) {
            peer.spreadMessages();
        }
        if (state != State.UP) {
            return work + drain(nowNs);
        }
        return work;
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
            case DOWN -> forwarding.isDue() ? forwarding.forward(nowNs) : connect(nowNs);
            case UP -> transmit(nowNs);
            case CONNECTING, DRAINING, ERROR -> 0;
        };
    }

    private boolean wantsCarrier() {
        return !isShut && !forwarding.isDue() && (isKeptUp || isOwed());
    }

    /** Whether there are messages that cannot move before the peer is heard on this path. */
    private boolean isOwed() {
        return log.wantsCarrier() || (key.index() == 0 && peer.hasQueued(key.lane()));
    }

    private int connect(final long nowNs) {
        if (nowNs < attemptNs() || !attempts.reserve(nowNs)) {
            return 0;
        }
        state = State.CONNECTING;
        attempts.make(nowNs);
        return 1;
    }

    /** When the next attempt may be made, as far as is known now. */
    private long attemptNs() {
        if (!wantsCarrier() || !peer.mayDial(this)) {
            return Long.MAX_VALUE;
        }
        return key.index() == 0 ? attempts.dueNs() : Math.max(attempts.dueNs(), peer.fanOutNs(key.lane()));
    }

    /** When the present carrier was taken. */
    long adoptedNs() {
        return silence.sinceNs();
    }

    private int transmit(final long nowNs) {
        if (!silence.isHeard() && (forwarding.isStranded() || nowNs >= silence.endsNs())) {
            onSilence(nowNs);
        }
        return state == State.UP ? sender.send(carrier, silence.isHeard(), nowNs) : 0;
    }

    /** A foreign peer may be silent; of one that should have answered another carrier may bring more, if there is need. */
    private void onSilence(final long nowNs) {
        if (forwarding.isStranded()) {
            leave(nowNs);
        } else if (peer.isForeign()) {
            onHeard();
        } else if (isOwed()) {
            counters.increment(RdsCounter.CONN_DROP_SILENT);
            end(nowNs);
        }
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
            case UP -> silence.isHeard() ? peer.mapSender().nextDeadlineNs() : silenceDeadlineNs();
            case DRAINING, ERROR -> ending.deadlineNs();
        });
    }

    private long silenceDeadlineNs() {
        return peer.isForeign() || isOwed() ? silence.endsNs() : Long.MAX_VALUE;
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
        } else if (state == State.DOWN) {
            attempts.onKnock(nowNs);
        }
    }

    /**
     * A carrier that this host dialed is up.
     *
     * @param candidate the path's from now on.
     * @param nowNs     the engine's time.
     */
    void onDialed(final ByteCarrier candidate, final long nowNs) {
        attempts.onEnded();
        if (isShut || carrier != null) {
            candidate.discard();
            return;
        }
        adopt(candidate, nowNs);
        sender.ask(key.lane() == services.defaultLane() ? ExtensionHeaderFlyweight.ABSENT : key.lane());
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
            successor.replace(candidate, this);
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
        sender.speakWithoutOpener();
        if (key.index() == 0) {
            appendProbe();
        }
    }

    private void adopt(final ByteCarrier candidate, final long nowNs) {
        carrier = candidate;
        carrier.watcher(this);
        isKeptUp = isDialer;
        state = State.UP;
        silence.onCarrierUp(peer.isForeign(), nowNs);
        receiver.onCarrierUp();
        sender.onCarrierUp();
        attempts.onCarrierUp();
        ending.onCarrierUp();
        counters.increment(RdsCounter.CONN_UP);
        peer.touchPaths();
    }

    private void onHeard() {
        silence.end();
        attempts.onHeard();
        peer.touchPaths();
    }

    /** Sends something to a peer that may have lost its end of the carrier: a host that does not know it resets it. */
    void tryCarrier() {
        if (isHeard() && !silence.isTried()) {
            silence.onTried();
            appendProbe();
        }
    }

    /** Whether the peer has not been heard since {@link #tryCarrier}. */
    boolean isSilent() {
        return state == State.UP && silence.isTried();
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
        successor.drop();
        peer.discardPending();
        close(nowNs);
    }

    void close(final long nowNs) {
        if (state == State.UP) {
            state = State.DRAINING;
            ending.begin(nowNs);
            carrier.close();
            touch();
        }
    }

    /** The peer's end is gone already: nothing more will come of a close in good order. */
    void end(final long nowNs) {
        if (state == State.UP || (state == State.DRAINING && !ending.isDown())) {
            state = State.DRAINING;
            ending.begin(nowNs);
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
        attempts.onFailed(reason);
        attempts.onEnded();
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
            ending.onDown();
            state = state == State.ERROR ? State.ERROR : State.DRAINING;
            attempts.onFailed(reason);
        } else if (successor.is(ended)) {
            lastDownReason = reason;
            successor.onDown();
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
        if (ending.isOverdue(nowNs)) {
            ending.onAborted();
            carrier.abort();
            return 1;
        }
        return 0;
    }

    private void finish(final long nowNs) {
        counters.increment(RdsCounter.CONN_RESET);
        receiver.onCarrierGone();
        counters.add(RdsCounter.SEND_RETRANSMITTED, log.rewind());
        sender.onCarrierGone(carrier);
        carrier = null;
        // a restarted peer, which does not know this host, would not tell the end of its former life's congestion
        isKeptUp |= services.congestion().maps().hasCongestedPort(key.remoteHigh(), key.remoteLow());
        life.onCarrierGone();
        if (life.isRestartDue()) {
            restart();
        }
        if (forwarding.isStranded()) {
            forwarding.firstOfDefaultLane(nowNs).continueFor(this);
        }
        if (silence.isHeard()) {
            attempts.onServed(nowNs - adoptedNs());
        }
        silence.onCarrierGone();
        goOn(nowNs);
    }

    /** What the peer sent on a carrier of a lane that it does not know, it sends again as far as it is not acknowledged. */
    private void continueFor(final PeerPath stranded) {
        receiver.skipTo(stranded.nextReceiveSequence());
        isKeptUp = isDialer;
        touch();
    }

    /** Without carrier: takes the one that waits, or plans the next attempt. */
    private void goOn(final long nowNs) {
        state = State.DOWN;
        final ByteCarrier next = successor.take();
        if (next != null) {
            adoptAccepted(next, nowNs);
            if (successor.isDown()) {
                onCarrierDown(next, lastDownReason);
            }
            return;
        }
        attempts.planNext(nowNs);
        peer.assignPending(nowNs);
        peer.touchPaths();
    }

    /** What the carrier still delivers is of no use. */
    void onProtocolBroken() {
        state = State.ERROR;
        ending.onAborted();
        carrier.abort();
    }

    /**
     * Tells what the peer is, and opens the carrier for messages of this host.
     *
     * @param told   by a probe; null if it is no probe.
     * @param isPing whether it is a probe that asks.
     */
    void onFirstMessage(final ExtensionHeaderFlyweight told, final boolean isPing) {
        peer.onFirstMessage(told);
        silence.onMessage();
        final boolean isOurs = !peer.isForeign();
        if (forwarding.isStranded() || (isOurs && isPing && !isDialer && isOtherPath(told))) {
            leave(timeNs);
        } else if (!silence.isHeard()) {
            if (isOurs || isDialer) {
                onHeard();
            } else {
                onForeignDialer();
            }
        }
        log.onFlowing();
    }

    /** A peer thought foreign, whose carriers name no path before they are taken, is of this kind after all. */
    private boolean isOtherPath(final ExtensionHeaderFlyweight told) {
        return key.lane() != (told.lane() == ExtensionHeaderFlyweight.ABSENT ? services.defaultLane() : told.lane());
    }

    /** The peer has said more. */
    void onNextMessage() {
        silence.onMessage();
        if (!isDialer && !sender.hasSpoken()) {
            peer.onImpatience();
        }
    }

    private void leave(final long nowNs) {
        if (state == State.UP) {
            counters.increment(RdsCounter.CONN_DROP_OTHER_PATH);
            close(nowNs);
        }
    }

    /** A peer of this kind has opened the carrier. */
    void onOpener(final ExtensionHeaderFlyweight extensions, final boolean isPong) {
        onProbe(extensions, isPong);
        if (!isPong) {
            sender.answer();
        }
    }

    /** The peer tells of itself. */
    void onProbe(final ExtensionHeaderFlyweight extensions, final boolean isPong) {
        peer.onProbe(extensions, isPong, timeNs);
    }

    /** The peer tells its generation, or 0. */
    void onGeneration(final int generation) {
        if (life.isNews(generation)) {
            if (life.begin(generation)) {
                restart();
            }
            peer.onGeneration(generation, this, timeNs);
        }
    }

    /** Heard on another path that the peer has lost its memory: what this path's carrier still brings is from before. */
    void onPeerRestarted(final int generation, final long nowNs) {
        if (life.generation() == generation) {
            return;
        }
        life.begin(generation);
        if (carrier == null) {
            restart();
        } else {
            life.postponeRestart();
            end(nowNs);
        }
    }

    /** Both counters start again. */
    private void restart() {
        receiver.restart();
        if (life.restart(firstSequence())) {
            sender.onRenumbered();
            peer.onRenumbered(this);
        }
    }
}
