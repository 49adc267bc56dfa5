package org.rds4j.tcp;

import java.util.random.RandomGenerator;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.network.IcmpErrorKind;
import org.rds4j.tcp.network.TransportHandler;

/**
 * TCP for one interface and one thread, without I/O: segments come in by {@link #onSegment}, time by {@link #onTime}, and
 * segments are pulled out lane by lane with {@link #emit}, so that an arbiter outside decides who sends.
 * Not thread safe; no method but {@link #listen} and {@link #connect} runs off the packet path, and none of the others throws or
 * allocates on the heap.
 */
public final class TcpEngine implements TransportHandler {
    /** Number of egress lanes. */
    public static final int LANES = 16;

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
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
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
     * @return the connection, or null, counted, when the four-tuple is in use or something has run out.
     */
    public TcpConnection connect(
        final long remoteHigh, final long remoteLow, final int remotePort, final int localPort,
        final int lane, final int dscp, final TcpHandler handler, final long nowNs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onSegment(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final long address, final int length, final int trafficClass, final boolean checksumVerified, final long nowNs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onIcmpError(
        final IcmpErrorKind kind, final int nextHopMtu,
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final long address, final int length, final long nowNs) {
        throw new UnsupportedOperationException();
    }

    /**
     * Tells the time; timers that are due expire. To be called once per duty cycle, before emission.
     *
     * @param nowNs the engine's time.
     * @return timers expired.
     */
    public int onTime(final long nowNs) {
        throw new UnsupportedOperationException();
    }

    /**
     * When {@link #onTime} must be called at the latest. May be early, is never late.
     *
     * @return the engine's time, or Long.MAX_VALUE when nothing is scheduled.
     */
    public long nextDeadlineNs() {
        throw new UnsupportedOperationException();
    }

    /**
     * What a lane would send next. Within a lane, connections with something to send take turns.
     *
     * @param lane 0..15.
     * @return octets of the frame (link, IP and TCP headers and payload), 0 if nothing may be sent now.
     */
    public int nextFrameLength(final int lane) {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    /**
     * Sends one of the segments that belong to no live connection: resets, and acknowledgements in TIME-WAIT.
     *
     * @param sink  where it is built. Borrowed.
     * @param nowNs the engine's time.
     * @return octets of the frame, or 0 if none waits, or the sink had no frame, or the next hop is not resolved.
     */
    public int pollControl(final FrameSink sink, final long nowNs) {
        throw new UnsupportedOperationException();
    }

    /**
     * Connections that hold an object and memory, closed but unreleased ones included.
     *
     * @return a count, 0 when everything is home.
     */
    public int connectionsInUse() {
        throw new UnsupportedOperationException();
    }

    /**
     * Four-tuples held in TIME-WAIT.
     *
     * @return a count.
     */
    public int timeWaitRecords() {
        throw new UnsupportedOperationException();
    }
}
