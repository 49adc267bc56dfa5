package org.rds4j.status;

/** A node's status cannot be read or published; the message says what to do. */
public final class StatusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message for people.
     *
     * @param message one line.
     */
    public StatusException(final String message) {
        super(message);
    }
}
