package org.rds4j;

/** EAGAIN or ENOBUFS: the call would have had to wait. */
public class RdsWouldBlockException extends RdsException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param errno   its kind.
     * @param message what is wrong and what to do.
     */
    public RdsWouldBlockException(final Errno errno, final String message) {
        super(errno, message);
    }
}
