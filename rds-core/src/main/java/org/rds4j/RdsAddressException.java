package org.rds4j;

/** EADDRINUSE, EADDRNOTAVAIL, EDESTADDRREQ, EPROTOTYPE or EAFNOSUPPORT: the address does not serve. */
public class RdsAddressException extends RdsException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param errno   its kind.
     * @param message what is wrong and what to do.
     */
    public RdsAddressException(final Errno errno, final String message) {
        super(errno, message);
    }
}
