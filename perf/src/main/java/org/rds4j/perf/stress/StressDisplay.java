package org.rds4j.perf.stress;

import org.HdrHistogram.Histogram;
import org.rds4j.perf.host.RdsHost;

/** Rows of a run as it goes, and what is said of the whole at its end. */
final class StressDisplay {
    private final StressOptions options;
    private final StressCounters counters;
    private final StressOutput out;
    private final StressReport report;
    private final StressPerfdata perfdata;
    private final Histogram roundTrips;
    private final StressCounts first;
    private final long startNs;
    private final ProcessorTimes startTimes;
    private StressCounts last;
    private long lastNs;
    private ProcessorTimes lastTimes;

    StressDisplay(
        final RdsHost host, final StressOptions options, final StressCounters counters, final StressOutput out,
        final boolean measuresCpu, final long nowNs) {
        this.options = options;
        this.counters = counters;
        this.out = out;
        this.report = new StressReport(options);
        this.perfdata = options.showPerfdata() ? new StressPerfdata(host, nowNs) : null;
        this.roundTrips = counters.roundTrips();
        this.first = counters.snapshot();
        this.startNs = nowNs;
        this.startTimes = measuresCpu ? ProcessorTimes.now() : null;
        this.last = first;
        this.lastNs = nowNs;
        this.lastTimes = startTimes;
        roundTrips.reset();
        out.line(perfdata == null ? StressReport.HEADER : StressReport.PERFDATA_HEADER + perfdata.header());
    }

    long lastNs() {
        return lastNs;
    }

    void row(final long nowNs) {
        final StressCounts now = counters.snapshot();
        final ProcessorTimes times = startTimes == null ? null : ProcessorTimes.now();
        final StressInterval interval =
            new StressInterval(now.minus(last), nowNs - lastNs, busyPercent(lastTimes, times));
        roundTrips.add(counters.roundTrips());
        last = now;
        lastNs = nowNs;
        lastTimes = times;
        if (!options.summaryOnly()) {
            out.line(perfdata == null ? report.row(interval) : report.perfdata(interval) + perfdata.row(nowNs));
        }
    }

    /** The whole up to the last row. */
    void summary(final boolean withHistogram) {
        if (!options.summaryOnly()) {
            out.line(StressReport.RULE);
        }
        out.line(report.average(new StressInterval(
            last.minus(first), Math.max(1, lastNs - startNs), busyPercent(startTimes, lastTimes))));
        if (withHistogram) {
            out.line(System.lineSeparator() + "RTT histogram" + System.lineSeparator() + "RTT (us)        \t\t    Count");
            for (int i = 0; i < StressCounters.BUCKETS; i++) {
                out.line(StressReport.bucket(i, counters.bucket(i)));
            }
        }
        if (roundTrips.getTotalCount() > 0) {
            out.line(StressReport.percentiles(roundTrips));
        }
    }

    private static double busyPercent(final ProcessorTimes before, final ProcessorTimes after) {
        return after == null ? -1 : after.since(before).busyPercent();
    }
}
