package org.rds4j.driver;

/** A driver's directory does not serve; the message says what to do. */
public final class DriverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message for people.
     *
     * @param message one line.
     */
    public DriverException(final String message) {
        super(message);
    }
}
