package org.rds4j.perf.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.rds4j.RdsAddress;
import org.rds4j.perf.host.RdsHost;
import org.rds4j.perf.stress.StressException;
import org.rds4j.perf.stress.StressOptions;
import org.rds4j.perf.stress.StressRun;
import org.rds4j.perf.stress.StressTiming;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code rds stress}: a load generator that rds-stress of rds-tools 2.0.7 takes for one of its own. */
@Command(
    name = "stress",
    description = "Exchanges verified requests and answers with another rds stress, or with rds-stress on Linux. Without -s "
        + "it waits for a peer and does as that says.",
    sortOptions = false)
final class StressCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    /** Not from the usual mixin, whose -V means something else here. */
    @SuppressWarnings("UnusedVariable") // read by picocli
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @Mixin
    private HostOptions options;

    @Option(names = {"-s", "--send-addr"}, paramLabel = "HOST", description = "The passive side's address.")
    private String peer;

    @Option(names = {"-r", "--recv-addr"}, paramLabel = "HOST",
        description = "This side's address: the node to use, when several run on this host.")
    private String own;

    @Option(names = {"-p", "--port"}, paramLabel = "PORT", defaultValue = "4000", converter = Size.class,
        description = "TCP port of the control connection; tasks use the RDS ports above it (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = {"-q", "--req-bytes"}, paramLabel = "N", defaultValue = "1024", converter = Size.class,
        description = "Request message length (default: ${DEFAULT-VALUE}).")
    private int requestSize;

    @Option(names = {"-a", "--ack-bytes"}, paramLabel = "N", defaultValue = "63", converter = Size.class,
        description = "Ack message length (default: ${DEFAULT-VALUE}).")
    private int ackSize;

    @Option(names = {"-d", "--depth"}, paramLabel = "N", defaultValue = "1", converter = Size.class,
        description = "Requests outstanding between two tasks (default: ${DEFAULT-VALUE}).")
    private int depth;

    @Option(names = {"-t", "--tasks"}, paramLabel = "N", defaultValue = "1", converter = Size.class,
        description = "Tasks on each side; each sends to all of the other side (default: ${DEFAULT-VALUE}).")
    private int tasks;

    @Option(names = {"-T", "--time"}, paramLabel = "SECONDS", defaultValue = "0", converter = Size.class,
        description = "Run time, 0 for no end (default: ${DEFAULT-VALUE}).")
    private int runSeconds;

    @Option(names = {"-o"}, description = "Requests go one way only.")
    private boolean oneWay;

    @Option(names = {"-v", "--verify"}, description = "Verify the payload of every message.")
    private boolean verify;

    @Option(names = {"-z", "--report-summary"}, description = "Print a summary at the end only.")
    private boolean summaryOnly;

    @Option(names = {"-c", "--report-cpu"}, description = "Show how busy the host's processors are.")
    private boolean cpu;

    @Option(names = {"-Q", "--tos"}, paramLabel = "LEVEL", defaultValue = "0", converter = Size.class,
        description = "Service level, 0 to 15 (default: ${DEFAULT-VALUE}).")
    private int serviceLevel;

    @Option(names = {"-V", "--trace"}, description = "Tell the peer to trace what it does.")
    private boolean tracing;

    @Option(names = "--show-params", description = "Print the parameters first.")
    private boolean showParameters;

    @Option(names = "--show-perfdata", description = "Rows as comma-separated values with all counters, marked by '::'.")
    private boolean showPerfdata;

    @Option(names = "--show-histogram", description = "Print round trips by powers of two at the end.")
    private boolean showHistogram;

    @Option(names = "--connect-retries", paramLabel = "N", defaultValue = "0", converter = Size.class,
        description = "Attempts after the first, one per second, while nobody listens (default: ${DEFAULT-VALUE}).")
    private int connectRetries;

    @Option(names = "--use-cong-monitor", paramLabel = "0|1", defaultValue = "1", converter = Size.class,
        description = "Told to the peer (default: ${DEFAULT-VALUE}).")
    private int congestionMonitor;

    @Option(
        names = {"-D", "--rdma-bytes", "-I", "-M", "--rdma-use-once", "--rdma-use-get-mr", "--rdma-use-fence",
            "--rdma-use-notify", "--rdma-cache-mrs", "--rdma-alignment", "--rdma-key-o-meter"},
        arity = "0..1", hidden = true)
    private List<String> rdma = List.of();

    @Option(names = {"--async", "--reset", "-R", "--rtprio"}, hidden = true)
    private boolean[] unsupported = {};

    @Override
    public Integer call() throws InterruptedException {
        refuse();
        try (RdsHost host = options.host(spec, own == null ? null : parse(own))) {
            if (!host.address().isIpv4()) {
                throw usage("stress runs between IPv4 hosts, as its messages have room for no other addresses");
            }
            run(host, peer == null ? null : wanted(host));
            return 0;
        } catch (final StressException e) {
            spec.commandLine().getOut().print(e.details());
            spec.commandLine().getOut().flush();
            throw e;
        }
    }

    private void run(final RdsHost host, final StressOptions wanted) throws InterruptedException {
        host.start();
        Interrupts.stopOnExit();
        final StressRun run = new StressRun(host, StressTiming.ORIGINAL, spec.commandLine().getOut(), cpu, showHistogram);
        if (wanted == null) {
            run.passive(port, host.maxMessageLength());
        } else {
            run.active(wanted, host.maxMessageLength());
        }
    }

    private void refuse() {
        if (!rdma.isEmpty()) {
            throw usage("RDMA does not exist over TCP: leave out -D, -I, -M and --rdma options");
        }
        if (unsupported.length > 0) {
            throw usage("--async, --reset and -R are not available");
        }
    }

    private StressOptions wanted(final RdsHost host) {
        try {
            return new StressOptions(depth, requestSize, ackSize, (int) parse(peer).low(), (int) host.address().low(),
                port, tasks, runSeconds, summaryOnly, tracing, verify, showParameters, showPerfdata, congestionMonitor != 0,
                oneWay, connectRetries, serviceLevel).check(host.maxMessageLength());
        } catch (final StressException e) {
            throw usage(e.getMessage());
        }
    }

    private RdsAddress parse(final String host) {
        final RdsAddress address = Arguments.host(spec, host);
        if (!address.isIpv4()) {
            throw usage(host + " is not an IPv4 address");
        }
        return address;
    }

    private ParameterException usage(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** A number as the original reads it: decimal, 0x or 0 for octal, and k, m or g behind it. */
    static final class Size implements ITypeConverter<Integer> {
        private static final String SUFFIXES = "kmg";

        @Override
        public Integer convert(final String text) {
            final int power = text.isEmpty() ? -1 : SUFFIXES.indexOf(Character.toLowerCase(text.charAt(text.length() - 1)));
            final String digits = power < 0 ? text : text.substring(0, text.length() - 1);
            try {
                final long value = Math.multiplyExact(Long.decode(digits), 1L << (10 * (power + 1)));
                if (value >= 0 && value <= Integer.MAX_VALUE) {
                    return (int) value;
                }
            } catch (final NumberFormatException | ArithmeticException e) {
                // Said below, for every kind of mistake.
            }
            throw new TypeConversionException("'" + text + "' is not a number from 0 to " + Integer.MAX_VALUE);
        }
    }
}
