package org.rds4j.tcp.congestion;

/** One segment more per round trip, half of what is in flight upon congestion: RFC 5681 with the byte counting of RFC 3465. */
public final class NewReno extends SlowStart {
    private long counted;

    /** A window of 0 until the connection is established. */
    public NewReno() {
    }

    @Override
    public void onConnected(final int maxSegmentSize, final long initialWindow) {
        super.onConnected(maxSegmentSize, initialWindow);
        counted = 0;
    }

    @Override
    long avoidanceWindow(final CongestionSample sample) {
        counted += sample.acknowledged();
        if (counted < window()) {
            return window();
        }
        counted -= window();
        return window() + maxSegmentSize();
    }

    @Override
    long reduced(final long flight, final long nowNs) {
        counted = 0;
        return flight / 2;
    }
}
