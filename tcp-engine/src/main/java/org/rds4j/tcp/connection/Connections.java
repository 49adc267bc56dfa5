package org.rds4j.tcp.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.agrona.collections.Int2ObjectHashMap;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.Routes;
import org.rds4j.tcp.TcpAcceptor;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpListener;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.limit.DestinationLimit;
import org.rds4j.tcp.congestion.EcnSender;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.network.IcmpErrorKind;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.network.SegmentRun;
import org.rds4j.tcp.receive.ReceiveStream;
import org.rds4j.tcp.send.RecordPool;
import org.rds4j.tcp.sequence.InitialNumbers;
import org.rds4j.tcp.sequence.Sequence;
import org.rds4j.tcp.steering.FlowOwner;
import org.rds4j.tcp.stream.StreamMemory;
import org.rds4j.tcp.table.ConnectionTable;
import org.rds4j.tcp.table.FourTuple;
import org.rds4j.tcp.table.PortSelector;
import org.rds4j.tcp.timer.DeadlineQueue;
import org.rds4j.tcp.timer.TimerSet;
import org.rds4j.tcp.wire.PseudoHeader;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;
import org.rds4j.tcp.wire.TcpSegment;

/**
 * All connections of one engine, and the door to their package: pool, table, listeners, lanes, timers, and who processes what.
 * Nothing here is part of the public API; {@link org.rds4j.tcp.TcpEngine} is. One thread.
 */
public final class Connections {
    private static final long PARKED_POLL_NS = 1_000_000;
    private static final long IPV4_PREFIX = 0xffffL;

    final DeadlineQueue<Connection> deadlines;
    final RecordPool records;
    final StreamMemory sendMemory;
    final StreamMemory receiveMemory;
    final ReadyLanes lanes = new ReadyLanes();
    final ConnectionTable table;
    final ControlQueue control;
    final TimeWaitList timeWait;
    final ConnectionTiming timing;
    final PathProbing pathProbing;
    final ConnectionClosing closing = new ConnectionClosing(this);
    long nowNs;

    final TcpConfiguration configuration;
    private final Routes routes;
    final TcpCounters counters;
    private final InitialNumbers initialNumbers;
    private final PortSelector ports;
    private final DestinationLimit resetLimit;
    private final SegmentEmission emission;
    private final OpeningArrival opening;
    private final SegmentArrival arrival;
    private final RunArrival runArrival;
    private final Handshakes handshakes;
    private final Int2ObjectHashMap<ListenerPort> listeners = new Int2ObjectHashMap<>();
    private final List<ListenerPort> listening = new ArrayList<>();
    /** Answers to SYNs by lane, made when somebody listens there; they take turns with the lane's connections. */
    private final ControlQueue[] answers = new ControlQueue[TcpEngine.LANES];
    private final SegmentWriter writer;
    private final RandomGenerator random;
    private int answersTurns;
    private final Connection[] all;
    private final Connection[] free;
    private int freeCount;
    private int arrivalInterface;
    private long arrivalHigh;
    private long arrivalLow;

    /**
     * No connections, but room for all.
     *
     * @param configuration sizes and timing.
     * @param routes        ways to other hosts.
     * @param random        source of secrets.
     * @param counters      where events are counted.
     */
    public Connections(
        final TcpConfiguration configuration, final Routes routes, final RandomGenerator random, final TcpCounters counters) {
        this.configuration = configuration;
        this.routes = routes;
        this.counters = counters;
        final int capacity = configuration.maxConnections();
        deadlines = new DeadlineQueue<>(capacity);
        records = new RecordPool(configuration.maxSendRecords());
        final int buffers = configuration.streamBuffers() == 0 ? capacity : Math.min(capacity, configuration.streamBuffers());
        sendMemory = new StreamMemory(buffers, configuration.sendBufferLength(), configuration.overhangLength(), 0);
        receiveMemory = new StreamMemory(
            buffers, configuration.receiveBufferLength(), configuration.overhangLength(),
            ReceiveStream.tailLength(configuration.outOfOrderRanges()));
        table = new ConnectionTable(capacity + configuration.timeWaitCapacity(), random);
        initialNumbers = new InitialNumbers(random);
        ports = new PortSelector(table, random, configuration.firstPort(), configuration.lastPort());
        resetLimit = new DestinationLimit(configuration.resetsPerSecond(), configuration.resetsPerDestination(), random);
        this.random = random;
        writer = new SegmentWriter(configuration.transmitChecksum());
        control = new ControlQueue(
            configuration.controlQueueLength(), writer, configuration.optionLayout(), counters);
        timeWait = new TimeWaitList(table, control, counters, configuration);
        pathProbing = new PathProbing(this, counters);
        timing = new ConnectionTiming(this, configuration, counters);
        emission = new SegmentEmission(configuration, counters, timing, pathProbing, writer);
        opening = new OpeningArrival(this, configuration, counters);
        arrival = new SegmentArrival(this, configuration, counters, timing, opening);
        runArrival = new RunArrival(arrival);
        all = new Connection[capacity];
        free = new Connection[capacity];
        for (int i = 0; i < capacity; i++) {
            all[i] = new Connection(this, configuration);
            free[freeCount++] = all[i];
        }
        all[0].reset(configuration);
        handshakes = new Handshakes(
            this, configuration, counters, initialNumbers, random, all[0].window.announceUnscaled(0));
        all[0].inUse = false;
    }

    /**
     * The maximum segment size announced on a route (RFC 6691): options are not subtracted.
     *
     * @param route to the peer.
     * @return octets.
     */
    static int announcedMss(final NetworkRoute route) {
        return Math.min(route.linkTransportLength() - TcpHeaderFlyweight.MIN_LENGTH, 0xffff);
    }

    static int announcedMss(final Connection c) {
        return c.own == null ? announcedMss(c.route) : Math.min(announcedMss(c.route), c.own.maxSegmentSize);
    }

    static boolean isIpv4(final FourTuple tuple) {
        return tuple.remoteHigh() == 0 && tuple.remoteLow() >>> 32 == IPV4_PREFIX;
    }

    /**
     * Listens on a port.
     *
     * @param port     1..65535.
     * @param lane     of handshakes and accepted connections.
     * @param dscp     likewise.
     * @param acceptor asked about completed connections.
     * @return the listener.
     */
    public TcpListener listen(final int port, final int lane, final int dscp, final TcpAcceptor acceptor) {
        if (listeners.containsKey(port)) {
            throw new IllegalStateException("port " + port + " is listened on already: close that listener or choose another");
        }
        final ListenerPort listener = new ListenerPort(
            this, port, lane, dscp, acceptor,
            new HalfOpenTable(configuration.backlog(), configuration.synAckRetries(), random));
        listeners.put(port, listener);
        listening.add(listener);
        if (answers[lane] == null) {
            answers[lane] = new ControlQueue(
            configuration.controlQueueLength(), writer, configuration.optionLayout(), counters);
        }
        return listener;
    }

    ControlQueue answers(final int lane) {
        return answers[lane];
    }

    void closeListener(final ListenerPort listener) {
        if (listeners.get(listener.port()) != listener) {
            return;
        }
        listeners.remove(listener.port());
        listening.remove(listener);
        handshakes.closeAll(listener, nowNs);
    }

    /**
     * Opens a connection.
     *
     * @param remoteHigh bits 127..64 of the peer's address.
     * @param remoteLow  bits 63..0 of the peer's address.
     * @param remotePort the peer's port.
     * @param localPort  the local port, 0 to have one chosen.
     * @param lane       0..15.
     * @param dscp       0..63.
     * @param handler    told what happens.
     * @return the connection, or null.
     */
    public TcpConnection connect(
        final long remoteHigh, final long remoteLow, final int remotePort, final int localPort,
        final int lane, final int dscp, final TcpHandler handler) {
        final NetworkRoute route = routes.route(remoteHigh, remoteLow);
        if (route == null) {
            counters.increment(TcpCounter.DROP_NO_ROUTE);
            return null;
        }
        table.interfaceId(route.interfaceId());
        final int port = localPort == 0
            ? ports.choose(remoteHigh, remoteLow, route.localHigh(), route.localLow(), remotePort)
            : ports.check(remoteHigh, remoteLow, route.localHigh(), route.localLow(), remotePort, localPort);
        if (port == 0 || hasFlow(
                route.interfaceId(), route.remoteHigh(), route.remoteLow(), route.localHigh(), route.localLow(),
                remotePort, port)) {
            counters.increment(TcpCounter.DROP_NO_PORT);
            return null;
        }
        final Connection connection = take(route, remotePort, port);
        if (connection != null) {
            connection.handler = handler;
            connection.lane = (byte) lane;
            connection.dscp = (byte) dscp;
            open(connection);
        }
        return connection;
    }

    private void open(final Connection connection) {
        counters.increment(TcpCounter.ACTIVE_OPENS);
        connection.sendOrigin = initialNumbers.sequence(connection, nowNs) + 1;
        connection.transition(Transition.ACTIVE_OPEN);
        connection.synDue = true;
        connection.timers.start(Connection.RETRANSMIT, nowNs + connection.rtt.timeoutNs());
        timing.startUserTimeout(connection);
        touch(connection);
    }

    private Connection take(final NetworkRoute route, final int remotePort, final int localPort) {
        if (freeCount == 0) {
            counters.increment(TcpCounter.DROP_NO_CONNECTIONS_LEFT);
            return null;
        }
        final Connection connection = free[--freeCount];
        connection.reset(configuration);
        connection.tuple(
            route.remoteHigh(), route.remoteLow(), route.localHigh(), route.localLow(), remotePort, localPort);
        connection.interfaceId(route.interfaceId());
        connection.route = route;
        route.hold();
        connection.timestampOffset = initialNumbers.timestampOffset(connection);
        connection.frameOverhead = (short) route.overheadLength();
        table.add(connection);
        return connection;
    }

    void free(final Connection connection) {
        if (connection.inUse) {
            connection.inUse = false;
            connection.route.release();
            connection.sent.release();
            connection.received.release();
            connection.events = 0;
            connection.handler = null;
            connection.state = TcpState.CLOSED;
            free[freeCount++] = connection;
        }
    }

    /**
     * Says by which interface the segments and errors come that follow.
     *
     * @param interfaceId 0 or more.
     */
    public void arrivingBy(final int interfaceId) {
        arrivalInterface = interfaceId;
    }

    /** The way back for the segment at hand, in the name of the address it was for. */
    private NetworkRoute replyRoute(final long remoteHigh, final long remoteLow) {
        return routes.replyRoute(arrivalInterface, arrivalHigh, arrivalLow, remoteHigh, remoteLow);
    }

    /**
     * A segment whose checksum is right.
     *
     * @param remoteHigh bits 127..64 of the source address.
     * @param remoteLow  bits 63..0 of the source address.
     * @param localHigh  bits 127..64 of the destination address.
     * @param localLow   bits 63..0 of the destination address.
     * @param segment    parsed.
     */
    public void onSegment(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow, final TcpSegment segment) {
        if (configuration.dropSynFin() && segment.hasSyn() && segment.hasFin()) {
            counters.increment(TcpCounter.DROP_BAD_SYN);
            return;
        }
        arrivalHigh = localHigh;
        arrivalLow = localLow;
        table.interfaceId(arrivalInterface);
        final FourTuple entry = table.find(
            remoteHigh, remoteLow, localHigh, localLow, segment.remotePort(), segment.localPort());
        if (entry instanceof Connection connection) {
            arrival.onSegment(connection, segment, nowNs);
            settle(connection);
        } else if (entry instanceof TimeWaitRecord record) {
            onTimeWaitSegment(record, segment, remoteHigh, remoteLow);
        } else {
            onUnknownSegment(remoteHigh, remoteLow, localHigh, localLow, segment);
        }
    }

    /**
     * Segments that continue one another.
     *
     * @param run   of them.
     * @param first the first of them, parsed.
     */
    public void onRun(final SegmentRun run, final TcpSegment first) {
        table.interfaceId(arrivalInterface);
        final FourTuple entry = table.find(
            run.remoteHigh(), run.remoteLow(), run.localHigh(), run.localLow(), first.remotePort(), first.localPort());
        int done = 0;
        if (entry instanceof Connection connection) {
            done = runArrival.take(connection, first, run, nowNs);
            if (done > 0) {
                settle(connection);
            }
        }
        while (done < run.count()) {
            onSegmentOf(run, done++, first);
        }
    }

    private void onSegmentOf(final SegmentRun run, final int index, final TcpSegment segment) {
        if (run.isVerified() || PseudoHeader.isIntact(
            run.remoteHigh(), run.remoteLow(), run.localHigh(), run.localLow(), run.segment(index), run.length(index))) {
            segment.parse(run.segment(index), run.length(index));
            segment.ecnField(run.trafficClass() & EcnSender.FIELD);
            onSegment(run.remoteHigh(), run.remoteLow(), run.localHigh(), run.localLow(), segment);
        } else {
            counters.increment(TcpCounter.DROP_CHECKSUM);
        }
    }

    private void onTimeWaitSegment(
        final TimeWaitRecord record, final TcpSegment segment, final long remoteHigh, final long remoteLow) {
        final ListenerPort listener = listeners.get(segment.localPort());
        if (listener == null || !timeWait.maySupersede(record, segment)) {
            timeWait.onSegment(record, segment, nowNs);
        } else if (listener.halfOpen.isFull()) {
            counters.increment(TcpCounter.DROP_BACKLOG); // a cookie cannot promise numbers beyond those of the last connection
        } else {
            counters.increment(TcpCounter.TIME_WAIT_REUSES);
            final int beyond = record.sequence + 1;
            timeWait.remove(record);
            onSyn(listener, segment, remoteHigh, remoteLow, beyond, true);
        }
    }

    private void onUnknownSegment(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow, final TcpSegment segment) {
        final ListenerPort listener = listeners.get(segment.localPort());
        if (listener == null) {
            counters.increment(TcpCounter.DROP_NO_CONNECTION);
            resetUnknown(remoteHigh, remoteLow, segment);
            return;
        }
        final HalfOpen record = listener.halfOpen.find(
            arrivalInterface, remoteHigh, remoteLow, localHigh, localLow, segment.remotePort(), segment.localPort());
        if (record != null) {
            handshakes.onSegment(listener, record, segment, nowNs);
        } else if (segment.hasSyn() && !segment.hasAck() && !segment.hasRst() && mayOpen(segment)) {
            onSyn(listener, segment, remoteHigh, remoteLow, 0, false);
        } else {
            onStray(listener, segment, remoteHigh, remoteLow);
        }
    }

    private boolean mayOpen(final TcpSegment syn) {
        return !syn.hasFin() || configuration.dialect().ignoresFinOfSyn();
    }

    /** Neither a SYN nor part of a handshake that is remembered: a cookie, or nothing a listener knows of. */
    private void onStray(
        final ListenerPort listener, final TcpSegment segment, final long remoteHigh, final long remoteLow) {
        if (handshakes.onStray(listener, replyRoute(remoteHigh, remoteLow), segment, nowNs)) {
            return;
        }
        counters.increment(TcpCounter.DROP_LISTENER);
        if (segment.hasAck() && !(segment.hasSyn() && configuration.dialect().listensInSilence())) {
            resetUnknown(remoteHigh, remoteLow, segment);
        }
    }

    private void resetUnknown(final long remoteHigh, final long remoteLow, final TcpSegment segment) {
        if (!segment.hasRst() && mayReset(remoteHigh, remoteLow)) {
            opening.resetUnknown(replyRoute(remoteHigh, remoteLow), segment, nowNs);
        }
    }

    /** Tells the sender of a segment that acknowledges what a handshake never sent (RFC 9293 section 3.5.1). */
    void resetStranger(final NetworkRoute route, final TcpSegment segment) {
        if (!segment.hasRst() && mayReset(route.remoteHigh(), route.remoteLow())) {
            opening.resetUnknown(route, segment, nowNs);
        }
    }

    private boolean mayReset(final long remoteHigh, final long remoteLow) {
        final boolean allowed = resetLimit.tryTake(remoteHigh, remoteLow, nowNs);
        if (!allowed) {
            counters.increment(TcpCounter.DROP_RESET_LIMIT);
        }
        return allowed;
    }

    /** A SYN for a listener. The new sequence numbers begin beyond those of the connection it supersedes, if any. */
    private void onSyn(
        final ListenerPort listener, final TcpSegment segment, final long remoteHigh, final long remoteLow,
        final int beyond, final boolean supersedes) {
        final NetworkRoute route = replyRoute(remoteHigh, remoteLow);
        if (route == null) {
            counters.increment(TcpCounter.DROP_NO_ROUTE);
            return;
        }
        handshakes.onSyn(listener, route, segment, beyond, supersedes, nowNs);
    }

    /** Makes a connection of a completed handshake, unless its owner or this engine cannot take it now. */
    boolean adopt(final ListenerPort listener, final HalfOpen record, final TcpSegment segment) {
        if (freeCount == 0 || !listener.acceptor.isReady()) {
            counters.increment(TcpCounter.DROP_ACCEPT_QUEUE);
            return false;
        }
        final Connection connection = take(record.route, record.remotePort(), record.localPort());
        opening.adopt(connection, listener, record, nowNs);
        arrival.onSegment(connection, segment, nowNs);
        if (connection.state == TcpState.SYN_RECEIVED) {
            closing.terminate(connection, CloseReason.ABORTED); // not what completes a handshake after all
        }
        settle(connection);
        return true;
    }

    /**
     * An ICMP error that quotes a segment of ours (RFC 5927): believed only if its sequence number is in flight, and fatal only
     * while connecting.
     *
     * @param kind       what was reported.
     * @param nextHopMtu for packets too big, else 0.
     * @param remoteHigh bits 127..64 of the quoted destination.
     * @param remoteLow  bits 63..0 of the quoted destination.
     * @param localHigh  bits 127..64 of the quoted source.
     * @param localLow   bits 63..0 of the quoted source.
     * @param address    of the quoted TCP header, 8 octets at least.
     */
    public void onIcmpError(
        final IcmpErrorKind kind, final int nextHopMtu,
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow, final long address) {
        table.interfaceId(arrivalInterface);
        final FourTuple entry = table.find(
            remoteHigh, remoteLow, localHigh, localLow,
            TcpHeaderFlyweight.destinationPort(address), TcpHeaderFlyweight.sourcePort(address));
        if (!(entry instanceof Connection connection)) {
            counters.increment(TcpCounter.DROP_ICMP);
            return;
        }
        final long position = Sequence.position(
            connection.sendOrigin, TcpHeaderFlyweight.sequence(address), connection.sndUna);
        if (position < connection.sndUna || position >= connection.sndNxt) {
            counters.increment(TcpCounter.DROP_ICMP);
            return;
        }
        if (kind == IcmpErrorKind.PACKET_TOO_BIG) {
            pathProbing.onTooBig(connection, nextHopMtu);
            touch(connection);
        } else {
            connection.softError = kind;
        }
        if (connection.state == TcpState.SYN_SENT && isFatal(kind)) {
            closing.terminate(connection, CloseReason.UNREACHABLE);
            deliver(connection);
        }
    }

    private boolean isFatal(final IcmpErrorKind kind) {
        return configuration.icmpEndsAttempts() && switch (kind) {
            case PORT_UNREACHABLE, PROTOCOL_UNREACHABLE, ADMIN_PROHIBITED -> true;
            case TIME_EXCEEDED -> configuration.dialect().endsAttemptOnTimeExceeded();
            case HOST_UNREACHABLE, PACKET_TOO_BIG -> false;
        };
    }

    /**
     * Expires timers.
     *
     * @param nowNs the engine's time.
     * @return how many sets and records were due.
     */
    public int onTime(final long nowNs) {
        this.nowNs = nowNs;
        lanes.unpark(nowNs);
        int expired = timeWait.onTime(nowNs);
        for (int i = 0; i < listening.size(); i++) {
            expired += handshakes.onTime(listening.get(i), nowNs);
        }
        TimerSet<Connection> due = deadlines.takeDue(nowNs);
        while (due != null) {
            timing.onTime(due, nowNs);
            settle(due.owner());
            expired++;
            due = deadlines.takeDue(nowNs);
        }
        return expired;
    }

    /**
     * Stamps the time of what follows.
     *
     * @param nowNs the engine's time.
     */
    public void now(final long nowNs) {
        this.nowNs = nowNs;
    }

    /**
     * When {@link #onTime} is due.
     *
     * @return the engine's time, or Long.MAX_VALUE.
     */
    public long nextDeadlineNs() {
        long timers = Math.min(deadlines.nextDeadlineNs(), timeWait.nextDeadlineNs());
        for (int i = 0; i < listening.size(); i++) {
            timers = Math.min(timers, listening.get(i).halfOpen.nextDeadlineNs());
        }
        return lanes.hasParked() || !control.isEmpty() || hasAnswers() ? Math.min(timers, nowNs + PARKED_POLL_NS) : timers;
    }

    /**
     * The next frame of a lane.
     *
     * @param lane 0..15.
     * @return its length in octets, or 0.
     */
    public int nextFrameLength(final int lane) {
        final int ofConnections = nextLengthOfConnections(lane);
        final int ofAnswers = nextLengthOfAnswers(lane);
        return isAnswersTurn(lane, ofAnswers, ofConnections) ? ofAnswers : ofConnections;
    }

    /** Answers to SYNs take turns with connections: a flood of SYNs gets half of a lane's frames at most. */
    private boolean isAnswersTurn(final int lane, final int ofAnswers, final int ofConnections) {
        return ofAnswers > 0 && (ofConnections == 0 || (answersTurns & 1 << lane) != 0);
    }

    private int nextLengthOfAnswers(final int lane) {
        return answers[lane] == null ? 0 : answers[lane].nextFrameLength(nowNs);
    }

    private boolean hasAnswers() {
        for (int i = 0; i < listening.size(); i++) {
            if (!answers[listening.get(i).lane].isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private int nextLengthOfConnections(final int lane) {
        Connection connection = lanes.first(lane);
        while (connection != null) {
            final int plan = emission.planned(connection);
            if (plan != SegmentEmission.NOTHING) {
                return emission.frameLength(connection, plan);
            }
            lanes.remove(connection);
            waitForTime(connection);
            connection = lanes.first(lane);
        }
        return 0;
    }

    /**
     * Frames of the last {@link #emit} that sent something.
     *
     * @return 1 or more.
     */
    public int framesEmitted() {
        return emission.segmentsEmitted();
    }

    /**
     * Sends the next frame of a lane, and more of the same connection if the sink takes trains.
     *
     * @param lane   0..15.
     * @param sink   where they are built.
     * @param frames most of them.
     * @return octets of the frames, or 0.
     */
    public int emit(final int lane, final FrameSink sink, final int frames) {
        final int ofConnections = nextLengthOfConnections(lane);
        if (isAnswersTurn(lane, nextLengthOfAnswers(lane), ofConnections)) {
            answersTurns &= ~(1 << lane);
            emission.onOtherEmitted();
            return answers[lane].poll(sink, nowNs);
        }
        if (ofConnections == 0) {
            return 0;
        }
        answersTurns |= 1 << lane;
        final Connection connection = lanes.first(lane);
        if (!connection.route.isResolved(nowNs)) {
            lanes.park(connection);
            timing.onParked(connection);
            return 0;
        }
        emission.trains.limit(frames);
        final int octets = emission.emit(connection, sink, nowNs); // as planned for the length
        if (octets > 0) {
            lanes.rotate(lane);
            touch(connection);
        }
        return octets;
    }

    /**
     * Sends a segment that belongs to no live connection.
     *
     * @param sink where it is built.
     * @return octets of the frame, or 0.
     */
    public int pollControl(final FrameSink sink) {
        return control.poll(sink, nowNs);
    }

    /**
     * Rings that have memory now, of both directions.
     *
     * @return a count, 0 when every connection is idle.
     */
    public int streamBuffersInUse() {
        return sendMemory.inUse() + receiveMemory.inUse();
    }

    /**
     * Octets of memory taken from the system for rings.
     *
     * @return what the most rings that ever had memory at once take.
     */
    public long streamOctetsReserved() {
        return sendMemory.reservedOctets() + receiveMemory.reservedOctets();
    }

    /**
     * Agrees with the other engines of the device, about local ports and initial numbers.
     *
     * @param owner says which flows come to this engine.
     */
    public void flowOwner(final FlowOwner owner) {
        ports.owner(owner);
        table.owner(owner);
        owner.unify(initialNumbers);
    }

    /**
     * Whether there is a connection, a half-open one or one in TIME-WAIT.
     *
     * @param interfaceId of the interface it goes by.
     * @param remoteHigh  bits 127..64 of the remote address.
     * @param remoteLow   bits 63..0 of the remote address.
     * @param localHigh   bits 127..64 of the local address.
     * @param localLow    bits 63..0 of the local address.
     * @param remotePort  the remote port.
     * @param localPort   the local port.
     * @return true if so.
     */
    public boolean hasFlow(
        final int interfaceId, final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        final ListenerPort listener = listeners.get(localPort);
        final boolean isHalfOpen = listener != null && listener.halfOpen.find(
            interfaceId, remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort) != null;
        table.interfaceId(interfaceId);
        return isHalfOpen || table.find(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort) != null;
    }

    /**
     * Whether an acknowledgement brings back a cookie of a listener's.
     *
     * @param remoteHigh      bits 127..64 of the remote address.
     * @param remoteLow       bits 63..0 of the remote address.
     * @param localHigh       bits 127..64 of the local address.
     * @param localLow        bits 63..0 of the local address.
     * @param remotePort      the remote port.
     * @param localPort       the local port.
     * @param sequence        of the segment.
     * @param acknowledgement of the segment.
     * @return true if so.
     */
    public boolean hasCookie(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort, final int sequence, final int acknowledgement) {
        final ListenerPort listener = listeners.get(localPort);
        return listener != null && handshakes.isCookie(
            listener, remoteHigh, remoteLow, localHigh, localLow, remotePort, sequence, acknowledgement, nowNs);
    }

    /**
     * When no cookie sent so far is good any more.
     *
     * @return the engine's time, long past when there was none.
     */
    public long cookiesExpireNs() {
        long lastNs = Long.MIN_VALUE / 2;
        for (int i = 0; i < listening.size(); i++) {
            lastNs = Math.max(lastNs, listening.get(i).lastCookieNs);
        }
        return lastNs + SynCookies.LIFE_NS;
    }

    /**
     * Shows every flow of {@link #hasFlow}.
     *
     * @param action done with each; must not change anything.
     */
    public void forEachFlow(final Consumer<FourTuple> action) {
        table.forEach(action);
        listening.forEach(listener -> listener.halfOpen.forEach(action));
    }

    /**
     * Connections taken from the pool.
     *
     * @return a count.
     */
    public int inUse() {
        return all.length - freeCount;
    }

    /**
     * Records of segments in flight, taken from the engine's memory for them.
     *
     * @return a count.
     */
    public int sendRecordsLent() {
        return records.lent();
    }

    /**
     * Four-tuples in TIME-WAIT.
     *
     * @return a count.
     */
    public int timeWaitRecords() {
        return timeWait.size();
    }

    /**
     * Keeps the lanes right after anything that may have changed what a connection sends next. One that stands in its lane
     * already is looked at when its turn comes.
     */
    void touch(final Connection connection) {
        emission.forget();
        if (lanes.hasTurn(connection)) {
            return;
        }
        if (emission.plan(connection) != SegmentEmission.NOTHING) {
            lanes.add(connection);
        } else {
            waitForTime(connection);
        }
    }

    /** Nothing is sent now: it may be that only a timer can move the connection. */
    private void waitForTime(final Connection connection) {
        if (emission.isHeld()) {
            timing.startPace(connection);
        } else {
            timing.startIfStuck(connection);
        }
    }

    /** After a segment or timer: tells the owner, then looks what there is to send. */
    private void settle(final Connection connection) {
        if (connection.events != 0) {
            deliver(connection);
        }
        touch(connection);
    }

    /** Calls the handler for what has happened, in order. The handler may end or release the connection at any call. */
    void deliver(final Connection connection) {
        if (connection.handler == null && !accept(connection)) {
            return;
        }
        if (takeEvent(connection, Connection.EVENT_CONNECTED)) {
            connection.handler.onConnected(connection);
        }
        if (takeEvent(connection, Connection.EVENT_ACKNOWLEDGED)) {
            connection.handler.onAcknowledged(connection);
        }
        if (takeEvent(connection, Connection.EVENT_RECEIVABLE)) {
            connection.handler.onReceivable(connection);
        }
        if (takeEvent(connection, Connection.EVENT_PEER_CLOSED)) {
            connection.handler.onPeerClosed(connection);
        }
        if (takeEvent(connection, Connection.EVENT_UNRESPONSIVE)) {
            connection.handler.onUnresponsive(connection);
        }
        if (takeEvent(connection, Connection.EVENT_CLOSED)) {
            connection.handler.onClosed(connection, connection.closeReason);
        }
    }

    private static boolean takeEvent(final Connection connection, final int event) {
        final boolean present = (connection.events & event) != 0;
        connection.events &= ~event;
        return present;
    }

    private void refuse(final Connection connection) {
        if (!connection.closed) {
            closing.resetPeer(connection);
            closing.terminate(connection, CloseReason.ABORTED);
        }
        free(connection);
    }

    /** Asks the acceptor once the handshake is complete; false if the connection has no owner (yet). */
    private boolean accept(final Connection connection) {
        if ((connection.events & Connection.EVENT_CONNECTED) == 0) {
            if (connection.closed) {
                free(connection); // half-open: nobody ever knew of it
            }
            return false;
        }
        if (connection.closed) {
            return false; // aborted by the acceptor, which is running: freed when it returns
        }
        final TcpHandler handler = connection.listener.acceptor.onAccept(connection);
        if (handler == null || connection.closed) {
            refuse(connection);
            return false;
        }
        counters.increment(TcpCounter.PASSIVE_OPENS);
        connection.handler = handler;
        return true;
    }
}
