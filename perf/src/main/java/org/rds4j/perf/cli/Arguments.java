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

    /** A host as given, without a port. One that every device has on its link needs the device's name behind it, fe80::1%eth0. */
    static RdsAddress host(final CommandSpec spec, final String text) {
        final int scope = text.indexOf('%');
        final RdsAddress address = address(spec, scope < 0 ? text : text.substring(0, scope));
        if (address.port() != 0) {
            throw new ParameterException(spec.commandLine(), "'" + text + "' has a port: name a host");
        }
        if (address.isLinkLocal() ? scope < 0 || scope == text.length() - 1 : scope >= 0) {
            throw new ParameterException(spec.commandLine(), address.isLinkLocal()
                ? "'" + text + "' is on every link: write the device behind it, as in fe80::1%eth0"
                : "'" + text + "' needs no device behind it, as it is not link-local");
        }
        return address;
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
