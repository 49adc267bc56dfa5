package org.rds4j.perf.stress;

/** A stress run that cannot go on: the peer, or what it sent, is not as agreed. */
public final class StressException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String details;

    StressException(final String message) {
        this(message, "");
    }

    StressException(final String message, final String details) {
        super(message);
        this.details = details;
    }

    /**
     * What a person needs to see besides the message.
     *
     * @return lines for the standard output stream, empty for none.
     */
    public String details() {
        return details;
    }
}
