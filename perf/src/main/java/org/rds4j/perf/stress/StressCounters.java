package org.rds4j.perf.stress;

import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/** What a run has done so far; written by the thread that runs the tasks, read by the one that prints. */
final class StressCounters {
    /** Requests sent. */
    static final int REQUESTS_SENT = 0;
    /** Requests received. */
    static final int REQUESTS_RECEIVED = 1;
    /** Octets of all messages, both ways. */
    static final int OCTETS = 2;
    /** Nanoseconds spent in sending requests. */
    static final int SEND_NS = 3;
    /** Round trips. */
    static final int ROUND_TRIPS = 4;
    /** Nanoseconds of all round trips. */
    static final int ROUND_TRIP_NS = 5;
    /** How many counters there are. */
    static final int COUNT = 6;
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
    long[] snapshot() {
        final long[] copy = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            copy[i] = values.get(i);
        }
        return copy;
    }

    long bucket(final int index) {
        return buckets.get(index);
    }

    /** Round trips since the last call. */
    Histogram roundTrips() {
        return roundTrips.getIntervalHistogram();
    }
}
