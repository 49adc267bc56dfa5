package org.rds4j.tcp.connection;

import java.util.Objects;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.congestion.CongestionControl;
import org.rds4j.tcp.congestion.CongestionFactory;
import org.rds4j.tcp.congestion.EcnReceiver;
import org.rds4j.tcp.congestion.EcnSender;
import org.rds4j.tcp.congestion.Pacer;
import org.rds4j.tcp.congestion.SelectableCongestion;
import org.rds4j.tcp.congestion.WindowUse;
import org.rds4j.tcp.link.SegmentSink;
import org.rds4j.tcp.network.IcmpErrorKind;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.receive.AckSchedule;
import org.rds4j.tcp.receive.ReceiveStream;
import org.rds4j.tcp.receive.ReceiveTuning;
import org.rds4j.tcp.receive.ReceiveWatcher;
import org.rds4j.tcp.receive.ReceiveWindow;
import org.rds4j.tcp.receive.SackReport;
import org.rds4j.tcp.send.LossRecovery;
import org.rds4j.tcp.send.NewRenoRecovery;
import org.rds4j.tcp.send.RttEstimator;
import org.rds4j.tcp.send.SackRecovery;
import org.rds4j.tcp.send.SendRecords;
import org.rds4j.tcp.send.SendStream;
import org.rds4j.tcp.sequence.Sequence;
import org.rds4j.tcp.table.FourTuple;
import org.rds4j.tcp.timer.TimerSet;

/**
 * The state of one connection (the TCB of RFC 9293 section 3.3.1), pooled with its memory. Send variables are positions:
 * {@code sndUna <= sndNxt}; what of it is to be sent again is known to loss recovery.
 */
final class Connection extends FourTuple implements TcpConnection {
    static final int RETRANSMIT = 0;
    static final int PERSIST = 1;
    static final int DELAYED_ACK = 2;
    static final int KEEPALIVE = 3;
    static final int USER_TIMEOUT = 4;
    static final int LINGER = 5;
    static final int RECOVERY = 6;
    static final int PACE = 7;
    static final int CORK = 8;
    static final int TIMER_KINDS = 9;

    static final int EVENT_CONNECTED = 1;
    static final int EVENT_ACKNOWLEDGED = 2;
    static final int EVENT_RECEIVABLE = 4;
    static final int EVENT_PEER_CLOSED = 8;
    static final int EVENT_CLOSED = 16;
    static final int EVENT_UNRESPONSIVE = 32;

    static final long NOT_TIMED = -1;
    static final long NO_FIN = Long.MAX_VALUE;
    static final int NOT_LISTED = -1;
    private static final long LONG_AGO = Long.MIN_VALUE / 2;
    private static final long MOST_NS = 1L << 53;

    final SendStream sent;
    final ReceiveStream received;
    final ReceiveWindow window;
    final AckSchedule acks;
    final SackReport sacks = new SackReport();
    final RttEstimator rtt;
    final EcnSender ecnSender = new EcnSender();
    final EcnReceiver ecnReceiver = new EcnReceiver();
    final WindowUse windowUse = new WindowUse();
    final Pacer pacer;
    final ReceiveTuning tuning;
    final SelectableCongestion congestion;
    final TimerSet<Connection> timers;
    final ReplyAllowance replies = new ReplyAllowance();
    /** With SACK or without, as negotiated. */
    LossRecovery recovery;
    boolean sack;

    TcpState state = TcpState.CLOSED;
    TcpHandler handler;
    ListenerPort listener;
    NetworkRoute route;
    boolean inUse;
    boolean closed;
    int events;
    CloseReason closeReason;
    /** The last ICMP error since the peer was heard, or null: it becomes the reason if the peer is not heard again. */
    IcmpErrorKind softError;

    int sendOrigin;
    long sndUna;
    long sndNxt;
    long sndWnd;
    long maxSndWnd;
    long sndWl1;
    long sndWl2;
    byte sndShift;
    char mss;
    /** The peer's MSS, before the path's limit and options are taken off. */
    char peerMss;
    /** A segment larger than {@link #mss} that tries the path, from here to there. */
    long trialStart;
    long trialEnd;
    int trialMtu;
    /** End of the highest segment of {@link #mss} octets that has arrived, beyond a gap or not. */
    long provenEnd;
    boolean closing;
    boolean synDue;
    boolean probeDue;
    boolean sendOverride;
    /** End of what was written last, if that ends something, by its lowest bits: the segment that ends there carries PSH. */
    int pushEnd;
    /** End of the last burst that was planned, by its lowest bits ({@link PushedBursts}). */
    int burstEnd;
    boolean noDelay;
    boolean cork;
    long smallEnd;
    long lastSentNs;
    long timedEnd;
    long synSentNs;
    boolean synSentAgain;
    long openedNs;
    char retries;
    char persistBackoff;
    char probesUnanswered;
    long userTimeoutNs;
    long retransmissions;

    int receiveOrigin;
    boolean finReceived;
    long peerFin;
    /** The next acknowledgement carries our FIN once more. */
    boolean finDue;
    boolean receiveClosed;
    boolean timestamps;
    boolean windowScale;
    /** Every SYN of ours so far asked for ECN. */
    boolean ecnOffered;
    int timestampOffset;
    int tsRecent;
    long tsRecentNs;
    long lastAckSent;
    private long ackLimit;
    long lastChallengeNs;
    long lastReceivedNs;
    /** Probes sent since the peer was heard last; 2 for any number above. */
    byte keepaliveSent;

    byte lane;
    byte dscp;
    /** Octets of a frame before TCP: at most 62, with two tags and IPv6. */
    byte frameOverhead;
    byte list = NOT_LISTED;
    Connection next;
    Connection previous;

    /** Shared, until something is settled for this connection alone. */
    ConnectionSettings settings;

    private final Connections connections;
    private final LossRecovery sackRecovery;
    private final SendRecords records;
    /** Made for the first peer without SACK, since there are few. */
    private LossRecovery plainRecovery;

    Connection(final Connections connections, final TcpConfiguration configuration) {
        this.connections = connections;
        sent = new SendStream(connections.sendMemory);
        received = new ReceiveStream(connections.receiveMemory, configuration.outOfOrderRanges());
        pacer = new Pacer(configuration.flow());
        tuning = new ReceiveTuning(
            configuration.receiveBufferLength(),
            Math.max(configuration.flow().initialReceiveBufferLength(), 2 * configuration.overhangLength()));
        congestion = new SelectableCongestion(configuration.flow(), ecnSender);
        window = new ReceiveWindow(configuration.receiveBufferLength(), configuration.dialect().windowIsBuffer());
        acks = new AckSchedule(configuration.dialect().countsSegments());
        rtt = new RttEstimator(connections.rttLimits);
        records = new SendRecords(connections.records);
        sackRecovery = new SackRecovery(
            records, congestion, rtt, connections.counters, configuration.peerAckDelayNs(), configuration.probeSlackNs(),
            configuration.eagerProbes());
        timers = new TimerSet<>(this, connections.deadlines, TIMER_KINDS);
    }

    /** Makes the object a new connection; tuple, route and owner are set by the caller. */
    void reset(final TcpConfiguration configuration) {
        sent.reset();
        received.reset();
        window.reset();
        acks.reset(configuration.quickAcks());
        rtt.reset();
        recoverWith(sackRecovery);
        congestion.reset();
        ecnSender.start(false);
        ecnReceiver.start(false, false);
        windowUse.reset();
        pacer.reset();
        tuning.reset(connections.nowNs);
        window.limit(tuning.limit());
        sent.limit(Math.max(configuration.flow().initialSendBufferLength(), 2 * configuration.overhangLength()));
        ecnOffered = false;
        resetSending(configuration);
        resetReceiving();
        closed = false;
        events = 0;
        closeReason = null;
        softError = null;
        settings = connections.defaults;
        handler = null;
        listener = null;
        state = TcpState.CLOSED;
    }

    private void resetSending(final TcpConfiguration configuration) {
        sndUna = -1;
        sndNxt = -1;
        sndWnd = 0;
        maxSndWnd = 0;
        sndWl1 = -1;
        sndWl2 = -1;
        sndShift = 0;
        mss = 0;
        peerMss = 0;
        trialStart = PathProbing.NO_TRIAL;
        provenEnd = 0;
        closing = false;
        synDue = false;
        probeDue = false;
        sendOverride = false;
        pushEnd = 0;
        burstEnd = 0;
        noDelay = !configuration.nagle();
        cork = false;
        smallEnd = 0;
        lastSentNs = connections.nowNs;
        timedEnd = 0;
        synSentNs = NOT_TIMED;
        synSentAgain = false;
        openedNs = connections.nowNs;
        retries = 0;
        persistBackoff = 0;
        probesUnanswered = 0;
        userTimeoutNs = configuration.userTimeoutNs();
        retransmissions = 0;
    }

    private void resetReceiving() {
        finReceived = false;
        finDue = false;
        peerFin = NO_FIN;
        receiveClosed = false;
        timestamps = false;
        windowScale = false;
        sack = false;
        tsRecent = 0;
        tsRecentNs = connections.nowNs;
        lastAckSent = 0;
        ackLimit = Long.MAX_VALUE;
        lastChallengeNs = LONG_AGO;
        replies.refill(connections.nowNs);
        lastReceivedNs = connections.nowNs;
        keepaliveSent = 0;
    }

    /** Settles whether the peer understands SACK. */
    void understandsSack(final boolean understands) {
        if (!understands && plainRecovery == null) {
            plainRecovery = new NewRenoRecovery(records, congestion, rtt, connections.counters);
        }
        recoverWith(understands ? sackRecovery : plainRecovery);
        sack = understands;
    }

    private void recoverWith(final LossRecovery way) {
        recovery = way;
        recovery.reset();
        sacks.reset();
    }

    void transition(final Transition transition) {
        state = StateTransitions.next(state, transition);
    }

    /** RCV.NXT as a position. */
    long rcvNxt() {
        return finReceived ? received.received() + 1 : received.received();
    }

    /** End of what occupies no room in the receive buffer any more, or never did: the peer's FIN. */
    long freed() {
        return finReceived ? received.consumed() + 1 : received.consumed();
    }

    /** Position of our FIN once it may be sent, or {@link #NO_FIN}. */
    long finPosition() {
        return closing && sent.committed() == sent.claimed() ? sent.claimed() : NO_FIN;
    }

    /** Whether our FIN was sent and is acknowledged. */
    boolean isFinAcknowledged() {
        return sndUna > finPosition();
    }

    /** Whether anything is queued that was not sent, or is to be sent again. */
    boolean hasUnsent() {
        return sndNxt < sent.committed() || sndNxt == finPosition() || recovery.hasLost();
    }

    int sequence(final long position) {
        return Sequence.wire(sendOrigin, position);
    }

    /** What the next segment acknowledges: RCV.NXT, or less while marks are to be told apart or the owner keeps some back. */
    long acknowledges() {
        return Math.min(ecnReceiver.acknowledges(rcvNxt()), ackLimit);
    }

    int acknowledgement() {
        return Sequence.wire(receiveOrigin, acknowledges());
    }

    private boolean isWritable() {
        return !closing && !closed && state != TcpState.CLOSED;
    }

    @Override
    public TcpState state() {
        return state;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void handler(final TcpHandler handler) {
        this.handler = Objects.requireNonNull(handler, "handler");
    }

    @Override
    public int lane() {
        return lane;
    }

    @Override
    public void lane(final int lane) {
        Objects.checkIndex(lane, TcpEngine.LANES);
        connections.lanes.move(this, lane);
    }

    @Override
    public int dscp() {
        return dscp;
    }

    @Override
    public void dscp(final int dscp) {
        this.dscp = (byte) Objects.checkIndex(dscp, 64);
    }

    /** What the owner settles from now on is of this connection alone. */
    private ConnectionSettings own() {
        settings = settings.own();
        return settings;
    }

    @Override
    public void noDelay(final boolean noDelay) {
        this.noDelay = noDelay;
        sendOverride |= noDelay && sndNxt < sent.committed();
        connections.lanes.touch(this);
    }

    @Override
    public void cork(final boolean cork) {
        this.cork = cork;
        if (!cork) {
            timers.cancel(CORK);
        }
        connections.lanes.touch(this);
    }

    @Override
    public void userTimeout(final long timeoutNs) {
        userTimeoutNs = checkTime("user timeout", timeoutNs, 0);
        timers.cancel(USER_TIMEOUT);
        connections.timing.startUserTimeout(this);
    }

    @Override
    public void keepalive(final long idleNs, final long intervalNs, final int probes) {
        if (probes < TcpConfiguration.LEAST_KEEPALIVE_PROBES || probes > TcpConfiguration.MOST_KEEPALIVE_PROBES) {
            throw new IllegalArgumentException("keepalive probes are " + probes + " but must be from "
                + TcpConfiguration.LEAST_KEEPALIVE_PROBES + " to " + TcpConfiguration.MOST_KEEPALIVE_PROBES);
        }
        checkTime("keepalive interval", intervalNs, 1);
        checkTime("keepalive idle time", idleNs, 0);
        final ConnectionSettings own = own();
        own.keepaliveIdleNs = idleNs;
        own.keepaliveIntervalNs = intervalNs;
        own.keepaliveProbes = probes;
        connections.timing.startKeepalive(this);
    }

    @Override
    public void maxSegmentSize(final int octets) {
        own().maxSegmentSize = Objects.checkIndex(octets - 1, ConnectionSettings.ANY_SEGMENT_SIZE) + 1;
        if (peerMss > 0) {
            peerMss = (char) Math.min(peerMss, octets);
            connections.pathProbing.onSmallerWanted(this);
            connections.lanes.touch(this);
        }
    }

    @Override
    public void synRetries(final int retries) {
        own().synRetries = Objects.checkIndex(retries, 256);
    }

    @Override
    public void finWait2(final long timeoutNs) {
        own().finWait2Ns = checkTime("FIN-WAIT-2", timeoutNs, 1);
    }

    /** Times added to the engine's must not wrap around: a timer in the past is due again and again. */
    private static long checkTime(final String name, final long valueNs, final long leastNs) {
        if (valueNs < leastNs || valueNs > MOST_NS) {
            throw new IllegalArgumentException(name + " is " + valueNs + " ns but must be from " + leastNs + " to " + MOST_NS);
        }
        return valueNs;
    }

    @Override
    public void quickAcks(final int segments) {
        acks.quick(segments);
        connections.lanes.touch(this);
    }

    @Override
    public void receiveWatcher(final ReceiveWatcher watcher) {
        received.watcher(watcher);
    }

    @Override
    public int receiveSequence(final long position) {
        return Sequence.wire(receiveOrigin, position);
    }

    @Override
    public void acknowledgeUpTo(final long position) {
        final boolean isCut = lastAckSent == ackLimit;
        ackLimit = position;
        if (isCut && acknowledges() > lastAckSent) {
            acks.onUrgent();
            connections.lanes.touch(this);
        }
    }

    @Override
    public void receiveLimit(final int octets) {
        if (octets < 1) {
            throw new IllegalArgumentException("the limit to receive is " + octets + " octets but must be 1 or more");
        }
        tuning.fix(octets);
        window.limit(tuning.limit());
        announceIfDue();
    }

    /** A window that has opened far enough is told at once. */
    private void announceIfDue() {
        if (state.mayReceive() && window.isUpdateDue(rcvNxt(), freed())) {
            acks.onUrgent();
            connections.lanes.touch(this);
        }
    }

    @Override
    public void congestionControl(final CongestionFactory factory) {
        if (sndNxt > 0) {
            throw new IllegalStateException("congestion control must be chosen before data is sent");
        }
        congestion.choose(factory);
        ecnReceiver.exact(congestion.needsExactMarks());
    }

    @Override
    public CongestionControl congestionControl() {
        return congestion.chosen();
    }

    @Override
    public boolean usesEcn() {
        return ecnSender.isEnabled();
    }

    @Override
    public int overhangLength() {
        return sent.overhang();
    }

    @Override
    public long claimSend(final int length) {
        return isWritable() ? claim(length) : -1;
    }

    private long claim(final int length) {
        final long position = sent.claim(length);
        if (position < 0 && !sent.isAttached() && length > 0 && length <= Math.min(sent.space(), sent.overhang())) {
            connections.counters.increment(TcpCounter.SEND_NO_BUFFER);
        }
        return position;
    }

    @Override
    public long sendAddress(final long position) {
        return sent.address(position);
    }

    @Override
    public void commitSend(final int length) {
        sent.commit(length);
        pushEnd = (int) sent.committed();
        connections.lanes.touch(this);
    }

    @Override
    public int send(final long address, final int length) {
        final int taken = write(address, length);
        pushEnd = (int) sent.committed();
        connections.lanes.touch(this);
        return taken;
    }

    @Override
    public int sendMore(final long address, final int length) {
        final int taken = write(address, length);
        if (taken > 0 && pushEnd - (int) sndNxt > 0) {
            pushEnd = (int) sndUna; // what was written before goes on: nothing that is sent ends there
        }
        connections.lanes.touch(this);
        return taken;
    }

    @Override
    public boolean endSegment() {
        final ConnectionSettings own = own();
        if (own.ends == null) {
            own.ends = new SegmentEnds();
        }
        return own.ends.add(sent.committed());
    }

    @Override
    public boolean payloadSink(final SegmentSink sink) {
        if (sink != null && !route.carriesTrains()) {
            return false;
        }
        own().payloadSink = sink;
        connections.lanes.touch(this);
        return true;
    }

    @Override
    public boolean retainSend(final long position) {
        return sent.retain(position);
    }

    private int write(final long address, final int length) {
        if (!isWritable()) {
            return 0;
        }
        final int room = sent.space();
        final int taken = sent.write(address, length);
        if (taken == 0 && length > 0 && room > 0 && !sent.isAttached()) {
            connections.counters.increment(TcpCounter.SEND_NO_BUFFER);
        }
        return taken;
    }

    @Override
    public long sendCommitted() {
        return sent.committed();
    }

    @Override
    public long acknowledgedPosition() {
        return sent.acknowledged();
    }

    @Override
    public int sendSpace() {
        return isWritable() ? sent.space() : 0;
    }

    @Override
    public long receivedPosition() {
        return received.received();
    }

    @Override
    public long consumedPosition() {
        return received.consumed();
    }

    @Override
    public int contiguousLength(final long position) {
        return received.contiguousLength(position);
    }

    @Override
    public long receiveAddress(final long position, final int length) {
        return received.address(position, length);
    }

    @Override
    public void consume(final long toPosition) {
        received.consume(toPosition);
        if (tuning.onConsumed(received.consumed(), rtt.smoothedNs(), connections.nowNs)) {
            window.limit(tuning.limit());
        }
        announceIfDue();
    }

    @Override
    public void closeSend() {
        connections.closing.closeSend(this);
    }

    @Override
    public void close() {
        connections.closing.close(this);
    }

    @Override
    public void abort() {
        connections.closing.abort(this);
    }

    @Override
    public void release() {
        if (!closed) {
            throw new IllegalStateException("connection is " + state + " and cannot be released: abort() it first");
        }
        connections.free(this);
    }

    /** The round trip by which segments are spaced out. */
    long pacingRttNs() {
        return pacer.roundTripNs(rtt.minimumNs(), rtt.smoothedNs());
    }

    @Override
    public long smoothedRttNs() {
        return rtt.smoothedNs();
    }

    @Override
    public long rttVariationNs() {
        return rtt.variationNs();
    }

    @Override
    public long retransmissionTimeoutNs() {
        return rtt.timeoutNs();
    }

    @Override
    public long congestionWindow() {
        return congestion.window();
    }

    @Override
    public long slowStartThreshold() {
        return congestion.threshold();
    }

    @Override
    public long sendWindow() {
        return sndWnd;
    }

    @Override
    public long bytesInFlight() {
        return recovery.inFlight();
    }

    @Override
    public long receiveWindow() {
        return Math.max(0, window.edge() - rcvNxt());
    }

    @Override
    public int maxSegmentSize() {
        return mss;
    }

    @Override
    public long retransmissions() {
        return retransmissions;
    }
}
