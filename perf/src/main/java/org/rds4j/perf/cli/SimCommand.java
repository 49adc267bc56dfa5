package org.rds4j.perf.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.rds4j.perf.scenario.Scenario;
import org.rds4j.perf.scenario.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rds sim}: the deterministic simulator. */
@Command(
    name = "sim",
    description = "Runs two whole nodes on a simulated link in virtual time and prints a verdict and a trace hash per seed.",
    mixinStandardHelpOptions = true)
final class SimCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--scenario", paramLabel = "NAME", required = true, description = "loss, chaos or resets.")
    private String name;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "First seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--seeds", paramLabel = "K", defaultValue = "1", description = "How many seeds (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Override
    public Integer call() {
        final Scenario scenario = Scenario.of(name).orElseThrow(() -> new ParameterException(
            spec.commandLine(), "--scenario is one of " + Scenario.labels() + ", not " + name));
        final PrintWriter out = spec.commandLine().getOut();
        boolean isPassed = true;
        for (int i = 0; i < seeds; i++) {
            final Verdict verdict = scenario.run(seed + i);
            out.println(verdict);
            out.flush();
            isPassed &= verdict.isPassed();
        }
        return isPassed ? 0 : 1;
    }
}
