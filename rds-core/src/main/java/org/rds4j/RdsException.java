package org.rds4j;

/** Root of what the API throws; unchecked. {@link #errno()} is what a Linux RDS program would have seen. */
public class RdsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /**
     * An error.
     *
     * @param errno   its kind.
     * @param message what is wrong and what to do.
     */
    public RdsException(final Errno errno, final String message) {
        super(errno + ": " + message);
        this.errno = errno;
    }

    /**
     * The kind of error.
     *
     * @return by its Linux name.
     */
    public Errno errno() {
        return errno;
    }

    /**
     * The subtype that belongs to a kind of error.
     *
     * @param errno   its kind.
     * @param message what is wrong and what to do.
     * @return the exception, not thrown.
     */
    public static RdsException of(final Errno errno, final String message) {
        return switch (errno) {
            case EAGAIN, ENOBUFS -> new RdsWouldBlockException(errno, message);
            case ETIMEDOUT -> new RdsTimeoutException(message);
            case EADDRINUSE, EADDRNOTAVAIL, EDESTADDRREQ, EPROTOTYPE, EAFNOSUPPORT -> new RdsAddressException(errno, message);
            case EBADF, ENOTCONN, EBUSY -> new RdsStateException(errno, message);
            case EINVAL, EMSGSIZE, EOPNOTSUPP, EFAULT, ENOPROTOOPT -> new RdsArgumentException(errno, message);
            case EPERM, EACCES, EINTR, ENOMEM, ECONNRESET, ECONNREFUSED -> new RdsException(errno, message);
        };
    }
}
