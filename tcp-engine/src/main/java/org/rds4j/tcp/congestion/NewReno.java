package org.rds4j.tcp.congestion;

/** One segment more per round trip, half of what is in flight upon congestion: RFC 5681 with the byte counting of RFC 3465. */
public final class NewReno extends RenoGrowth {
    /** A window of 0 until the connection is established. */
    public NewReno() {
        this(USUAL_SEGMENTS);
    }

    NewReno(final int mostSegments) {
        super(mostSegments);
    }
}
