package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.network.IcmpErrorKind;
import org.rds4j.tcp.send.RecoveryProbe;

/** Reads from the state of a connection what its public face does not show. For tests; changes nothing. */
public final class ConnectionProbe {
    private static final int OPTION_TIMESTAMPS = 1;
    private static final int OPTION_SACK = 2;
    private static final int OPTION_WINDOW_SCALE = 4;
    private static final int OPTION_ECN = 8;
    private static final int DISORDER = 1;
    private static final int REDUCTION = 2;
    private static final int RECOVERY = 3;
    private static final int LOSS = 4;
    private static final int INFINITE_THRESHOLD = 0x7fff_ffff;
    private static final long INFINITE_OCTETS = 1L << 30;
    private static final int LEAST_REORDERING = 3;

    private final Connection c;
    private final TcpConfiguration configuration;
    private final RecoveryProbe recovery;

    /** A view of a connection that was made under the given configuration. */
    public ConnectionProbe(final TcpConnection connection, final TcpConfiguration configuration) {
        this.c = (Connection) connection;
        this.configuration = configuration;
        this.recovery = new RecoveryProbe(c.recovery);
    }

    /** What ICMP has reported of the path last, or null. */
    public IcmpErrorKind networkError() {
        return c.softError;
    }

    /** Octets of the receive ring that are in use. */
    public long receiveLimit() {
        return c.tuning.limit();
    }

    /** The state by Linux's numbers. */
    public long state() {
        return state(c.state);
    }

    public static long state(final TcpState state) {
        return switch (state) {
            case ESTABLISHED -> 1;
            case SYN_SENT -> 2;
            case SYN_RECEIVED -> 3;
            case FIN_WAIT_1 -> 4;
            case FIN_WAIT_2 -> 5;
            case TIME_WAIT -> 6;
            case CLOSED -> 7;
            case CLOSE_WAIT -> 8;
            case LAST_ACK -> 9;
            case CLOSING -> 11;
        };
    }

    /** Open 0, disorder 1, CWR 2, recovery 3, loss 4. */
    public long recoveryState() {
        if (recovery.isAfterTimeout()) {
            return LOSS;
        }
        if (c.recovery.isRecovering()) {
            return RECOVERY;
        }
        return recovery.isReducing() ? REDUCTION : recovery.isDisordered() ? DISORDER : 0;
    }

    public long timeoutsInARow() {
        return c.retries;
    }

    public long probes() {
        return c.probesUnanswered;
    }

    public long backoff() {
        return Math.max(c.retries, c.persistBackoff);
    }

    public long options() {
        return (c.timestamps ? OPTION_TIMESTAMPS : 0) | (c.sack ? OPTION_SACK : 0) | (c.windowScale ? OPTION_WINDOW_SCALE : 0) |
            (c.ecnSender.isEnabled() ? OPTION_ECN : 0);
    }

    public long sendShift() {
        return c.sndShift;
    }

    public long receiveShift() {
        return c.windowScale ? configuration.windowShift() : 0;
    }

    public long isApplicationLimited() {
        return c.state.isSynchronised() && !c.hasUnsent() ? 1 : 0;
    }

    public long timeoutUs() {
        return c.rtt.timeoutNs() / 1000;
    }

    public long delayedAckUs() {
        return c.acks.isDelayed() ? configuration.delayedAckNs() / 1000 : 0;
    }

    public long sendMss() {
        return c.mss;
    }

    public long segmentsUnacknowledged() {
        return recovery.outstanding();
    }

    public long segmentsSacked() {
        return recovery.sacked();
    }

    public long segmentsLost() {
        return recovery.lost();
    }

    public long segmentsRetransmitted() {
        return recovery.retransmitted();
    }

    public long pathMtu() {
        return (long) c.route.maxTransportLength() + (c.isRemoteIpv4() ? 20 : 40);
    }

    public long rttUs() {
        return c.smoothedRttNs() / 1000;
    }

    public long rttVariationUs() {
        return c.rttVariationNs() / 1000;
    }

    public long thresholdSegments() {
        final long threshold = c.congestion.threshold();
        return c.mss == 0 || threshold >= INFINITE_OCTETS ? INFINITE_THRESHOLD : threshold / c.mss;
    }

    public long windowSegments() {
        return c.mss == 0 ? 0 : Math.max(1, c.congestion.window() / c.mss);
    }

    public long announcedMss() {
        return SegmentSize.announced(c);
    }

    public long reordering() {
        return Math.max(LEAST_REORDERING, recovery.reordering());
    }

    public long receiveSpace() {
        return c.received.capacity();
    }

    public long totalRetransmissions() {
        return c.retransmissions;
    }

    /** What Linux would pace at, and the engine does where pacing is on: octets in a second. */
    public long pacingRate() {
        final long rttUs = rttUs();
        final boolean slow = 2 * c.congestion.window() < c.congestion.threshold();
        final int percent = slow ? configuration.flow().slowStartPacingPercent() : configuration.flow().avoidancePacingPercent();
        return rttUs == 0 ? 0 : c.congestion.window() * 10_000 / rttUs * percent;
    }

    /** As RFC 4898 counts: the SYN is an octet. */
    public long bytesAcknowledged() {
        return c.sndUna + 1;
    }

    public long bytesReceived() {
        return c.received.received();
    }

    public long bytesNotSent() {
        return bytesNotSent(c);
    }

    /** Octets queued and never sent. */
    public static long bytesNotSent(final TcpConnection connection) {
        final Connection c = (Connection) connection;
        return Math.max(0, c.sent.committed() - c.sndNxt);
    }

    public long leastRttUs() {
        return c.rtt.minimumNs() / 1000;
    }

    public long deliveryRate() {
        return 0;
    }

    public long segmentsDelivered() {
        return segments(c.sndUna) + recovery.sacked();
    }

    public long segmentsDeliveredMarked() {
        return 0;
    }

    /** Whether something is queued that the peer's window has no room for. */
    public boolean isWindowLimited() {
        final long unsent = bytesNotSent();
        return unsent > 0 && c.sndWnd - (c.sndNxt - c.sndUna) < Math.min(unsent, c.mss);
    }

    public long reorderingSeen() {
        return recovery.reorderingSeen();
    }

    public long largestSendWindow() {
        return c.maxSndWnd;
    }

    public long sendWindow() {
        return c.sndWnd;
    }

    public long receiveWindow() {
        return c.receiveWindow();
    }

    public long totalTimeouts() {
        return c.retries;
    }

    private long segments(final long octets) {
        return c.mss == 0 ? 0 : Math.ceilDiv(Math.max(0, octets), c.mss);
    }
}
