package org.rds4j.tcp.congestion;

/** The window a connection begins with (RFC 6928 section 2, RFC 5681 section 3.1). */
public final class InitialWindow {
    private static final int TYPICAL_SEGMENT = 1460;

    private InitialWindow() {
    }

    /**
     * {@code min(n SMSS, max(2 SMSS, n x 1460))}, where n is 10 in RFC 6928; one segment if the handshake lost something.
     *
     * @param maxSegmentSize SMSS in octets.
     * @param segments       n.
     * @param synLost        a SYN or SYN-ACK had to be sent again.
     * @return octets.
     */
    public static long octets(final int maxSegmentSize, final int segments, final boolean synLost) {
        if (synLost) {
            return maxSegmentSize;
        }
        return Math.min((long) segments * maxSegmentSize, Math.max(2L * maxSegmentSize, (long) segments * TYPICAL_SEGMENT));
    }
}
