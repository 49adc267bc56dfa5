package org.rds4j.perf.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.agrona.CloseHelper;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.crypto.provider.AeadCalibration;
import org.rds4j.node.CryptodevProvider;
import org.rds4j.perf.aead.AeadScenario;
import org.rds4j.perf.idle.IdlePeersScenario;
import org.rds4j.perf.load.LoadPlan;
import org.rds4j.perf.load.LoadProgress;
import org.rds4j.perf.load.LoadRunner;
import org.rds4j.perf.load.Measurement;
import org.rds4j.perf.load.Metric;
import org.rds4j.perf.load.Subject;
import org.rds4j.perf.load.SubjectFactory;
import org.rds4j.perf.load.TimeBudget;
import org.rds4j.perf.report.AddedCost;
import org.rds4j.perf.report.HtmlReport;
import org.rds4j.perf.report.JsonReport;
import org.rds4j.perf.report.MachineDescription;
import org.rds4j.perf.report.ProgressLine;
import org.rds4j.perf.report.Table;
import org.rds4j.perf.report.ThreadRate;
import org.rds4j.perf.tcp.TcpScenario;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rds perf}: measures all subjects in one run and reports. */
@Command(
    name = "perf",
    description = "Measures this stack and the kernel baselines: round-trip time and throughput.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PerfCommand implements Callable<Integer> {
    /** Set by the launcher: whether the standard error stream is a terminal. */
    private static final String TERMINAL_PROPERTY = "rds.stderr.terminal";
    private static final long WARM_UP_NS = 3_000_000_000L;
    private static final long QUICK_WARM_UP_NS = 1_500_000_000L;
    private static final long ROUND_NS = 1_000_000_000L;
    private static final long QUICK_ROUND_NS = 300_000_000L;
    private static final int ROUNDS = 4;
    private static final String OFFLOAD_MODEL = "model";
    /** Subjects and sizes of records together are about ten times as many as subjects of other scenarios. */
    private static final int CELL_SHARE = 10;

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "Fewer sizes and rounds; at most 45 seconds instead of 3 minutes.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results as a JSON list.")
    private Path json;

    @Option(names = "--report", paramLabel = "DIR", description = "Write a page with plots, index.html, and results.json.")
    private Path report;

    @Option(names = "--scenario", paramLabel = "rtt|throughput|tcp|idle-peers|aead",
        description = "Measure only one of the first two, or what the TCP engine alone costs per segment beside the bare ring, "
            + "or what peers cost the RDS engine with which nothing happens, or what sealing and opening records takes by each "
            + "library and by the encryption thread.")
    private String scenario;

    @Option(names = "--sizes", paramLabel = "N", split = ",", description = "Message sizes in octets, for both scenarios.")
    private List<Integer> sizes;

    @Option(names = "--subject", paramLabel = "NAME", split = ",",
        description = "Measure only these. There are: ${COMPLETION-CANDIDATES}.", completionCandidates = SubjectLabels.class)
    private List<String> labels;

    @Option(names = "--rate", paramLabel = "N", description = "Ping-pong at N messages per second, counting from when each "
        + "was due, instead of as fast as echoes come back.")
    private int ratePerSecond;

    @Option(names = "--offload", paramLabel = "model", description = "Measure encrypted nodes without and with NICs that encrypt "
        + "large records (inline TLS). The NICs are models, which do it in software: it shows what happens, not how fast.")
    private String offload;

    private final List<String> remarks = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        final Callable<List<Measurement>> work = work();
        prepareOutputs();
        final MachineDescription machine = MachineDescription.here();
        final List<Measurement> measurements = work.call();
        print(measurements, machine);
        write(measurements, machine);
        return 0;
    }

    private Callable<List<Measurement>> work() {
        if (Metric.TCP.label().equals(scenario)) {
            return alone(progress -> new TcpScenario(SystemNanoClock.INSTANCE, progress,
                quick ? QUICK_WARM_UP_NS : WARM_UP_NS, quick ? QUICK_ROUND_NS : ROUND_NS, ROUNDS).run());
        }
        if (Metric.IDLE_PEERS.label().equals(scenario)) {
            return alone(progress -> new IdlePeersScenario(
                progress, quick ? QUICK_WARM_UP_NS : WARM_UP_NS, ROUNDS * (quick ? QUICK_ROUND_NS : ROUND_NS)).run());
        }
        if (Metric.AEAD.label().equals(scenario)) {
            return alone(progress -> new AeadScenario(AeadCalibration.SIZES, progress,
                (quick ? QUICK_WARM_UP_NS : WARM_UP_NS) / CELL_SHARE, (quick ? QUICK_ROUND_NS : ROUND_NS) / CELL_SHARE,
                ROUNDS).run());
        }
        return load();
    }

    private Callable<List<Measurement>> load() {
        final LoadPlan plan = plan();
        final List<SubjectFactory> factories = factories();
        return () -> measure(plan, factories);
    }

    /** A scenario with subjects of its own. */
    private Callable<List<Measurement>> alone(final Function<LoadProgress, List<Measurement>> scenarioOf) {
        if (sizes != null || labels != null || ratePerSecond != 0 || offload != null) {
            throw usage("--scenario " + scenario + " goes with --quick, --json and --report only");
        }
        return () -> {
            final ProgressLine progress = new ProgressLine(System.err, Boolean.getBoolean(TERMINAL_PROPERTY));
            try {
                return scenarioOf.apply(progress);
            } finally {
                progress.clear();
            }
        };
    }

    private LoadPlan plan() {
        final boolean rtt = includes(Metric.RTT);
        final boolean throughput = includes(Metric.THROUGHPUT);
        if (!rtt && !throughput) {
            throw usage("--scenario is rtt, throughput, tcp, idle-peers or aead, not " + scenario);
        }
        try {
            return new LoadPlan(rtt ? sizesOr(quick ? LoadPlan.QUICK_RTT_SIZES : LoadPlan.RTT_SIZES) : List.of(),
                throughput ? sizesOr(LoadPlan.THROUGHPUT_SIZES) : List.of(),
                quick ? TimeBudget.QUICK : TimeBudget.FULL, ratePerSecond);
        } catch (final IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private boolean includes(final Metric metric) {
        return scenario == null || scenario.equals(metric.label());
    }

    private List<Integer> sizesOr(final List<Integer> usual) {
        return sizes == null ? usual : sizes;
    }

    private List<SubjectFactory> factories() {
        if (offload != null && !OFFLOAD_MODEL.equals(offload)) {
            throw usage("--offload knows " + OFFLOAD_MODEL + ", not " + offload);
        }
        final List<SubjectFactory> all = offload == null ? Subjects.all() : Subjects.offloaded();
        if (labels == null) {
            return all;
        }
        final List<String> known = all.stream().map(SubjectFactory::label).toList();
        if (!known.containsAll(labels)) {
            throw usage("--subject knows " + String.join(", ", known) + "; not " + String.join(",", labels));
        }
        return all.stream().filter(factory -> labels.contains(factory.label())).toList();
    }

    /** Finds out before the run, not after it, that a result could not be written. */
    private void prepareOutputs() throws IOException {
        if (json != null && (Files.isDirectory(json) || !Files.isDirectory(json.toAbsolutePath().getParent()))) {
            throw usage("--json needs a file in a directory that exists, not " + json);
        }
        if (report != null) {
            if (Files.exists(report) && !Files.isDirectory(report)) {
                throw usage("--report needs a directory, not the file " + report);
            }
            Files.createDirectories(report);
        }
    }

    private List<Measurement> measure(final LoadPlan plan, final List<SubjectFactory> factories) {
        final List<Subject> subjects = new ArrayList<>();
        final ProgressLine progress = new ProgressLine(System.err, Boolean.getBoolean(TERMINAL_PROPERTY));
        try {
            factories.forEach(factory -> subjects.add(factory.open()));
            final List<Measurement> measurements = new LoadRunner(plan, subjects, progress, SystemNanoClock.INSTANCE).run();
            subjects.forEach(subject -> remarks.addAll(subject.remarks()));
            return measurements;
        } finally {
            progress.clear();
            CloseHelper.closeAll(subjects);
        }
    }

    private void print(final List<Measurement> measurements, final MachineDescription machine) {
        final PrintWriter out = spec.commandLine().getOut();
        out.println(machine.line());
        out.println(measurements.stream().map(Measurement::subject).distinct()
            .map(subject -> "  " + subject.label() + ": " + (subject.encrypted() ? "encrypted" : "plaintext") + ", "
                + subject.link() + ", " + subject.threads())
            .collect(Collectors.joining("\n")));
        if (measurements.stream().anyMatch(each -> each.subject().encrypted() && !each.subject().isBaseline())) {
            out.println(aeadChoice());
        }
        Table.of(measurements).forEach(table -> out.print("\n" + table.text()));
        if (!remarks.isEmpty()) {
            out.println("\n" + String.join("\n", remarks));
        }
        AddedCost.of(measurements).ifPresent(cost -> out.println("\n" + cost.line()));
        ThreadRate.of(measurements).forEach(rate -> out.println("\n" + rate.line()));
        out.flush();
    }

    /** What nodes of this process use, and the figures that speak for it. */
    private static String aeadChoice() {
        final AeadCalibration calibration = AeadCalibration.begin(CryptodevProvider.candidates()).join();
        return "  records are sealed and opened by " + calibration.choice().name() + ", as measured at start:\n    "
            + (calibration.text() + unusable()).replace("\n", "\n    ");
    }

    private static String unusable() {
        return CryptodevProvider.candidates().stream().filter(provider -> !provider.isAvailable())
            .map(provider -> "\n" + provider.name() + " cannot be used: " + provider.unavailabilityCause())
            .collect(Collectors.joining());
    }

    private void write(final List<Measurement> measurements, final MachineDescription machine) throws IOException {
        final PrintWriter out = spec.commandLine().getOut();
        if (json != null) {
            JsonReport.write(json, measurements);
            out.println("\nresults: " + json);
        }
        if (report != null) {
            out.println("\nreport: " + HtmlReport.write(report, measurements, machine, Instant.now()));
        }
        out.flush();
    }

    private ParameterException usage(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** The values that {@code --subject} knows, for its help. */
    static final class SubjectLabels extends ArrayList<String> {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        SubjectLabels() {
            super(Subjects.all().stream().map(SubjectFactory::label).toList());
        }
    }
}
