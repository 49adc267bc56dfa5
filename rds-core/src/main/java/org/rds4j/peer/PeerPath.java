package org.rds4j.peer;

import org.rds4j.RdsAddress;
import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.CarrierHandler;
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
 * <b>Opening.</b> The host that dialed sends a probe ping, the other answers with a probe pong, each ahead of its log. Nobody
 * sends data before the first message of the peer: a carrier that loses a duel then holds nothing that matters, and a
 * restarted peer is known before anything is sent to it again.
 * <p>
 * <b>Duels.</b> Of two carriers the one dialed by the numerically smaller address wins; of two by the same host the newer.
 * A winner waits until the loser is drained. When the larger host dials although the smaller one's carrier looks well, it may
 * have restarted: its carrier is held and the old one tried by a ping.
 * <p>
 * <b>Breaking.</b> What was received before the break is delivered first; then everything unacknowledged is marked and sent
 * again on the next carrier. Engine thread only.
 */
public final class PeerPath implements CarrierHandler, FrameHandler {
    /** Where a path stands; ERROR always passes through the end of its carrier. */
    public enum State {
        /** No carrier; dials when something is queued. */
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

    private static final int NO_OWNER = 0;

    private final PathServices services;
    private final RdsCounters counters;
    private final PathKey key;
    private final boolean isLocalSmaller;
    private final ReconnectPolicy reconnect;
    private final SendLog log;
    private final FrameAssembler assembler;
    private final OpenerMessage openerMessage = new OpenerMessage();
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final ExtensionHeaderFlyweight extensions = new ExtensionHeaderFlyweight();

    private State state = State.DOWN;
    private ByteCarrier carrier;
    private boolean isDialed;
    private boolean isCarrierDown;
    private boolean isDialing;
    private boolean hasReceived;
    private boolean hasSequenced;
    private boolean isReopened;
    private boolean isShut;
    private boolean isBlocked;
    private Opener opener = Opener.NONE;
    private long drainDeadlineNs;
    private long nextAttemptNs;

    private ByteCarrier waiting;
    private boolean isWaitingDialed;
    private boolean isWaitingDown;
    private long waitingDeadlineNs;

    private CarrierDownReason lastDownReason;
    private int peerGeneration;
    private long nextReceiveSequence;

    /**
     * A path without carrier.
     *
     * @param services shared by the engine's paths.
     * @param key      of the path.
     * @param nowNs    the engine's time.
     */
    public PeerPath(final PathServices services, final PathKey key, final long nowNs) {
        final RdsAddress local = services.context().localAddress();
        this.services = services;
        this.counters = services.counters();
        this.key = key;
        this.isLocalSmaller =
            RdsAddress.compareHosts(local.high(), local.low(), key.remoteHigh(), key.remoteLow()) < 0;
        this.reconnect = new ReconnectPolicy(
            services.context().reconnectMinDelayNs(), services.context().reconnectMaxDelayNs(), services.random());
        // number 1 is left to the first opener
        this.log = new SendLog(services.logs(), 2);
        this.assembler = new FrameAssembler(services.context().maxMessageLength(), services.pool(), this);
        this.nextAttemptNs = nowNs + reconnect.nextDelayNs();
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
     * Takes what the carrier has received.
     *
     * @param nowNs the engine's time.
     * @return work done.
     */
    public int pollInbound(final long nowNs) {
        if (carrier == null) {
            return 0;
        }
        isBlocked &= !assemblerIsOpen();
        final int work = carrier.receive(this);
        log.onAcknowledged(carrier.acknowledgedPosition(), services.released());
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
        if (waiting != null && state == State.UP && nowNs >= waitingDeadlineNs) {
            dropWaiting();
        }
        return switch (state) {
            case DOWN -> connect(nowNs);
            case UP -> transmit();
            case CONNECTING, DRAINING, ERROR -> 0;
        };
    }

    private int connect(final long nowNs) {
        if (!log.wantsCarrier() || nowNs < nextAttemptNs || isShut) {
            return 0;
        }
        state = State.CONNECTING;
        isDialing = true;
        counters.increment(RdsCounter.CONN_ATTEMPTS);
        services.connector().connect(key, nowNs);
        return 1;
    }

    private int transmit() {
        if ((opener == Opener.DUE && !sendOpener()) || !hasReceived) {
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
            work++;
        }
        return work;
    }

    private boolean sendOpener() {
        if (!carrier.isReady()
            || carrier.offer(openerMessage.address(), OpenerMessage.LENGTH) == ByteCarrier.NOT_NOW) {
            return false;
        }
        opener = Opener.SENT;
        return true;
    }

    /**
     * When the path next wants to be polled without anything having happened.
     *
     * @return the engine's time, or {@link Long#MAX_VALUE}.
     */
    public long nextDeadlineNs() {
        final long waitingNs = waiting == null ? Long.MAX_VALUE : waitingDeadlineNs;
        return switch (state) {
            case DOWN -> !log.wantsCarrier() || isShut ? Long.MAX_VALUE : nextAttemptNs;
            case CONNECTING -> Long.MAX_VALUE;
            case UP -> waitingNs;
            case DRAINING, ERROR -> isCarrierDown ? Long.MAX_VALUE : drainDeadlineNs;
        };
    }

    /**
     * A carrier for this path is up.
     *
     * @param candidate  the carrier; the path's from now on.
     * @param dialedByUs whether this host dialed.
     * @param nowNs      the engine's time.
     */
    public void onCarrierUp(final ByteCarrier candidate, final boolean dialedByUs, final long nowNs) {
        isDialing &= !dialedByUs;
        if (isShut) {
            candidate.discard();
        } else if (carrier == null && (dialedByUs || !isDialing || !isLocalSmaller)) {
            adopt(candidate, dialedByUs);
            dropWaiting();
        } else if (carrier == null) {
            hold(candidate, false, nowNs);
        } else if (state != State.UP || replacesCurrent(dialedByUs)) {
            hold(candidate, dialedByUs, nowNs);
            close(nowNs);
        } else if (dialedByUs) {
            counters.increment(RdsCounter.CONN_DROP_DUEL);
            candidate.discard();
        } else {
            hold(candidate, false, nowNs);
            tryCurrent();
        }
    }

    private boolean replacesCurrent(final boolean dialedByUs) {
        final boolean isBySmaller = dialedByUs == isLocalSmaller;
        final boolean isCurrentBySmaller = isDialed == isLocalSmaller;
        return isBySmaller || !isCurrentBySmaller;
    }

    private void adopt(final ByteCarrier candidate, final boolean dialedByUs) {
        carrier = candidate;
        isDialed = dialedByUs;
        isCarrierDown = false;
        hasReceived = false;
        hasSequenced = false;
        opener = Opener.NONE;
        state = State.UP;
        if (dialedByUs) {
            openerMessage.ping(log.firstSequence() - 1, isReopened, services.generation(), key.lane());
            opener = Opener.DUE;
        }
        counters.increment(RdsCounter.CONN_UP);
    }

    private void hold(final ByteCarrier candidate, final boolean dialedByUs, final long nowNs) {
        dropWaiting();
        waiting = candidate;
        isWaitingDialed = dialedByUs;
        isWaitingDown = false;
        waitingDeadlineNs = nowNs + services.context().drainTimeoutNs();
    }

    private void dropWaiting() {
        if (waiting != null) {
            counters.increment(RdsCounter.CONN_DROP_DUEL);
            waiting.discard();
            waiting = null;
        }
    }

    /** Sends something to a peer that may have restarted: a host that does not know the carrier resets it. */
    private void tryCurrent() {
        extensions.clear().pathCount(1).generation(services.generation());
        log.append(RdsHeaderFlyweight.PROBE_PORT, RdsHeaderFlyweight.PING_PORT, openerMessage.address(), 0, NO_OWNER,
            extensions.high(), extensions.low());
    }

    /**
     * Closes the path for good: its carrier in good order, and no other comes after it.
     *
     * @param nowNs the engine's time.
     */
    public void shutDown(final long nowNs) {
        isShut = true;
        dropWaiting();
        close(nowNs);
    }

    private void close(final long nowNs) {
        if (state == State.UP) {
            state = State.DRAINING;
            drainDeadlineNs = nowNs + services.context().drainTimeoutNs();
            carrier.close();
        }
    }

    /**
     * The attempt to dial has failed.
     *
     * @param nowNs the engine's time.
     */
    public void onConnectFailed(final long nowNs) {
        isDialing = false;
        if (carrier == null) {
            goOn(nowNs);
        }
    }

    /**
     * A carrier is down; what it received is still delivered.
     *
     * @param ended  the carrier.
     * @param reason why.
     * @return false when it is none of this path's.
     */
    @SuppressWarnings("ReferenceEquality") // carriers have no other identity
    public boolean onCarrierDown(final ByteCarrier ended, final CarrierDownReason reason) {
        if (ended == carrier || ended == waiting) {
            lastDownReason = reason;
        }
        if (ended == carrier) {
            isCarrierDown = true;
            state = state == State.ERROR ? State.ERROR : State.DRAINING;
            return true;
        }
        if (ended == waiting) {
            isWaitingDown = true;
            return true;
        }
        return false;
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
        isReopened = true;
        carrier = null;
        goOn(nowNs);
    }

    /** Without carrier: takes the one that waits, or plans the next attempt. */
    private void goOn(final long nowNs) {
        if (waiting != null) {
            final ByteCarrier next = waiting;
            waiting = null;
            adopt(next, isWaitingDialed);
            if (isWaitingDown) {
                onCarrierDown(next, lastDownReason);
            }
            return;
        }
        state = isDialing ? State.CONNECTING : State.DOWN;
        nextAttemptNs = nowNs + reconnect.nextDelayNs();
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
        final boolean isProbePing = header.isProbePing();
        final boolean isProbe = isProbePing || header.isProbePong();
        final boolean isOpener = isProbePing && !hasReceived && !isDialed;
        if (isProbe) {
            onProbe(isOpener);
        }
        if (!hasReceived) {
            hasReceived = true;
            reconnect.reset();
            log.onFlowing();
        }
        if (header.flags() == RdsHeaderFlyweight.FLAG_CONG_BITMAP) {
            counters.increment(RdsCounter.CONG_UPDATE_RECEIVED);
            return true;
        }
        return acceptSequence(isProbe, isOpener, payload, length);
    }

    /** Before the sequence rule, because a restarted peer counts from the start again. */
    private void onProbe(final boolean isOpener) {
        onGeneration(extensions.parse(header.extensionsHigh(), header.extensionsLow()).generation());
        if (isOpener) {
            openerMessage.pong(log.firstSequence() - 1, isReopened, services.generation());
            opener = Opener.DUE;
        }
    }

    private void onGeneration(final int generation) {
        if (generation == 0) {
            return;
        }
        if (peerGeneration != 0 && peerGeneration != generation) {
            nextReceiveSequence = 0;
            counters.increment(RdsCounter.PEER_RESTARTED);
            counters.add(RdsCounter.SEND_DROP_GENERATION, log.dropOffered(services.released()));
        }
        peerGeneration = generation;
    }

    /** An opener has its answer already, and with an old number is no loss: it is never sent twice. */
    private boolean acceptSequence(
        final boolean isProbe, final boolean isOpener, final long payload, final int length) {
        final long sequence = header.sequence();
        if (sequence < nextReceiveSequence && !isFreshStart()) {
            if (!isProbe) {
                counters.increment(RdsCounter.RECV_DROP_OLD_SEQ);
                hasSequenced = true;
            }
            return true;
        }
        if (!isOpener && !services.inbound().onMessage(this, header, payload, length)) {
            return false;
        }
        hasSequenced = true;
        nextReceiveSequence = sequence + 1;
        return true;
    }

    /** A peer that tells no generation may count anew, but only with the first message of a carrier. */
    private boolean isFreshStart() {
        return peerGeneration == 0 && !hasSequenced && (header.flags() & RdsHeaderFlyweight.FLAG_RETRANSMITTED) == 0;
    }
}
