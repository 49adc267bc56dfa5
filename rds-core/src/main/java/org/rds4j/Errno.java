package org.rds4j;

/** The errors an RDS program knows, by their Linux names and numbers. */
public enum Errno {
    /** Not permitted by policy. */
    EPERM(1),
    /** The call was interrupted. */
    EINTR(4),
    /** The socket is closed. */
    EBADF(9),
    /** No room, or nothing there, right now. */
    EAGAIN(11),
    /** A table or memory bound is reached. */
    ENOMEM(12),
    /** The permissions of a file say no. */
    EACCES(13),
    /** A description of what is wanted has the wrong form. */
    EFAULT(14),
    /** Something is still in use. */
    EBUSY(16),
    /** An argument or the state of the socket forbids the call. */
    EINVAL(22),
    /** No destination given and none connected to. */
    EDESTADDRREQ(89),
    /** Longer than the largest message or the send buffer. */
    EMSGSIZE(90),
    /** A destination that no socket of RDS can have. */
    EPROTOTYPE(91),
    /** There is no such option, or it cannot be had here. */
    ENOPROTOOPT(92),
    /** Not supported, as mixing IPv4 and IPv6. */
    EOPNOTSUPP(95),
    /** Not an address of a family that RDS knows. */
    EAFNOSUPPORT(97),
    /** The address and port are taken. */
    EADDRINUSE(98),
    /** Not an address of this host. */
    EADDRNOTAVAIL(99),
    /** The connection is over. */
    ECONNRESET(104),
    /** The destination port is congested. */
    ENOBUFS(105),
    /** The socket is not bound, or has no destination. */
    ENOTCONN(107),
    /** The time given has passed. */
    ETIMEDOUT(110),
    /** Nothing listens there. */
    ECONNREFUSED(111);

    private static final Errno[] VALUES = values();

    private final int number;

    Errno(final int number) {
        this.number = number;
    }

    /**
     * The number Linux gives the error.
     *
     * @return above 0.
     */
    public int number() {
        return number;
    }

    /**
     * Looks an error up by its number.
     *
     * @param number above 0.
     * @return the error.
     * @throws IllegalArgumentException when the number is not one of these.
     */
    public static Errno ofNumber(final int number) {
        for (final Errno errno : VALUES) {
            if (errno.number == number) {
                return errno;
            }
        }
        throw new IllegalArgumentException("no errno with number " + number);
    }
}
