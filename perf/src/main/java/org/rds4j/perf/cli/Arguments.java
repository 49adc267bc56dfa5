package org.rds4j.perf.cli;

import java.util.function.Supplier;
import org.rds4j.RdsAddress;
import org.rds4j.RdsArgumentException;
import org.rds4j.RdsConfigurationException;
import org.rds4j.RdsContext;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Turns words of the command line into values. Only what is refused here, and by picocli itself, is misuse with exit code 2;
 * whatever goes wrong later is a failure.
 */
final class Arguments {
    private Arguments() {
    }

    /** An address as given, with or without port. */
    static RdsAddress address(final CommandSpec spec, final String text) {
        return checked(spec, () -> RdsAddress.parse(text));
    }

    /** Concludes a context made of the command line's words. */
    static RdsContext conclude(final CommandSpec spec, final RdsContext context) {
        return checked(spec, context::conclude);
    }

    private static <T> T checked(final CommandSpec spec, final Supplier<T> parse) {
        try {
            return parse.get();
        } catch (final RdsArgumentException | RdsConfigurationException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
