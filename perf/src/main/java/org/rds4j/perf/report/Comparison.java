package org.rds4j.perf.report;

import java.util.List;
import java.util.Optional;
import org.rds4j.perf.load.Measurement;

/**
 * How a measurement stands beside the kernel's: plaintext beside plaintext, ciphertext beside ciphertext.
 *
 * @param baseline label of the baseline.
 * @param factor   how many times better than it; below 1 is worse. Better is a shorter median round trip, or more messages.
 */
public record Comparison(String baseline, double factor) {
    /**
     * Compares.
     *
     * @param measurement the one to judge.
     * @param all         those among which its baseline may be.
     * @return empty for a baseline itself, and where the baseline was not measured.
     */
    public static Optional<Comparison> of(final Measurement measurement, final List<Measurement> all) {
        if (measurement.subject().isBaseline()) {
            return Optional.empty();
        }
        return all.stream().filter(other -> isBaselineOf(other, measurement)).findFirst()
            .map(other -> new Comparison(other.subject().label(), factor(measurement, other)));
    }

    private static boolean isBaselineOf(final Measurement other, final Measurement measurement) {
        return other.subject().isBaseline() && other.subject().encrypted() == measurement.subject().encrypted()
            && other.metric() == measurement.metric() && other.size() == measurement.size();
    }

    private static double factor(final Measurement measurement, final Measurement baseline) {
        if (measurement instanceof Measurement.Rtt mine && baseline instanceof Measurement.Rtt theirs) {
            return (double) theirs.atPercentile(50) / mine.atPercentile(50);
        }
        if (measurement instanceof Measurement.Segments mine && baseline instanceof Measurement.Segments theirs) {
            return mine.segmentsPerSecond() / theirs.segmentsPerSecond();
        }
        return ((Measurement.Throughput) measurement).messagesPerSecond()
            / ((Measurement.Throughput) baseline).messagesPerSecond();
    }
}
