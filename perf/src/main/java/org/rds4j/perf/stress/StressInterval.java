package org.rds4j.perf.stress;

/**
 * What happened in a stretch of time.
 *
 * @param counts     how the counters changed.
 * @param durationNs how long.
 * @param cpuPercent busy share of the host's processors, -1 when it was not measured.
 */
record StressInterval(StressCounts counts, long durationNs, double cpuPercent) {
    long perSecond(final long count) {
        return (long) (count * 1e9 / durationNs);
    }

    double kibibytesPerSecond() {
        return counts.octets() * 1e9 / durationNs / 1024;
    }

    double sendMicros() {
        return counts.requestsSent() == 0 ? 0 : counts.sendNs() / 1e3 / counts.requestsSent();
    }

    double roundTripMicros() {
        return counts.roundTrips() == 0 ? 0 : counts.roundTripNs() / 1e3 / counts.roundTrips();
    }
}
