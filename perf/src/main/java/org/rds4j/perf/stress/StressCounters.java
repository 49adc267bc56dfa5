package org.rds4j.perf.stress;

import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/** What a run has done so far; written by the thread that runs the tasks, read by the one that prints. */
final class StressCounters {
    private static final int REQUESTS_SENT = 0;
    private static final int REQUESTS_RECEIVED = 1;
    private static final int OCTETS = 2;
    private static final int SEND_NS = 3;
    private static final int ROUND_TRIPS = 4;
    private static final int ROUND_TRIP_NS = 5;
    private static final int COUNT = 6;
    /** Buckets of the coarse histogram: powers of two of microseconds. */
    static final int BUCKETS = 16;

    private static final long LONGEST_NS = 60_000_000_000L;

    private final AtomicLongArray values = new AtomicLongArray(COUNT);
    private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);
    private final SingleWriterRecorder roundTrips = new SingleWriterRecorder(LONGEST_NS, 3);

    private void add(final int counter, final long amount) {
        values.lazySet(counter, values.getPlain(counter) + amount);
    }

    void onRequestSent(final int length, final long durationNs) {
        add(REQUESTS_SENT, 1);
        add(OCTETS, length);
        add(SEND_NS, durationNs);
    }

    void onRequestReceived(final int length) {
        add(REQUESTS_RECEIVED, 1);
        add(OCTETS, length);
    }

    void onAckSent(final int length) {
        add(OCTETS, length);
    }

    void onAckReceived(final int length, final long roundTripNs) {
        add(OCTETS, length);
        add(ROUND_TRIPS, 1);
        add(ROUND_TRIP_NS, roundTripNs);
        roundTrips.recordValue(Math.min(roundTripNs, LONGEST_NS));
        final int bucket = bucketOf(roundTripNs / 1_000);
        buckets.lazySet(bucket, buckets.getPlain(bucket) + 1);
    }

    static int bucketOf(final long microseconds) {
        return Math.min(BUCKETS - 1, 63 - Long.numberOfLeadingZeros(Math.max(1, microseconds)));
    }

    /** All counters at about this moment. */
    StressCounts snapshot() {
        return new StressCounts(values.get(REQUESTS_SENT), values.get(REQUESTS_RECEIVED), values.get(OCTETS),
            values.get(SEND_NS), values.get(ROUND_TRIPS), values.get(ROUND_TRIP_NS));
    }

    long bucket(final int index) {
        return buckets.get(index);
    }

    /** Round trips since the last call. */
    Histogram roundTrips() {
        return roundTrips.getIntervalHistogram();
    }
}
