package org.rds4j;

/** EBADF, ENOTCONN or EBUSY: the socket is closed, unbound or has no destination; or something is still in use. */
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
