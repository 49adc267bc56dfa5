package org.rds4j.tcp.connection;

import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.InitialWindow;
import org.rds4j.tcp.wire.TcpOptions;
import org.rds4j.tcp.wire.TcpSegment;

/** Arrival of segments while the handshake runs: SYN-SENT, and what completes SYN-RECEIVED. */
final class OpeningArrival {
    private static final long RTO_AFTER_SYN_TIMEOUT_NS = 3_000_000_000L;

    private final Connections connections;
    private final TcpConfiguration configuration;
    private final TcpCounters counters;
    private final EcnArrival ecn;

    OpeningArrival(final Connections connections, final TcpConfiguration configuration, final TcpCounters counters) {
        this.connections = connections;
        this.configuration = configuration;
        this.counters = counters;
        this.ecn = new EcnArrival(configuration, counters);
    }

    /** RFC 9293 section 3.10.7.3. True if the connection is established now. */
    boolean onSynSent(final Connection c, final TcpSegment segment, final long nowNs) {
        final boolean acknowledged = segment.hasAck();
        if (acknowledged && (c.sndNxt < 0 || segment.acknowledgement() != c.sequence(0))) {
            counters.increment(TcpCounter.DROP_BAD_ACK);
            connections.resets.answer(c.route, segment, nowNs);
            return false;
        }
        if (segment.hasRst()) {
            onReset(c, acknowledged);
            return false;
        }
        if (!segment.hasSyn()) {
            counters.increment(TcpCounter.DROP_OUT_OF_WINDOW);
            return false;
        }
        takeSyn(c, segment, nowNs);
        if (!acknowledged) {
            c.transition(Transition.SYN_CROSSED);
            c.synDue = true;
            c.timers.start(Connection.RETRANSMIT, nowNs + c.rtt.timeoutNs());
            return false;
        }
        c.sndUna = 0;
        establish(c, segment, -1, nowNs);
        c.acks.onUrgent();
        return true;
    }

    private void onReset(final Connection c, final boolean believed) {
        if (believed) {
            counters.increment(TcpCounter.RESETS_IN);
            connections.closing.terminate(c, CloseReason.REFUSED);
        } else {
            counters.increment(TcpCounter.DROP_BAD_RESET);
        }
    }

    /** Takes the peer's SYN: its sequence number and options, and text if there is any, which waits for the handshake's end. */
    void takeSyn(final Connection c, final TcpSegment segment, final long nowNs) {
        c.receiveOrigin = segment.sequence() + 1;
        negotiate(c, segment.options(), nowNs);
        ecn.onSyn(c, segment);
        final int length = Math.min(segment.payloadLength(), c.received.capacity());
        if (length > 0) {
            c.received.write(0, segment.payload(), length);
            counters.add(TcpCounter.OCTETS_IN, length);
        }
        if (segment.hasFin() && length == segment.payloadLength() && !configuration.dialect().ignoresFinOfSyn()) {
            c.peerFin = length;
        }
        c.lastReceivedNs = nowNs;
    }

    private void negotiate(final Connection c, final TcpOptions options, final long nowNs) {
        c.timestamps = configuration.timestamps() && options.hasTimestamps();
        if (c.timestamps) {
            c.tsRecent = options.timestamp();
            c.tsRecentNs = nowNs;
        }
        c.understandsSack(configuration.sack() && options.isSackPermitted());
        c.windowScale = configuration.windowScale() && options.windowShift() != TcpOptions.ABSENT;
        c.sndShift = (byte) (c.windowScale ? Math.min(options.windowShift(), TcpConfiguration.MAX_WINDOW_SHIFT) : 0);
        settleSizes(c, options.maxSegmentSize());
    }

    private void settleSizes(final Connection c, final int maxSegmentSize) {
        c.window.scale(c.windowScale ? configuration.windowShift() : 0, SegmentSize.announced(c));
        c.acks.announced(SegmentSize.announced(c));
        c.peerMss = (char) SegmentSize.ofPeer(c, maxSegmentSize);
        if (configuration.dialect().windowIsBuffer()) {
            c.tuning.roundTo(c.peerMss);
            c.window.limit(c.tuning.limit());
        }
        connections.pathProbing.onOpened(c);
    }

    /** An acknowledgement in SYN-RECEIVED; false if it does not acknowledge our SYN. */
    boolean completeHandshake(final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        if (c.sndNxt < 0 || segment.acknowledgement() != c.sequence(0)) {
            counters.increment(TcpCounter.DROP_BAD_ACK);
            connections.resets.answer(c.route, segment, nowNs);
            return false;
        }
        c.sndUna = 0;
        establish(c, segment, position, nowNs);
        return true;
    }

    private void establish(final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        final int shift = segment.hasSyn() ? 0 : c.sndShift;
        c.sndWnd = (long) segment.window() << shift;
        c.maxSndWnd = c.sndWnd;
        c.sndWl1 = position;
        c.sndWl2 = 0;
        c.synDue = false;
        final boolean lost = c.retries > 0;
        if (lost) {
            // RFC 6298 section 5.7, a timeout that was longer before is not shortened
            c.rtt.reset(Math.max(RTO_AFTER_SYN_TIMEOUT_NS, configuration.initialRtoNs()));
        } else if (!c.synSentAgain) { // Karn: whichever SYN the peer answered
            c.rtt.onSample(Math.max(1, nowNs - c.synSentNs), nowNs);
        }
        c.congestion.onConnected(c.mss, InitialWindow.octets(c.mss, configuration.initialWindowSegments(), lost));
        ecn.onEstablished(c);
        c.transition(Transition.SYN_ACKNOWLEDGED);
        c.events |= Connection.EVENT_CONNECTED;
        connections.timing.onEstablished(c, nowNs);
        if (c.closing) {
            c.transition(Transition.CLOSE);
        }
    }

    /** Makes a connection of a handshake whose last segment has come; what that says is processed next. */
    void adopt(final Connection c, final ListenerPort listener, final HalfOpen record, final long nowNs) {
        c.listener = listener;
        c.lane = (byte) listener.lane;
        c.dscp = (byte) listener.dscp;
        c.settings = listener.settings;
        c.transition(Transition.PASSIVE_OPEN);
        c.sendOrigin = record.sequence + 1;
        c.sndNxt = 0;
        c.synSentNs = record.sentNs;
        c.synSentAgain = record.ambiguous;
        c.retries = (char) record.retries;
        c.receiveOrigin = record.peerSequence + 1;
        c.timestamps = record.timestamps;
        c.tsRecent = record.tsRecent;
        c.tsRecentNs = nowNs;
        c.understandsSack(record.sack);
        c.windowScale = record.windowShift != TcpOptions.ABSENT;
        c.sndShift = c.windowScale ? record.windowShift : 0;
        settleSizes(c, record.maxSegmentSize);
        ecn.start(c, record.ecn);
        c.window.announceUnscaled();
        c.lastReceivedNs = nowNs;
    }
}
