package org.rds4j.perf.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.HdrHistogram.HistogramIterationValue;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.rds4j.perf.load.Measurement;
import org.rds4j.perf.load.SubjectDescription;

/** Charts of measurements. A subject has the same colour in all of them; baselines are dashed and paler. */
final class Plots {
    private static final int WIDTH = 620;
    private static final int HEIGHT = 400;
    private static final int TICKS_PER_HALF_DISTANCE = 4;

    private static final Color[] STACK_COLOURS =
        {new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73), new Color(0xCC79A7)};
    private static final Color[] BASELINE_COLOURS = {new Color(0x7FB8D8), new Color(0xEAAE7F), new Color(0x7FCEB9)};
    private static final BasicStroke HAIR = new BasicStroke(1);
    private static final BasicStroke SOLID = new BasicStroke(2.2f);
    private static final BasicStroke DASHED =
        new BasicStroke(2.0f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {6, 4}, 0);

    private final List<Measurement> measurements;
    private final Map<String, Color> colours = new LinkedHashMap<>();
    private final List<SubjectDescription> subjects;

    Plots(final List<Measurement> measurements) {
        this.measurements = measurements;
        this.subjects = measurements.stream().map(Measurement::subject).distinct().toList();
        int stacks = 0;
        int baselines = 0;
        for (final SubjectDescription subject : subjects) {
            colours.put(subject.label(), subject.isBaseline()
                ? BASELINE_COLOURS[baselines++ % BASELINE_COLOURS.length] : STACK_COLOURS[stacks++ % STACK_COLOURS.length]);
        }
    }

    /** All charts that the measurements are enough for, by their captions, in the order to be shown. */
    Map<String, Chart<?, ?>> charts() {
        final Map<String, Chart<?, ?>> charts = new LinkedHashMap<>();
        final List<Measurement.Rtt> rtts = only(Measurement.Rtt.class);
        if (!rtts.isEmpty()) {
            charts.put("Median round trip", bySize(rtts, "p50, µs", rtt -> rtt.atPercentile(50) / 1e3));
            charts.put("99th percentile of the round trip", bySize(rtts, "p99, µs", rtt -> rtt.atPercentile(99) / 1e3));
        }
        final List<Measurement.Throughput> streams = only(Measurement.Throughput.class);
        if (!streams.isEmpty()) {
            charts.put("Payload throughput", bars(streams, "Gbit/s", Measurement.Throughput::gigabitsPerSecond));
            charts.put("Message rate", bySize(streams, "messages/s", Measurement.Throughput::messagesPerSecond));
        }
        rtts.stream().collect(Collectors.groupingBy(Measurement::size, LinkedHashMap::new, Collectors.toList()))
            .forEach((size, group) -> charts.put("Round trip of " + Table.bytes(size) + " by percentile", percentiles(group)));
        return charts;
    }

    /** A chart as the text of an SVG file. */
    static String svg(final Chart<?, ?> chart) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
        return out.toString(StandardCharsets.UTF_8);
    }

    private <T extends Measurement> List<T> only(final Class<T> type) {
        return measurements.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private Chart<?, ?> percentiles(final List<Measurement.Rtt> group) {
        final XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT)
            .xAxisTitle("one round trip in so many is slower (10: p90, 100: p99, 1000: p99.9)").yAxisTitle("µs").build();
        styleXy(chart);
        for (final Measurement.Rtt rtt : group) {
            final List<Double> scarcity = new ArrayList<>();
            final List<Double> micros = new ArrayList<>();
            for (final HistogramIterationValue value : rtt.histogram().percentiles(TICKS_PER_HALF_DISTANCE)) {
                final double percentile = value.getPercentileLevelIteratedTo();
                if (percentile > 0 && percentile < 100) {
                    scarcity.add(100 / (100 - percentile));
                    micros.add(value.getValueIteratedTo() / 1e3);
                }
            }
            addLine(chart, rtt.subject(), scarcity, micros, SeriesMarkers.NONE);
        }
        return chart;
    }

    private <T extends Measurement> Chart<?, ?> bySize(
        final List<T> ofOneMetric, final String unit, final ToDoubleFunction<T> value) {
        final XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT)
            .xAxisTitle("message size, octets").yAxisTitle(unit).build();
        styleXy(chart);
        for (final SubjectDescription subject : subjects) {
            final List<T> own = ofOneMetric.stream().filter(measurement -> measurement.subject().equals(subject)).toList();
            addLine(chart, subject, own.stream().map(measurement -> (double) measurement.size()).toList(),
                own.stream().map(value::applyAsDouble).toList(), SeriesMarkers.CIRCLE);
        }
        return chart;
    }

    private CategoryChart bars(final List<Measurement.Throughput> streams, final String unit,
        final ToDoubleFunction<Measurement.Throughput> value) {
        final CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(HEIGHT)
            .xAxisTitle("message size").yAxisTitle(unit).build();
        style(chart.getStyler());
        chart.getStyler().setAvailableSpaceFill(0.8);
        for (final SubjectDescription subject : subjects) {
            final List<Measurement.Throughput> own =
                streams.stream().filter(stream -> stream.subject().equals(subject)).toList();
            chart.addSeries(subject.label(), own.stream().map(stream -> Table.bytes(stream.size())).toList(),
                own.stream().map(value::applyAsDouble).toList()).setFillColor(colours.get(subject.label()));
        }
        return chart;
    }

    /** Adds a line to a chart with logarithmic axes, on which 0 has no place: a line with it is left out. */
    private void addLine(final XYChart chart, final SubjectDescription subject, final List<Double> x, final List<Double> y,
        final Marker marker) {
        if (y.isEmpty() || y.stream().anyMatch(value -> value <= 0)) {
            return;
        }
        final XYSeries series = chart.addSeries(subject.label(), x, y);
        series.setMarker(marker).setMarkerColor(colours.get(subject.label()));
        series.setLineStyle(subject.isBaseline() ? DASHED : SOLID).setLineColor(colours.get(subject.label()));
    }

    private static void styleXy(final XYChart chart) {
        style(chart.getStyler());
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    }

    private static void style(final AxesChartStyler styler) {
        styler.setLocale(Locale.ROOT);
        styler.setPlotGridLinesColor(new Color(0xE6E6E6)).setPlotGridLinesStroke(HAIR);
        styler.setChartTitleVisible(false).setChartBackgroundColor(Color.WHITE).setPlotBorderVisible(false)
            .setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal)
            .setLegendBorderColor(Color.WHITE).setMarkerSize(6);
    }
}
