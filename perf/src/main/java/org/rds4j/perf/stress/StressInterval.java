package org.rds4j.perf.stress;

/**
 * What happened in a stretch of time.
 *
 * @param counts     differences of the counters.
 * @param durationNs how long.
 * @param cpuPercent busy share of the host's processors, -1 when it was not measured.
 */
record StressInterval(long[] counts, long durationNs, double cpuPercent) {
    static StressInterval between(final long[] before, final long[] after, final long durationNs, final double cpuPercent) {
        final long[] counts = new long[StressCounters.COUNT];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = after[i] - before[i];
        }
        return new StressInterval(counts, durationNs, cpuPercent);
    }

    long requestsSent() {
        return counts[StressCounters.REQUESTS_SENT];
    }

    long requestsReceived() {
        return counts[StressCounters.REQUESTS_RECEIVED];
    }

    long perSecond(final long count) {
        return (long) (count * 1e9 / durationNs);
    }

    double kibibytesPerSecond() {
        return counts[StressCounters.OCTETS] * 1e9 / durationNs / 1024;
    }

    double sendMicros() {
        return requestsSent() == 0 ? 0 : counts[StressCounters.SEND_NS] / 1e3 / requestsSent();
    }

    double roundTripMicros() {
        final long roundTrips = counts[StressCounters.ROUND_TRIPS];
        return roundTrips == 0 ? 0 : counts[StressCounters.ROUND_TRIP_NS] / 1e3 / roundTrips;
    }
}
