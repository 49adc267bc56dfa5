package org.rds4j.tcp.connection;

import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.Routes;
import org.rds4j.tcp.StrayListener;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.congestion.EcnSender;
import org.rds4j.tcp.network.IcmpErrorKind;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.network.SegmentRun;
import org.rds4j.tcp.sequence.Sequence;
import org.rds4j.tcp.table.ConnectionTable;
import org.rds4j.tcp.table.FourTuple;
import org.rds4j.tcp.wire.PseudoHeader;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;
import org.rds4j.tcp.wire.TcpSegment;

/**
 * Brings what arrives to whom it is for: a connection, a record of TIME-WAIT, a handshake of a listener, or nobody. Nothing here
 * is part of the public API. One thread.
 */
public final class Demultiplexer {
    private final Connections connections;
    private final Routes routes;
    private final TcpConfiguration configuration;
    private final TcpCounters counters;
    private final ConnectionTable table;
    private final Listeners listeners;
    private final Handshakes handshakes;
    private final TimeWaitList timeWait;
    private final SegmentArrival arrival;
    private final RunArrival runArrival;
    private final OwnerEvents events;
    private StrayListener strays = StrayListener.NONE;
    private int arrivalInterface;
    private long arrivalHigh;
    private long arrivalLow;

    Demultiplexer(
        final Connections connections, final Routes routes, final Listeners listeners, final Handshakes handshakes,
        final SegmentArrival arrival) {
        this.connections = connections;
        this.routes = routes;
        this.listeners = listeners;
        this.handshakes = handshakes;
        this.arrival = arrival;
        configuration = connections.configuration;
        counters = connections.counters;
        table = connections.table;
        timeWait = connections.timeWait;
        events = connections.events;
        runArrival = new RunArrival(arrival);
    }

    /**
     * Says by which interface the segments and errors come that follow.
     *
     * @param interfaceId 0 or more.
     */
    public void arrivingBy(final int interfaceId) {
        arrivalInterface = interfaceId;
    }

    /**
     * Says who is told of segments of connections that are not here.
     *
     * @param listener retained.
     */
    public void strays(final StrayListener listener) {
        strays = listener;
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
            arrival.onSegment(connection, segment, connections.nowNs);
            events.settle(connection);
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
            done = runArrival.take(connection, first, run, connections.nowNs);
            if (done > 0) {
                events.settle(connection);
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
        final ListenerPort listener = listeners.at(segment.localPort());
        if (listener == null || !timeWait.maySupersede(record, segment)) {
            timeWait.onSegment(record, segment, connections.nowNs);
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
        final ListenerPort listener = listeners.at(segment.localPort());
        if (listener == null) {
            counters.increment(TcpCounter.DROP_NO_CONNECTION);
            if (resetUnknown(remoteHigh, remoteLow, segment) && segment.hasAck() && !segment.hasSyn()) {
                strays.onStray(remoteHigh, remoteLow, segment.remotePort(), segment.localPort());
            }
            return;
        }
        final HalfOpen record = listener.halfOpen.find(
            arrivalInterface, remoteHigh, remoteLow, localHigh, localLow, segment.remotePort(), segment.localPort());
        if (record != null) {
            handshakes.onSegment(listener, record, segment, connections.nowNs);
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
        if (handshakes.onStray(listener, replyRoute(remoteHigh, remoteLow), segment, connections.nowNs)) {
            return;
        }
        counters.increment(TcpCounter.DROP_LISTENER);
        if (segment.hasAck() && !(segment.hasSyn() && configuration.dialect().listensInSilence())) {
            resetUnknown(remoteHigh, remoteLow, segment);
        }
    }

    /** Returns whether it was answered: a reset never is, nor what is beyond the budget. */
    private boolean resetUnknown(final long remoteHigh, final long remoteLow, final TcpSegment segment) {
        final long nowNs = connections.nowNs;
        final boolean isAnswered = connections.resets.isAnswered(segment, remoteHigh, remoteLow, nowNs);
        if (isAnswered) {
            connections.resets.send(replyRoute(remoteHigh, remoteLow), segment, nowNs);
        }
        return isAnswered;
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
        handshakes.onSyn(listener, route, segment, beyond, supersedes, connections.nowNs);
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
            connections.pathProbing.onTooBig(connection, nextHopMtu);
            connections.lanes.touch(connection);
        } else {
            connection.softError = kind;
        }
        if (connection.state == TcpState.SYN_SENT && isFatal(kind)) {
            connections.closing.terminate(connection, CloseReason.UNREACHABLE);
            events.deliver(connection);
        }
    }

    private boolean isFatal(final IcmpErrorKind kind) {
        return configuration.icmpEndsAttempts() && switch (kind) {
            case PORT_UNREACHABLE, PROTOCOL_UNREACHABLE, ADMIN_PROHIBITED -> true;
            case TIME_EXCEEDED -> configuration.dialect().endsAttemptOnTimeExceeded();
            case HOST_UNREACHABLE, PACKET_TOO_BIG -> false;
        };
    }
}
