package org.rds4j.tcp.congestion;

/**
 * Counts round trips by data: one ends when everything that was in flight at its beginning is acknowledged (RFC 9406 section 4.2,
 * RFC 8257 section 3.3).
 */
final class RoundTrips {
    private long outstanding;

    void reset() {
        outstanding = 0;
    }

    /** Takes an acknowledgement in; true if a round trip ended with it and the next begins. */
    boolean onAcknowledged(final CongestionSample sample) {
        outstanding -= sample.delivered();
        if (outstanding > 0) {
            return false;
        }
        outstanding = sample.flight();
        return true;
    }
}
