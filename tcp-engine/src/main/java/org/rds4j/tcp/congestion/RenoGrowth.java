package org.rds4j.tcp.congestion;

/** One segment more per window acknowledged, by counting octets (RFC 5681 section 3.1), and half upon loss. */
abstract class RenoGrowth extends SlowStart {
    private long counted;

    RenoGrowth(final int mostSegments) {
        super(mostSegments);
    }

    @Override
    public void onConnected(final int maxSegmentSize, final long initialWindow) {
        super.onConnected(maxSegmentSize, initialWindow);
        counted = 0;
    }

    @Override
    final long avoidanceWindow(final CongestionSample sample) {
        counted += sample.acknowledged();
        if (counted < window()) {
            return window();
        }
        counted -= window();
        return window() + maxSegmentSize();
    }

    @Override
    final long reduced(final long flight, final long nowNs) {
        counted = 0;
        return flight / 2;
    }
}
