package org.rds4j;

/** EBADF or ENOTCONN: the socket is closed, unbound or has no destination. */
public class RdsStateException extends RdsException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param errno   its kind.
     * @param message what is wrong and what to do.
     */
    public RdsStateException(final Errno errno, final String message) {
        super(errno, message);
    }
}
