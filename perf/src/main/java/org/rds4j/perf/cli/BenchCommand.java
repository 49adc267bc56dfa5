package org.rds4j.perf.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code rds bench}: runs the JMH benchmarks. JMH gives its forks the arguments of the virtual machine that it runs in, so
 * they get the flags of the launcher.
 */
@Command(
    name = "bench",
    description = "Runs the JMH micro-benchmarks; everything but --list and --help goes to JMH.",
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--list", description = "List the benchmarks instead of running them.")
    private boolean list;

    @Parameters(paramLabel = "JMH-ARGUMENT", description = "A pattern of names, or options such as -- -f 1 -wi 3 -i 5.")
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws RunnerException {
        final Runner runner = new Runner(options());
        if (list) {
            runner.list();
        } else {
            run(runner);
        }
        return 0;
    }

    private void run(final Runner runner) throws RunnerException {
        try {
            runner.run();
        } catch (final NoBenchmarksException e) {
            throw new ParameterException(spec.commandLine(), "no benchmark matches " + String.join(" ", arguments), e);
        }
    }

    private CommandLineOptions options() {
        try {
            return new CommandLineOptions(arguments.toArray(String[]::new));
        } catch (final CommandLineOptionException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
