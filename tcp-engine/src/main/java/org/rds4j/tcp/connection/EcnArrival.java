package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.EcnMode;
import org.rds4j.tcp.congestion.EcnSender;
import org.rds4j.tcp.wire.TcpSegment;

/** What segments that arrive say of congestion by marks and flags (RFC 3168 section 6.1, RFC 8257 section 3.2). */
final class EcnArrival {
    private final EcnMode mode;
    private final TcpCounters counters;

    EcnArrival(final TcpConfiguration configuration, final TcpCounters counters) {
        this.mode = configuration.flow().ecn();
        this.counters = counters;
    }

    /**
     * The peer's SYN or SYN-ACK arrived. A SYN asks with ECE and CWR, a SYN-ACK grants with ECE alone; a host that has sent a SYN
     * without asking may not use ECN (RFC 3168 section 6.1.1).
     */
    void onSyn(final Connection c, final TcpSegment segment) {
        final boolean agreed = segment.hasAck()
            ? c.ecnOffered && segment.hasEce() && !segment.hasCwr()
            : isGranted(segment);
        start(c, agreed);
    }

    /** Settles whether a connection uses ECN. */
    void start(final Connection c, final boolean agreed) {
        c.ecnSender.start(agreed);
        c.ecnReceiver.start(agreed, c.congestion.needsExactMarks());
    }

    /** Whether a SYN asks for ECN and gets it. */
    boolean isGranted(final TcpSegment segment) {
        return mode != EcnMode.OFF && segment.hasEce() && segment.hasCwr();
    }

    /** The handshake is complete. */
    void onEstablished(final Connection c) {
        if (c.ecnSender.isEnabled()) {
            counters.increment(TcpCounter.ECN_CONNECTIONS);
        }
    }

    /** Data arrived and is not taken in yet. */
    void onData(final Connection c, final TcpSegment segment) {
        if (c.ecnSender.isEnabled() && segment.ecnField() == EcnSender.CONGESTION_EXPERIENCED) {
            counters.increment(TcpCounter.ECN_MARKED_IN);
        }
        if (c.ecnReceiver.onData(segment.ecnField(), segment.hasCwr(), c.received.received(), c.lastAckSent)) {
            c.acks.onUrgent();
        }
    }

    /** New data was acknowledged; congestion control and recovery have heard of it. */
    void onAcknowledged(final Connection c, final TcpSegment segment, final long octets, final long nowNs) {
        if (!segment.hasEce() || !c.ecnSender.isEnabled()) {
            return;
        }
        counters.increment(TcpCounter.ECN_ECHOES_IN);
        if (!c.recovery.isRecovering() && c.ecnSender.onEcho(c.sndUna) && c.recovery.onCongestionEcho(octets, nowNs)) {
            counters.increment(TcpCounter.ECN_REDUCTIONS);
        }
    }
}
