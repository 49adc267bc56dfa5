package org.rds4j.node;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.NanoClock;
import org.rds4j.RdsAddress;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.rds4j.crypto.certificate.PeerRefusedException;
import org.rds4j.crypto.handshake.HandshakeFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line for each refused peer that says what to do, but not many in a second for the same cause. One thread. */
final class RefusalLog {
    /** Lines per second and cause. */
    static final int RATE = 10;

    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
    private static final long SECOND_NS = 1_000_000_000L;

    private final NanoClock clock;
    private final Map<String, Cause> causes = new HashMap<>();
    private final AtomicLong suppressed = new AtomicLong();

    /** The lines of the present second for one cause. */
    private static final class Cause {
        private long secondNs;
        private int lines;
        private long left;
    }

    RefusalLog(final NanoClock clock) {
        this.clock = clock;
    }

    long suppressed() {
        return suppressed.get();
    }

    void log(final RefusalReport report) {
        final HandshakeFailure failure = report.failure();
        final PeerRefusal refusal = failure.refusal();
        final Cause cause = causes.computeIfAbsent(
            refusal == null ? failure.cause().name() : refusal.label(), name -> new Cause());
        final long nowNs = clock.nanoTime();
        if (cause.lines == 0 || nowNs - cause.secondNs >= SECOND_NS) {
            cause.secondNs = nowNs;
            cause.lines = 0;
        }
        if (cause.lines >= RATE) {
            cause.left++;
            suppressed.incrementAndGet();
            return;
        }
        cause.lines++;
        LOG.warn("{}", line(report, cause.left));
        cause.left = 0;
    }

    /** Nothing in it breaks the line, whatever a peer's certificate holds. */
    static String line(final RefusalReport report, final long left) {
        final HandshakeFailure failure = report.failure();
        final String host = RdsAddress.hostText(report.high(), report.low());
        return (report.isDialed() ? "no path to " : "no path from ") + host + " port " + report.port()
            + (report.peer() == null ? "" : ", who is " + report.peer().id())
            + ": " + PeerRefusedException.printable(failure.reason()) + "; " + remedy(failure)
            + (left == 0 ? "" : " (and " + left + " more of the kind)");
    }

    private static String remedy(final HandshakeFailure failure) {
        if (failure.refusal() != null) {
            return failure.refusal().remedy();
        }
        return switch (failure.cause()) {
            case NOT_TLS -> "its 'security' may be PLAINTEXT: both sides need the same";
            case TLS -> "if it says nothing more, the other side has refused this node and its log says why";
            case MARKER, REFUSED -> "both sides need the same version and the same lanes";
            case TOO_LONG -> "its chain may be far too long";
            case ABANDONED -> "the handshake took too long";
        };
    }
}
