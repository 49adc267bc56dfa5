package org.rds4j.tcp.connection;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.Routes;
import org.rds4j.tcp.TcpAcceptor;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpListener;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.receive.ReceiveStream;
import org.rds4j.tcp.send.RecordPool;
import org.rds4j.tcp.send.RttLimits;
import org.rds4j.tcp.sequence.InitialNumbers;
import org.rds4j.tcp.steering.FlowOwner;
import org.rds4j.tcp.stream.StreamMemory;
import org.rds4j.tcp.table.ConnectionTable;
import org.rds4j.tcp.table.FourTuple;
import org.rds4j.tcp.table.PortSelector;
import org.rds4j.tcp.timer.DeadlineQueue;
import org.rds4j.tcp.wire.TcpSegment;

/**
 * All connections of one engine: their pool, how they come into being and go back, and what the classes of this package share.
 * What comes in goes to the {@link Demultiplexer}, what leaves comes from {@link LaneEmission}, what is due by itself is done by
 * {@link TimerExpiry}. Nothing here is part of the public API; {@link org.rds4j.tcp.TcpEngine} is. One thread.
 */
public final class Connections {
    final TcpConfiguration configuration;
    final TcpCounters counters;
    final ConnectionSettings defaults;
    final RttLimits rttLimits;
    final DeadlineQueue<Connection> deadlines;
    final RecordPool records;
    final StreamMemory sendMemory;
    final StreamMemory receiveMemory;
    final ConnectionTable table;
    final ControlQueue control;
    final TimeWaitList timeWait;
    final StrangerResets resets;
    final ConnectionTiming timing;
    final PathProbing pathProbing;
    final LaneEmission lanes;
    final ConnectionClosing closing = new ConnectionClosing(this);
    final OwnerEvents events = new OwnerEvents(this);
    long nowNs;

    private final Routes routes;
    private final InitialNumbers initialNumbers;
    private final PortSelector ports;
    private final OpeningArrival opening;
    private final SegmentArrival arrival;
    private final Listeners listeners;
    private final Demultiplexer demultiplexer;
    private final TimerExpiry timers;
    private final Connection[] free;
    private int freeCount;

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
        final SegmentWriter writer = new SegmentWriter(configuration.transmitChecksum());
        control = new ControlQueue(configuration, writer, counters);
        resets = new StrangerResets(configuration, control, counters, random);
        timeWait = new TimeWaitList(table, control, counters, configuration);
        pathProbing = new PathProbing(this, counters);
        timing = new ConnectionTiming(this, configuration, counters);
        lanes = new LaneEmission(this, writer);
        opening = new OpeningArrival(this, configuration, counters);
        arrival = new SegmentArrival(this, configuration, counters, timing, opening);
        defaults = new ConnectionSettings(configuration);
        rttLimits = new RttLimits(configuration.initialRtoNs(), configuration.rtoFloorNs(), configuration.rtoCeilingNs(),
            configuration.rtoFloorOnVariation());
        free = new Connection[capacity];
        while (freeCount < capacity) {
            free[freeCount++] = new Connection(this, configuration);
        }
        free[0].reset(configuration);
        final Handshakes handshakes = new Handshakes(
            this, configuration, counters, initialNumbers, random, free[0].window.announceUnscaled());
        listeners = new Listeners(configuration, defaults, lanes, handshakes, random);
        demultiplexer = new Demultiplexer(this, routes, listeners, handshakes, arrival);
        timers = new TimerExpiry(this, listeners);
    }

    /**
     * What takes segments and errors in.
     *
     * @return the same each time.
     */
    public Demultiplexer demultiplexer() {
        return demultiplexer;
    }

    /**
     * What lets segments out.
     *
     * @return the same each time.
     */
    public LaneEmission lanes() {
        return lanes;
    }

    /**
     * What is done by itself when it is time.
     *
     * @return the same each time.
     */
    public TimerExpiry timers() {
        return timers;
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
        return listeners.open(port, lane, dscp, acceptor);
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
        lanes.touch(connection);
    }

    private Connection take(final NetworkRoute route, final int remotePort, final int localPort) {
        if (freeCount == 0) {
            counters.increment(TcpCounter.DROP_NO_CONNECTIONS_LEFT);
            return null;
        }
        final Connection connection = free[--freeCount];
        connection.reset(configuration);
        connection.inUse = true;
        connection.tuple(
            route.remoteHigh(), route.remoteLow(), route.localHigh(), route.localLow(), remotePort, localPort);
        connection.interfaceId(route.interfaceId());
        connection.route = route;
        route.hold();
        connection.timestampOffset = initialNumbers.timestampOffset(connection);
        connection.frameOverhead = (byte) route.overheadLength();
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

    /** Makes a connection of a completed handshake, unless its owner or this engine cannot take it now. */
    boolean adopt(final ListenerPort listener, final HalfOpen record, final TcpSegment segment) {
        if (freeCount == 0 || !listener.acceptor.isReady()) {
            counters.increment(freeCount == 0 ? TcpCounter.DROP_NO_CONNECTIONS_LEFT : TcpCounter.DROP_ACCEPT_QUEUE);
            return false;
        }
        final Connection connection = take(record.route, record.remotePort(), record.localPort());
        opening.adopt(connection, listener, record, nowNs);
        arrival.onSegment(connection, segment, nowNs);
        if (connection.state == TcpState.SYN_RECEIVED) {
            closing.terminate(connection, CloseReason.ABORTED); // not what completes a handshake after all
        }
        events.settle(connection);
        return true;
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
        listeners.owner(owner);
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
        table.interfaceId(interfaceId);
        return listeners.hasHalfOpen(interfaceId, remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort) ||
            table.find(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort) != null;
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
        return listeners.hasCookie(
            remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort, sequence, acknowledgement, nowNs);
    }

    /**
     * When no cookie sent so far is good any more.
     *
     * @return the engine's time, long past when there was none.
     */
    public long cookiesExpireNs() {
        return listeners.cookiesExpireNs();
    }

    /**
     * Shows every flow of {@link #hasFlow}.
     *
     * @param action done with each; must not change anything.
     */
    public void forEachFlow(final Consumer<FourTuple> action) {
        table.forEach(action);
        listeners.forEachHalfOpen(action);
    }

    /**
     * Connections taken from the pool.
     *
     * @return a count.
     */
    public int inUse() {
        return free.length - freeCount;
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
}
