package org.rds4j.perf.load;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.NanoClock;

/**
 * Carries out a {@link LoadPlan}: size by size, and at each size all subjects in turn, round by round. Every session is
 * opened for one round, so that only the subject being measured keeps a thread busy. Not thread safe.
 */
public final class LoadRunner {
    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final int SIGNIFICANT_DIGITS = 3;

    private final LoadPlan plan;
    private final List<Subject> subjects;
    private final LoadProgress progress;
    private final RttLoop rttLoop;
    private final ThroughputLoop throughputLoop;
    private final Histogram unrecorded = newHistogram();
    private final long preparationNs;
    private final long warmUpNs;
    private final long measuredNs;
    private final int steps;
    private int done;

    /**
     * A run that has not begun.
     *
     * @param plan     what to measure.
     * @param subjects whom, in the order of their turns; borrowed.
     * @param progress hears of each step.
     * @param clock    measures.
     */
    public LoadRunner(final LoadPlan plan, final List<Subject> subjects, final LoadProgress progress, final NanoClock clock) {
        this.plan = plan;
        this.subjects = List.copyOf(subjects);
        this.progress = progress;
        this.rttLoop = new RttLoop(clock);
        this.throughputLoop = new ThroughputLoop(clock);
        final int cells = plan.cellsPerSubject() * subjects.size();
        this.preparationNs = plan.budget().preparationNs(cells);
        this.warmUpNs = plan.budget().warmUpNs(cells);
        this.measuredNs = plan.budget().measuredNs(cells);
        this.steps = cells * (1 + plan.budget().rounds());
    }

    /**
     * Measures everything, on the calling thread.
     *
     * @return one entry for each subject and size, in the order measured.
     * @throws MeasurementException if a subject stalls or delivers wrong content; names subject, metric and size.
     */
    public List<Measurement> run() {
        final List<Measurement> measurements = new ArrayList<>();
        plan.rttSizes().forEach(this::prepareRtt);
        plan.rttSizes().forEach(size -> measurements.addAll(measureRtt(size)));
        plan.throughputSizes().forEach(this::prepareThroughput);
        plan.throughputSizes().forEach(size -> measurements.addAll(measureThroughput(size)));
        return measurements;
    }

    private void prepareRtt(final int size) {
        for (final Subject subject : subjects) {
            announce(subject, Metric.RTT, size);
            rttRound(subject, size, preparationNs, 0, unrecorded);
        }
    }

    private List<Measurement> measureRtt(final int size) {
        final List<Histogram> histograms = subjects.stream().map(subject -> newHistogram()).toList();
        for (int round = 0; round < plan.budget().rounds(); round++) {
            for (int i = 0; i < subjects.size(); i++) {
                announce(subjects.get(i), Metric.RTT, size);
                rttRound(subjects.get(i), size, warmUpNs, measuredNs, histograms.get(i));
            }
        }
        final List<Measurement> measurements = new ArrayList<>(subjects.size());
        for (int i = 0; i < subjects.size(); i++) {
            measurements.add(new Measurement.Rtt(
                subjects.get(i).description(), size, plan.ratePerSecond(), histograms.get(i)));
        }
        return measurements;
    }

    private void rttRound(
        final Subject subject, final int size, final long unrecordedNs, final long recordedNs, final Histogram histogram) {
        try (RttSession session = subject.rtt(size)) {
            rttLoop.closed(session, unrecordedNs, unrecorded);
            if (plan.ratePerSecond() == 0) {
                rttLoop.closed(session, recordedNs, histogram);
            } else {
                rttLoop.fixedRate(session, recordedNs, 1_000_000_000L / plan.ratePerSecond(), histogram);
            }
        } catch (final MeasurementException e) {
            throw named(e, subject, Metric.RTT, size);
        }
    }

    private void prepareThroughput(final int size) {
        for (final Subject subject : subjects) {
            announce(subject, Metric.THROUGHPUT, size);
            throughputRound(subject, size, preparationNs, 0);
        }
    }

    private List<Measurement> measureThroughput(final int size) {
        final List<List<Measurement.Round>> rounds = subjects.stream()
            .map(subject -> (List<Measurement.Round>) new ArrayList<Measurement.Round>()).toList();
        for (int round = 0; round < plan.budget().rounds(); round++) {
            for (int i = 0; i < subjects.size(); i++) {
                announce(subjects.get(i), Metric.THROUGHPUT, size);
                rounds.get(i).add(throughputRound(subjects.get(i), size, warmUpNs, measuredNs));
            }
        }
        final List<Measurement> measurements = new ArrayList<>(subjects.size());
        for (int i = 0; i < subjects.size(); i++) {
            measurements.add(new Measurement.Throughput(subjects.get(i).description(), size, rounds.get(i)));
        }
        return measurements;
    }

    private Measurement.Round throughputRound(
        final Subject subject, final int size, final long unrecordedNs, final long recordedNs) {
        try (ThroughputSession session = subject.throughput(size)) {
            throughputLoop.run(session, unrecordedNs);
            final long messages = throughputLoop.run(session, recordedNs);
            return new Measurement.Round(messages, throughputLoop.elapsedNs());
        } catch (final MeasurementException e) {
            throw named(e, subject, Metric.THROUGHPUT, size);
        }
    }

    private void announce(final Subject subject, final Metric metric, final int size) {
        progress.onCell(done++, steps, where(subject, metric, size));
    }

    private static MeasurementException named(
        final MeasurementException cause, final Subject subject, final Metric metric, final int size) {
        return new MeasurementException(where(subject, metric, size) + ": " + cause.getMessage(), cause);
    }

    private static String where(final Subject subject, final Metric metric, final int size) {
        return subject.description().label() + " " + metric.label() + " " + size + " B";
    }

    private static Histogram newHistogram() {
        return new Histogram(HIGHEST_NS, SIGNIFICANT_DIGITS);
    }
}
