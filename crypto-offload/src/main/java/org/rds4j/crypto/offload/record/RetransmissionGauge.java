package org.rds4j.crypto.offload.record;

/** Watches how much of what is sent was sent before: each such octet may cost the device reading a whole record again. */
final class RetransmissionGauge {
    private final long window;
    private final int permille;
    private long sent;
    private long again;

    RetransmissionGauge(final long window, final int permille) {
        this.window = window;
        this.permille = permille;
    }

    /** Notes a segment; true when over the last window too much was sent again. */
    boolean isExceededBy(final int length, final boolean isRetransmission) {
        sent += length;
        again += isRetransmission ? length : 0;
        if (sent < window) {
            return false;
        }
        final boolean isExceeded = again * 1000 > sent * permille;
        sent = 0;
        again = 0;
        return isExceeded;
    }
}
