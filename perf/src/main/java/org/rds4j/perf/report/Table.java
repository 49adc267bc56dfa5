package org.rds4j.perf.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import org.rds4j.perf.load.Measurement;

/**
 * Measurements of one metric as cells of text, for any medium.
 *
 * @param title   says what is measured, how, and in which unit.
 * @param columns their headings; the first two are text, the others numbers.
 * @param rows    of as many cells as there are columns.
 */
public record Table(String title, List<String> columns, List<List<String>> rows) {
    private static final String VERSUS = "vs kernel";

    /**
     * The tables of a run: one for each metric that was measured.
     *
     * @param measurements in the order measured.
     * @return as many tables, or none.
     */
    public static List<Table> of(final List<Measurement> measurements) {
        final List<Table> tables = new ArrayList<>();
        final List<Measurement.Rtt> rtts = only(measurements, Measurement.Rtt.class);
        if (!rtts.isEmpty()) {
            tables.add(new Table(rttTitle(rtts.getFirst()),
                List.of("size", "subject", "p50", "p99", "p99.9", "max", "round trips", VERSUS + " (p50)"),
                rows(rtts, measurements, Table::rttCells)));
        }
        final List<Measurement.Throughput> streams = only(measurements, Measurement.Throughput.class);
        if (!streams.isEmpty()) {
            tables.add(new Table("Throughput, one direction, payload as verified by the receiver",
                List.of("size", "subject", "msg/s", "Gbit/s", "spread of rounds", VERSUS + " (msg/s)"),
                rows(streams, measurements, Table::streamCells)));
        }
        final List<Measurement.Segments> segments = only(measurements, Measurement.Segments.class);
        if (!segments.isEmpty()) {
            tables.add(new Table(
                "One TCP stream in full segments, both ends and their applications on one thread, by its time on the processor",
                List.of("payload", "subject", "Gbit/s", "segments/s", "ns/segment p50", "p99", "over bare ring"),
                segments.stream().map(each -> segmentCells(each, segments)).toList()));
        }
        final List<Measurement.IdlePeers> idle = only(measurements, Measurement.IdlePeers.class);
        if (!idle.isEmpty()) {
            tables.add(new Table("Idle peers, each with one path: memory in octets, duty cycles in nanoseconds of the processor",
                List.of("peers", "subject", "heap/peer", "direct/peer", "ns/cycle p50", "p99"),
                idle.stream().map(Table::idleCells).toList()));
        }
        final List<Measurement.Records> records = only(measurements, Measurement.Records.class);
        if (!records.isEmpty()) {
            tables.add(new Table("AES-128-GCM, records of TLS 1.3 in native memory: time of the thread that computes, median",
                List.of("content", "subject", "direction", "Gbit/s", "records/s", "ns/record p50", "p99", "of fastest raw"),
                records.stream().map(each -> recordCells(each, records)).toList()));
        }
        return tables;
    }

    /**
     * The table as aligned lines.
     *
     * @return title, headings and rows, each line ended by a line feed.
     */
    public String text() {
        final int[] widths = new int[columns.size()];
        measure(widths, columns);
        rows.forEach(row -> measure(widths, row));
        final StringBuilder out = new StringBuilder(title).append('\n');
        appendLine(out, widths, columns);
        rows.forEach(row -> appendLine(out, widths, row));
        return out.toString();
    }

    private static String rttTitle(final Measurement.Rtt first) {
        return first.ratePerSecond() == 0
            ? "Round-trip time in microseconds, closed loop (the next message leaves when the echo has come)"
            : "Round-trip time in microseconds, at " + first.ratePerSecond() + " messages/s, counted from when each was due";
    }

    private static <T extends Measurement> List<T> only(final List<Measurement> measurements, final Class<T> type) {
        return measurements.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static <T extends Measurement> List<List<String>> rows(
        final List<T> measurements, final List<Measurement> all, final BiFunction<T, String, List<String>> cells) {
        return measurements.stream().map(measurement -> cells.apply(measurement, versus(measurement, all))).toList();
    }

    private static List<String> rttCells(final Measurement.Rtt rtt, final String versus) {
        return List.of(bytes(rtt.size()), rtt.subject().label(), micros(rtt.atPercentile(50)), micros(rtt.atPercentile(99)),
            micros(rtt.atPercentile(99.9)), micros(rtt.histogram().getMaxValue()),
            String.format(Locale.ROOT, "%,d", rtt.histogram().getTotalCount()), versus);
    }

    private static List<String> streamCells(final Measurement.Throughput stream, final String versus) {
        return List.of(bytes(stream.size()), stream.subject().label(),
            String.format(Locale.ROOT, "%,.0f", stream.messagesPerSecond()),
            String.format(Locale.ROOT, "%.3f", stream.gigabitsPerSecond()),
            String.format(Locale.ROOT, "%.0f %%", 100 * stream.spread()), versus);
    }

    private static String versus(final Measurement measurement, final List<Measurement> all) {
        return Comparison.of(measurement, all)
            .map(comparison -> String.format(Locale.ROOT, "%.2fx %s", comparison.factor(), comparison.baseline())).orElse("");
    }

    /** The bare ring is the first of them. */
    private static List<String> segmentCells(final Measurement.Segments segments, final List<Measurement.Segments> all) {
        final double bare = all.getFirst().nsPerSegment(50);
        return List.of(bytes(segments.size()), segments.subject().label(),
            String.format(Locale.ROOT, "%.3f", segments.gigabitsPerSecond()),
            String.format(Locale.ROOT, "%,.0f", segments.segmentsPerSecond()),
            String.format(Locale.ROOT, "%.1f", segments.nsPerSegment(50)),
            String.format(Locale.ROOT, "%.1f", segments.nsPerSegment(99)),
            String.format(Locale.ROOT, "%+.1f ns", segments.nsPerSegment(50) - bare));
    }

    private static List<String> idleCells(final Measurement.IdlePeers idle) {
        return List.of(String.format(Locale.ROOT, "%,d", idle.size()), idle.subject().label(),
            String.format(Locale.ROOT, "%,d", idle.heapPerPeer()), String.format(Locale.ROOT, "%,d", idle.directPerPeer()),
            String.format(Locale.ROOT, "%.1f", idle.nsPerCycle(50)), String.format(Locale.ROOT, "%.1f", idle.nsPerCycle(99)));
    }

    private static List<String> recordCells(final Measurement.Records each, final List<Measurement.Records> all) {
        return List.of(bytes(each.size()), each.subject().label(), each.direction(),
            String.format(Locale.ROOT, "%.1f", each.gigabitsPerSecond()),
            String.format(Locale.ROOT, "%,.0f", each.recordsPerSecond()),
            String.format(Locale.ROOT, "%.1f", each.nsPerRecord(50)), String.format(Locale.ROOT, "%.1f", each.nsPerRecord(99)),
            String.format(Locale.ROOT, "%.2f", each.recordsPerSecond() / fastestRaw(each, all)));
    }

    private static double fastestRaw(final Measurement.Records like, final List<Measurement.Records> all) {
        return all.stream()
            .filter(each -> each.size() == like.size() && each.sealing() == like.sealing() && each.subject().mode().equals("raw"))
            .mapToDouble(Measurement.Records::recordsPerSecond).max().orElse(Double.NaN);
    }

    static String bytes(final int size) {
        if (size >= 1 << 20 && size % (1 << 20) == 0) {
            return (size >> 20) + " MiB";
        }
        return size >= 1 << 10 && size % (1 << 10) == 0 ? (size >> 10) + " KiB" : size + " B";
    }

    private static String micros(final long ns) {
        return String.format(Locale.ROOT, "%.2f", ns / 1e3);
    }

    private static void measure(final int[] widths, final List<String> cells) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells.get(i).length());
        }
    }

    private static void appendLine(final StringBuilder out, final int[] widths, final List<String> cells) {
        final StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            final String padding = " ".repeat(widths[i] - cells.get(i).length());
            line.append("  ").append(i == 1 ? cells.get(i) + padding : padding + cells.get(i));
        }
        out.append(line.toString().stripTrailing()).append('\n');
    }
}
