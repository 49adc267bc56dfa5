package org.rds4j.tcp;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.rds4j.tcp.congestion.EcnSender;
import org.rds4j.tcp.connection.Connections;
import org.rds4j.tcp.connection.Demultiplexer;
import org.rds4j.tcp.connection.LaneEmission;
import org.rds4j.tcp.connection.TimerExpiry;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.network.IcmpErrorKind;
import org.rds4j.tcp.network.SegmentRun;
import org.rds4j.tcp.network.TransportHandler;
import org.rds4j.tcp.steering.EngineFlows;
import org.rds4j.tcp.steering.FlowOwner;
import org.rds4j.tcp.table.ConnectionTable;
import org.rds4j.tcp.table.FourTuple;
import org.rds4j.tcp.wire.PseudoHeader;
import org.rds4j.tcp.wire.TcpSegment;

/**
 * TCP for one interface and one thread, without I/O: segments come in by {@link #onSegment}, time by {@link #onTime}, and
 * segments are pulled out lane by lane with {@link #emit}, so that an arbiter outside decides who sends.
 * Not thread safe; no method but {@link #listen} and {@link #connect} runs off the packet path, and none of the others throws or
 * allocates on the heap.
 */
public final class TcpEngine implements TransportHandler, EngineFlows {
    /** Number of egress lanes. */
    public static final int LANES = 16;

    private static final int MAX_DSCP = 63;
    private static final int MAX_PORT = 65_535;

    private final TcpCounters counters;
    private final Connections connections;
    private final Demultiplexer demultiplexer;
    private final LaneEmission lanes;
    private final TimerExpiry timers;
    private final TcpSegment segment = new TcpSegment();

    /**
     * An engine with no connections.
     *
     * @param configuration sizes of pools, timing and features.
     * @param routes        ways to other hosts.
     * @param random        source of the engine's secrets (sequence numbers, ports); must be cryptographically strong in
     *                      production and may be seeded in simulation. Retained.
     * @param counters      where events are counted. Retained.
     */
    public TcpEngine(
        final TcpConfiguration configuration, final Routes routes, final RandomGenerator random, final TcpCounters counters) {
        this.counters = counters;
        connections = new Connections(configuration, routes, random, counters);
        demultiplexer = connections.demultiplexer();
        lanes = connections.lanes();
        timers = connections.timers();
    }

    /**
     * Takes connections on a port, on lane 0 with code point 0 until the acceptor decides otherwise.
     *
     * @param port     1..65535.
     * @param acceptor asked about each completed connection. Retained.
     * @return the listener.
     * @throws IllegalArgumentException if the port is out of range.
     * @throws IllegalStateException    if something listens there already.
     */
    public TcpListener listen(final int port, final TcpAcceptor acceptor) {
        return listen(port, 0, 0, acceptor);
    }

    /**
     * Takes connections on a port.
     *
     * @param port     1..65535.
     * @param lane     by which handshakes are answered, and accepted connections leave until the acceptor decides otherwise.
     * @param dscp     code point, likewise.
     * @param acceptor asked about each completed connection. Retained.
     * @return the listener.
     * @throws IllegalArgumentException if port, lane or code point is out of range.
     * @throws IllegalStateException    if something listens there already.
     */
    public TcpListener listen(final int port, final int lane, final int dscp, final TcpAcceptor acceptor) {
        checkPort(port);
        checkEgress(lane, dscp);
        return connections.listen(port, lane, dscp, Objects.requireNonNull(acceptor, "acceptor"));
    }

    /**
     * Opens a connection from a local port chosen by RFC 6056.
     *
     * @param remoteHigh bits 127..64 of the peer's address.
     * @param remoteLow  bits 63..0 of the peer's address.
     * @param remotePort 1..65535.
     * @param lane       0..15.
     * @param dscp       0..63.
     * @param handler    told what happens. Retained.
     * @param nowNs      the engine's time.
     * @return the connection in SYN-SENT, the caller's until it releases it; or null, counted, when connections, ports
     * or routes have run out.
     */
    public TcpConnection connect(
        final long remoteHigh, final long remoteLow, final int remotePort,
        final int lane, final int dscp, final TcpHandler handler, final long nowNs) {
        return open(remoteHigh, remoteLow, remotePort, 0, lane, dscp, handler, nowNs);
    }

    /**
     * Opens a connection from a given local port.
     *
     * @param remoteHigh bits 127..64 of the peer's address.
     * @param remoteLow  bits 63..0 of the peer's address.
     * @param remotePort 1..65535.
     * @param localPort  1..65535.
     * @param lane       0..15.
     * @param dscp       0..63.
     * @param handler    told what happens. Retained.
     * @param nowNs      the engine's time.
     * @return the connection, or null, counted, when the four-tuple is in use, its replies come to another engine
     * ({@link #flowOwner}), or something has run out.
     */
    public TcpConnection connect(
        final long remoteHigh, final long remoteLow, final int remotePort, final int localPort,
        final int lane, final int dscp, final TcpHandler handler, final long nowNs) {
        checkPort(localPort);
        return open(remoteHigh, remoteLow, remotePort, localPort, lane, dscp, handler, nowNs);
    }

    @Override
    public void arrivingBy(final int interfaceId) {
        demultiplexer.arrivingBy(interfaceId);
    }

    @Override
    public void onSegment(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final long address, final int length, final int trafficClass, final boolean checksumVerified, final long nowNs) {
        connections.now(nowNs);
        counters.increment(TcpCounter.SEGMENTS_IN);
        if (!segment.parse(address, length)) {
            counters.increment(TcpCounter.DROP_MALFORMED);
        } else if (!checksumVerified && !PseudoHeader.isIntact(remoteHigh, remoteLow, localHigh, localLow, address, length)) {
            counters.increment(TcpCounter.DROP_CHECKSUM);
        } else {
            segment.ecnField(trafficClass & EcnSender.FIELD);
            demultiplexer.onSegment(remoteHigh, remoteLow, localHigh, localLow, segment);
        }
    }

    @Override
    public void onRun(final SegmentRun run, final long nowNs) {
        connections.now(nowNs);
        counters.add(TcpCounter.SEGMENTS_IN, run.count());
        if (!segment.parse(run.segment(0), run.length(0))) {
            counters.add(TcpCounter.DROP_MALFORMED, run.count());
        } else {
            segment.ecnField(run.trafficClass() & EcnSender.FIELD);
            demultiplexer.onRun(run, segment);
        }
    }

    @Override
    public void onIcmpError(
        final IcmpErrorKind kind, final int nextHopMtu,
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final long address, final int length, final long nowNs) {
        connections.now(nowNs);
        demultiplexer.onIcmpError(kind, nextHopMtu, remoteHigh, remoteLow, localHigh, localLow, address);
    }

    /**
     * Tells the time; timers that are due expire. To be called once per duty cycle, before emission.
     *
     * @param nowNs the engine's time.
     * @return timers expired.
     */
    public int onTime(final long nowNs) {
        connections.now(nowNs);
        return timers.onTime(nowNs);
    }

    /**
     * When {@link #onTime} must be called at the latest. May be early, is never late.
     *
     * @return the engine's time, or Long.MAX_VALUE when nothing is scheduled.
     */
    public long nextDeadlineNs() {
        return timers.nextDeadlineNs();
    }

    /**
     * What a lane would send next. Within a lane, connections with something to send take turns.
     *
     * @param lane 0..15.
     * @return octets of the frame (link, IP and TCP headers and payload; padding of the shortest frames is not counted), 0 if
     * nothing may be sent now.
     */
    public int nextFrameLength(final int lane) {
        return lanes.nextFrameLength(lane);
    }

    /**
     * Sends the lane's next frame.
     *
     * @param lane  0..15.
     * @param sink  where it is built. Borrowed.
     * @param nowNs the engine's time.
     * @return octets of the frame, or 0 if nothing may be sent, or the sink had no frame, or the next hop is not resolved.
     */
    public int emit(final int lane, final FrameSink sink, final long nowNs) {
        return emit(lane, sink, nowNs, Integer.MAX_VALUE);
    }

    /**
     * Sends the lane's next frame, and further ones of the same connection in the same pass if the sink is a
     * {@link org.rds4j.tcp.link.SegmentSink}: none but full segments of new data and the small one behind them.
     *
     * @param lane   0..15.
     * @param sink   where they are built. Borrowed.
     * @param nowNs  the engine's time.
     * @param frames most frames, at least 1. Each is at most {@link #nextFrameLength} octets long.
     * @return octets of all frames, or 0 as for {@link #emit(int, FrameSink, long)}.
     */
    public int emit(final int lane, final FrameSink sink, final long nowNs, final int frames) {
        connections.now(nowNs);
        return lanes.emit(lane, sink, frames, nowNs);
    }

    /**
     * How many frames on the wire the last {@code emit} made that did not return 0.
     *
     * @return 1 or more.
     */
    public int framesEmitted() {
        return lanes.framesEmitted();
    }

    /**
     * Sends one of the segments that belong to no live connection: resets, and acknowledgements in TIME-WAIT.
     *
     * @param sink  where it is built. Borrowed.
     * @param nowNs the engine's time.
     * @return octets of the frame, or 0 if none waits, or the sink had no frame, or the next hop is not resolved.
     */
    public int pollControl(final FrameSink sink, final long nowNs) {
        connections.now(nowNs);
        return lanes.pollControl(sink, nowNs);
    }

    /**
     * Restricts local ports to those whose replies come to this engine and that no other has in use, and takes the secret of
     * initial numbers that all have in common; once, before the first connection.
     *
     * @param owner what the engines of the device agree on. Retained.
     */
    public void flowOwner(final FlowOwner owner) {
        connections.flowOwner(Objects.requireNonNull(owner, "owner"));
    }

    /**
     * Says who is told of segments of connections that this engine does not have; nobody unless this is called.
     *
     * @param listener retained.
     */
    public void strays(final StrayListener listener) {
        demultiplexer.strays(Objects.requireNonNull(listener, "listener"));
    }

    @Override
    public boolean hasFlow(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        return connections.hasFlow(
            ConnectionTable.ANY_INTERFACE, remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort);
    }

    @Override
    public boolean hasCookie(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort, final int sequence, final int acknowledgement) {
        return connections.hasCookie(
            remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort, sequence, acknowledgement);
    }

    @Override
    public long cookiesExpireNs() {
        return connections.cookiesExpireNs();
    }

    @Override
    public void forEachFlow(final Consumer<FourTuple> action) {
        connections.forEachFlow(action);
    }

    /**
     * Connections that hold an object and memory, closed but unreleased ones included.
     *
     * @return a count, 0 when everything is home.
     */
    public int connectionsInUse() {
        return connections.inUse();
    }

    /**
     * Records of segments in flight that connections have taken from the memory they share
     * ({@link TcpConfiguration#maxSendRecords()}).
     *
     * @return a count, 0 when nothing is in flight.
     */
    public int sendRecordsLent() {
        return connections.sendRecordsLent();
    }

    /**
     * Stream rings that have memory now, of both directions: those of connections with data in flight, claimed or unread.
     *
     * @return a count, 0 when every connection is idle.
     */
    public int streamBuffersInUse() {
        return connections.streamBuffersInUse();
    }

    /**
     * Octets of memory taken from the system for stream rings. They are used again and again, and given back with the engine.
     *
     * @return what the most rings that ever had memory at once take.
     */
    public long streamOctetsReserved() {
        return connections.streamOctetsReserved();
    }

    /**
     * Four-tuples held in TIME-WAIT.
     *
     * @return a count.
     */
    public int timeWaitRecords() {
        return connections.timeWaitRecords();
    }

    private TcpConnection open(
        final long remoteHigh, final long remoteLow, final int remotePort, final int localPort,
        final int lane, final int dscp, final TcpHandler handler, final long nowNs) {
        checkPort(remotePort);
        checkEgress(lane, dscp);
        Objects.requireNonNull(handler, "handler");
        connections.now(nowNs);
        return connections.connect(remoteHigh, remoteLow, remotePort, localPort, lane, dscp, handler);
    }

    private static void checkPort(final int port) {
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("port is " + port + " but must be from 1 to " + MAX_PORT);
        }
    }

    private static void checkEgress(final int lane, final int dscp) {
        if (lane < 0 || lane >= LANES) {
            throw new IllegalArgumentException("lane is " + lane + " but must be from 0 to " + (LANES - 1));
        }
        if (dscp < 0 || dscp > MAX_DSCP) {
            throw new IllegalArgumentException("dscp is " + dscp + " but must be from 0 to " + MAX_DSCP);
        }
    }
}
