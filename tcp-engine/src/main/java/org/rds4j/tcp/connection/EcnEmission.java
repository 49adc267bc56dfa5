package org.rds4j.tcp.connection;

import static org.rds4j.tcp.wire.TcpHeaderFlyweight.CWR;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.ECE;

import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.EcnMode;

/** The flags by which segments that leave ask for ECN, grant it and use it (RFC 3168 section 6.1). */
final class EcnEmission {
    private final EcnMode mode;
    private final int requests;
    private final TcpCounters counters;

    EcnEmission(final TcpConfiguration configuration, final TcpCounters counters) {
        this.mode = configuration.flow().ecn();
        this.requests = 1 + configuration.ecnSynRetries();
        this.counters = counters;
    }

    /** Flags of a SYN: some paths drop those that ask for ECN, so after some the next does not (RFC 3168 section 6.1.1.1). */
    int requestFlags(final Connection c) {
        if (mode != EcnMode.ACTIVE) {
            return 0;
        }
        final boolean first = c.sndNxt < 0;
        c.ecnOffered = (first || c.ecnOffered) && c.retries < requests;
        if (!c.ecnOffered && c.retries == requests) {
            counters.increment(TcpCounter.ECN_FALLBACKS);
        }
        return c.ecnOffered ? ECE | CWR : 0;
    }

    /** Flags of a SYN-ACK. */
    int replyFlags(final Connection c) {
        return c.ecnSender.isEnabled() ? ECE : 0;
    }

    /** Flags of every other segment. */
    int flags(final Connection c, final boolean newData) {
        return (c.ecnReceiver.echoes() ? ECE : 0) | (newData && c.ecnSender.isReductionDue() ? CWR : 0);
    }
}
