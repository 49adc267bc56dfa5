package org.rds4j.perf.stress;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/** The lines of a run, in the columns of rds-stress. */
final class StressReport {
    static final String HEADER = String.format(Locale.ROOT, "%4s %6s %6s %10s %10s %10s %7s %8s %5s",
        "tsks", "tx/s", "rx/s", "tx+rx K/s", "mbi K/s", "mbo K/s", "tx us/c", "rtt us", "cpu %");
    static final String RULE = "---------------------------------------------";
    static final String PERFDATA_HEADER = "::nr_tasks:count,req_size:bytes,ack_size:bytes,rdma_size:bytes,req_sent:count,"
        + "thruput:kB/s,thruput_rdma:kB/s,tx_delay:microseconds,rtt:microseconds,cpu:percent";

    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    private final StressOptions options;

    StressReport(final StressOptions options) {
        this.options = options;
    }

    /** The options, as the active side prints them on request. */
    String parameters() {
        return String.format(Locale.ROOT, "Options:%n  %-10s %-7d%n  %-10s %-7d%n  %-10s %-7d%n  %-10s %-7d%n  %-10s (none)%n",
            "Tasks", options.tasks(), "Req size", options.requestSize(), "ACK size", options.ackSize(), "RDMA size", 0,
            "RDMA opts");
    }

    String row(final StressInterval interval) {
        return row(interval, interval.counts().requestsSent(), interval.counts().requestsReceived());
    }

    private String row(final StressInterval interval, final long sent, final long received) {
        return String.format(Locale.ROOT, "%4d %6d %6d %10.2f %10.2f %10.2f %7.2f %8.2f %5.2f",
            options.tasks(), sent, received, interval.kibibytesPerSecond(), 0.0, 0.0, interval.sendMicros(),
            interval.roundTripMicros(), interval.cpuPercent());
    }

    String average(final StressInterval interval) {
        final StressCounts counts = interval.counts();
        return row(interval, interval.perSecond(counts.requestsSent()), interval.perSecond(counts.requestsReceived()))
            + "  (average)";
    }

    String perfdata(final StressInterval interval) {
        return String.format(Locale.ROOT, "::%d,%d,%d,%d,%d,%f,%f,%f,%f,%f", options.tasks(), options.requestSize(),
            options.ackSize(), 0, interval.counts().requestsSent(), interval.kibibytesPerSecond(), 0.0, interval.sendMicros(),
            interval.roundTripMicros(), Math.max(0, interval.cpuPercent()));
    }

    /** What the original does not have: two lines. */
    static String percentiles(final Histogram roundTrips) {
        final StringBuilder names = new StringBuilder(String.format(Locale.ROOT, "%-6s %10s", "rtt us", "min"));
        final StringBuilder values = new StringBuilder(
            String.format(Locale.ROOT, "%-6s %10.2f", "", roundTrips.getMinValue() / 1e3));
        for (final double percentile : PERCENTILES) {
            names.append(String.format(Locale.ROOT, " %10s", (percentile % 1 == 0
                ? Integer.toString((int) percentile) : Double.toString(percentile)) + "%"));
            values.append(String.format(Locale.ROOT, " %10.2f", roundTrips.getValueAtPercentile(percentile) / 1e3));
        }
        return names.append(String.format(Locale.ROOT, " %10s", "max")) + System.lineSeparator()
            + values.append(String.format(Locale.ROOT, " %10.2f", roundTrips.getMaxValue() / 1e3));
    }

    static String bucket(final int index, final long count) {
        return String.format(Locale.ROOT, "[%6d - %6d] \t\t %8d", 1 << index, 1 << (index + 1), count);
    }
}
