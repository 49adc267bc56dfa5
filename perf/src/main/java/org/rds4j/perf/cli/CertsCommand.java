package org.rds4j.perf.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.rds4j.perf.stack.DemoIdentities;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rds certs}: certificates for tests and demonstrations. */
@Command(
    name = "certs",
    description = "Makes a certificate authority and node certificates for tests and demonstrations. The authority's key is "
        + "not kept, so a second run makes a second authority.",
    mixinStandardHelpOptions = true)
final class CertsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--dir", paramLabel = "DIR", defaultValue = "certs",
        description = "Where trust.pem and, per node, NAME.pem and NAME.key go (default: ${DEFAULT-VALUE}).")
    private Path directory;

    @Option(names = "--days", paramLabel = "N", defaultValue = "30", description = "Validity (default: ${DEFAULT-VALUE}).")
    private int days;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "Nodes, such as a b.")
    private List<String> names;

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(directory);
        DemoIdentities.write(directory, names, Duration.ofDays(days));
        spec.commandLine().getOut().println(directory + ": trust.pem and certificates of " + String.join(", ", names));
        return 0;
    }
}
