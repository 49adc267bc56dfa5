package org.rds4j.perf.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Lines as rds-stress 2.0.7 prints them. */
class StressReportTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final StressReport report = new StressReport(StressOptionsCodecTest.options(0));

    /** 1000 requests sent, 900 received, 8 MiB, 2 us per send, 10 round trips of 500 us. */
    private static StressInterval interval(final long durationNs, final double cpu) {
        return new StressInterval(new StressCounts(1000, 900, 8 << 20, 2_000_000, 10, 5_000_000), durationNs, cpu);
    }

    @Test
    void shouldNameTheColumns() {
        assertEquals("tsks   tx/s   rx/s  tx+rx K/s    mbi K/s    mbo K/s tx us/c   rtt us cpu %", StressReport.HEADER);
        assertEquals(45, StressReport.RULE.length());
    }

    @Test
    void shouldPrintARow() {
        assertEquals("   3   1000    900    8192.00       0.00       0.00    2.00   500.00 -1.00",
            report.row(interval(SECOND_NS, -1)));
        assertEquals("   3   1000    900    4096.00       0.00       0.00    2.00   500.00 37.50",
            report.row(interval(2 * SECOND_NS, 37.5)));
    }

    @Test
    void shouldPrintTheAverageOfTheWholeTime() {
        assertEquals("   3    250    225    2048.00       0.00       0.00    2.00   500.00 -1.00  (average)",
            report.average(interval(4 * SECOND_NS, -1)));
    }

    @Test
    void shouldPrintNothingMeasuredAsZero() {
        assertEquals("   3      0      0       0.00       0.00       0.00    0.00     0.00 -1.00", report.row(
            new StressInterval(new StressCounts(0, 0, 0, 0, 0, 0), SECOND_NS, -1)));
    }

    @Test
    void shouldPrintPerformanceDataAsValues() {
        assertEquals("::3,4096,72,0,1000,8192.000000,0.000000,2.000000,500.000000,0.000000",
            report.perfdata(interval(SECOND_NS, -1)));
    }

    @Test
    void shouldPrintPercentilesInMicroseconds() {
        final Histogram histogram = new Histogram(60_000_000_000L, 3);
        for (int i = 1; i <= 100; i++) {
            histogram.recordValue(i * 1_000L);
        }
        final String[] lines = StressReport.percentiles(histogram).split(System.lineSeparator(), -1);
        assertEquals("rtt us        min        50%        90%        99%      99.9%     99.99%        max", lines[0]);
        assertEquals("             1.00      50.02      90.05      99.01     100.03     100.03     100.03", lines[1]);
    }

    @Test
    void shouldSortRoundTripsIntoPowersOfTwo() {
        assertEquals("[     8 -     16] \t\t        5", StressReport.bucket(3, 5));
        assertEquals(0, StressCounters.bucketOf(0));
        assertEquals(0, StressCounters.bucketOf(1));
        assertEquals(3, StressCounters.bucketOf(15));
        assertEquals(4, StressCounters.bucketOf(16));
        assertEquals(15, StressCounters.bucketOf(Long.MAX_VALUE));
    }
}
