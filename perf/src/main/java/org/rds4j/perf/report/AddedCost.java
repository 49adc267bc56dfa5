package org.rds4j.perf.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.rds4j.perf.load.Measurement;

/**
 * What encryption adds to the median round trip of a small message, beside what it adds to the kernel's TCP in the same run.
 *
 * @param label    of the stack's encrypted subject.
 * @param size     octets of the message.
 * @param ns       that encryption adds to the stack's round trip.
 * @param kernelNs that it adds to the kernel's.
 */
public record AddedCost(String label, int size, long ns, long kernelNs) {
    /** The message for which there is a bound. */
    public static final int BOUNDED_SIZE = 64;
    /** Most that encryption may add to the round trip of such a message. */
    public static final long BOUND_NS = 2_000;
    /** Most that it may add, as a share of what it adds to the kernel's. */
    public static final double BOUND_SHARE = 0.25;

    private static final String STACK = "rds";
    private static final String STACK_PLAIN = "rds-plain";
    private static final String KERNEL_TLS = "kernel-tls";
    private static final String KERNEL_TCP = "kernel-tcp";

    /**
     * Finds the four subjects that it takes.
     *
     * @param measurements of a run.
     * @return empty unless all four were measured at the size for which there is a bound.
     */
    public static Optional<AddedCost> of(final List<Measurement> measurements) {
        final long[] medians = List.of(STACK, STACK_PLAIN, KERNEL_TLS, KERNEL_TCP).stream()
            .mapToLong(label -> median(measurements, label)).filter(ns -> ns > 0).toArray();
        return medians.length < 4 ? Optional.empty()
            : Optional.of(new AddedCost(STACK, BOUNDED_SIZE, medians[0] - medians[1], medians[2] - medians[3]));
    }

    private static long median(final List<Measurement> measurements, final String label) {
        return measurements.stream().filter(each -> each.subject().label().equals(label) && each.size() == BOUNDED_SIZE)
            .filter(Measurement.Rtt.class::isInstance).map(Measurement.Rtt.class::cast)
            .mapToLong(rtt -> rtt.atPercentile(50)).findFirst().orElse(0);
    }

    /**
     * What encryption adds here, as a share of what it adds to the kernel's.
     *
     * @return infinite when it adds nothing there.
     */
    public double share() {
        return kernelNs <= 0 ? Double.POSITIVE_INFINITY : (double) ns / kernelNs;
    }

    /**
     * Whether both bounds hold.
     *
     * @return true when they do.
     */
    public boolean holds() {
        return ns <= BOUND_NS && share() <= BOUND_SHARE;
    }

    /**
     * The verdict in one line.
     *
     * @return figures, bounds and whether they hold.
     */
    public String line() {
        return String.format(Locale.ROOT,
            "Encryption adds %.2f us to the median round trip of %s (bound %.2f us) and %.2f us to the kernel's: %.2f of that "
                + "(bound %.2f). %s", ns / 1e3, Table.bytes(size), BOUND_NS / 1e3, kernelNs / 1e3, share(), BOUND_SHARE,
            holds() ? "Both bounds hold." : "MISSED.");
    }
}
