package org.rds4j.tcp.connection;

import static org.rds4j.tcp.wire.TcpHeaderFlyweight.ACK;

import java.util.random.RandomGenerator;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.limit.DestinationLimit;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.wire.TcpSegment;

/** Answers to segments that belong to no connection, or to none that could have caused them: limited (RFC 9293 section 3.5.2). */
final class StrangerResets {
    private final ControlQueue control;
    private final TcpCounters counters;
    private final DestinationLimit limit;

    StrangerResets(
        final TcpConfiguration configuration, final ControlQueue control, final TcpCounters counters,
        final RandomGenerator random) {
        this.control = control;
        this.counters = counters;
        limit = new DestinationLimit(configuration.resetsPerSecond(), configuration.resetsPerDestination(), random);
    }

    /** Tells the sender of a segment that acknowledges what a handshake never sent (RFC 9293 section 3.5.1). */
    void answer(final NetworkRoute route, final TcpSegment segment, final long nowNs) {
        if (isAnswered(segment, route.remoteHigh(), route.remoteLow(), nowNs)) {
            send(route, segment, nowNs);
        }
    }

    /** Whether a segment is to be answered, which counts: it must be {@link #send}. */
    boolean isAnswered(final TcpSegment segment, final long remoteHigh, final long remoteLow, final long nowNs) {
        if (segment.hasRst()) {
            return false;
        }
        final boolean allowed = limit.tryTake(remoteHigh, remoteLow, nowNs);
        if (!allowed) {
            counters.increment(TcpCounter.DROP_RESET_LIMIT);
        }
        return allowed;
    }

    /** The reply to a segment that belongs to no connection (RFC 9293 section 3.5.2, group 1). */
    void send(final NetworkRoute route, final TcpSegment segment, final long nowNs) {
        if (segment.hasAck()) {
            control.reset(
                route, segment.localPort(), segment.remotePort(), segment.acknowledgement(), 0, 0, nowNs);
        } else {
            control.reset(
                route, segment.localPort(), segment.remotePort(), 0, segment.sequence() + segment.length(), ACK, nowNs);
        }
    }
}
