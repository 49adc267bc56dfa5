package org.rds4j.perf.cli;

import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The {@code rds} command; the launcher starts it. Exit codes: 0 done, 1 failed, 2 usage. An error is one line on the
 * standard error stream.
 */
@Command(
    name = "rds",
    description = "Reliable datagrams for clusters.",
    mixinStandardHelpOptions = true,
    subcommands = {
        PerfCommand.class, NodeCommand.class, InfoCommand.class, PingCommand.class, StressCommand.class, TcpCommand.class,
        SimCommand.class, CertsCommand.class, BenchCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Exit codes: 0 done, 1 failed, 2 usage."})
public final class RdsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param args of the command line.
     */
    public static void main(final String[] args) {
        System.exit(commandLine().execute(args));
    }

    /**
     * The command line, ready to {@link CommandLine#execute}.
     *
     * @return a new one.
     */
    public static CommandLine commandLine() {
        return new CommandLine(new RdsCommand())
            .setExecutionExceptionHandler(RdsCommand::onFailure)
            .setParameterExceptionHandler(RdsCommand::onUsage);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }

    private static int onFailure(final Exception failure, final CommandLine command, final ParseResult parsed) {
        tell(command, Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
        return ExitCode.SOFTWARE;
    }

    private static int onUsage(final ParameterException misuse, final String[] args) {
        final CommandLine command = misuse.getCommandLine();
        tell(command, misuse.getMessage() + "; see " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static void tell(final CommandLine command, final String message) {
        final PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + message.lines().findFirst().orElse("failed"));
        err.flush();
    }
}
