package org.rds4j.perf.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.rds4j.perf.load.Measurement;

/**
 * How fast one encryption thread seals or opens long records, beside the fastest cipher alone in the same run.
 *
 * @param direction seal or open.
 * @param thread    Gb/s of the thread, what its queue costs included.
 * @param raw       Gb/s of the fastest cipher.
 */
public record ThreadRate(String direction, double thread, double raw) {
    /** Octets of the records for which there is a bound. */
    public static final int BOUNDED_SIZE = 16_384;
    /** Least share of the raw rate. */
    public static final double BOUND_SHARE = 0.9;
    /** Least rate in Gb/s. */
    public static final double BOUND_GIGABITS = 25;

    private static final double MEDIAN = 50;

    /**
     * The rates of a run, by the medians of its batches.
     *
     * @param measurements of a run.
     * @return sealing and opening; empty where records of the bounded size were not measured.
     */
    public static List<ThreadRate> of(final List<Measurement> measurements) {
        return of(measurements, MEDIAN);
    }

    /**
     * The rates of a run.
     *
     * @param measurements of a run.
     * @param percentile   of the batches' times, from 0 to 100.
     * @return sealing and opening; empty where records of the bounded size were not measured.
     */
    public static List<ThreadRate> of(final List<Measurement> measurements, final double percentile) {
        final List<Measurement.Records> records = measurements.stream().filter(each -> each.size() == BOUNDED_SIZE)
            .filter(Measurement.Records.class::isInstance).map(Measurement.Records.class::cast).toList();
        return Stream.of(true, false).map(isSealing -> of(records, isSealing, percentile)).flatMap(Optional::stream).toList();
    }

    private static Optional<ThreadRate> of(
        final List<Measurement.Records> records, final boolean isSealing, final double percentile) {
        final List<Measurement.Records> those = records.stream().filter(each -> each.sealing() == isSealing).toList();
        final double thread = most(those, "thread", percentile);
        final double raw = most(those, "raw", percentile);
        return thread == 0 || raw == 0 ? Optional.empty()
            : Optional.of(new ThreadRate(those.getFirst().direction(), thread, raw));
    }

    private static double most(final List<Measurement.Records> records, final String mode, final double percentile) {
        return records.stream().filter(each -> each.subject().mode().equals(mode))
            .mapToDouble(each -> BOUNDED_SIZE * Byte.SIZE / each.nsPerRecord(percentile)).max().orElse(0);
    }

    /**
     * Whether both bounds hold.
     *
     * @return true when they do.
     */
    public boolean holds() {
        return thread >= BOUND_SHARE * raw && thread >= BOUND_GIGABITS;
    }

    /**
     * The verdict in one line.
     *
     * @return figures, bounds and whether they hold.
     */
    public String line() {
        return String.format(Locale.ROOT,
            "One encryption thread, %s of records of %s: %.1f Gb/s (bound %.0f), the fastest cipher alone %.1f: %.2f of that "
                + "(bound %.2f). %s", direction, Table.bytes(BOUNDED_SIZE), thread, BOUND_GIGABITS, raw, thread / raw,
            BOUND_SHARE, holds() ? "Both bounds hold." : "MISSED.");
    }
}
