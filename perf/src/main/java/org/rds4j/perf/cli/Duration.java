package org.rds4j.perf.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time as rds-ping reads it: seconds, or a number with its unit behind it. */
final class Duration implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(|s|ms|msec|us|usec)");
    private static final double MAX_NS = 1e18;

    @Override
    public Long convert(final String text) {
        final Matcher matcher = FORM.matcher(text);
        if (matcher.matches()) {
            final double ns = Double.parseDouble(matcher.group(1)) * unitNs(matcher.group(2));
            if (ns <= MAX_NS) {
                return (long) ns;
            }
        }
        throw new TypeConversionException("'" + text + "' is not a time: write 0.5, 500ms or 500000us");
    }

    private static double unitNs(final String unit) {
        return switch (unit) {
            case "ms", "msec" -> 1e6;
            case "us", "usec" -> 1e3;
            default -> 1e9;
        };
    }
}
