package org.rds4j.perf.load;

import java.io.Serial;

/** A measurement could not be made or must not be believed. The message is one line that says what happened. */
public final class MeasurementException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * A failure without a cause below it.
     *
     * @param message what happened, in one line.
     */
    public MeasurementException(final String message) {
        super(message);
    }

    /**
     * A failure that something below caused.
     *
     * @param message what happened, in one line.
     * @param cause   why.
     */
    public MeasurementException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
