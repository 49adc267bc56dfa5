package org.rds4j;

/** ETIMEDOUT: the time given has passed. */
public class RdsTimeoutException extends RdsException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param message what was waited for.
     */
    public RdsTimeoutException(final String message) {
        super(Errno.ETIMEDOUT, message);
    }
}
