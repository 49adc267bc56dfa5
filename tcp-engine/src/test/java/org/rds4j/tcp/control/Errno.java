package org.rds4j.tcp.control;

/** The errors that a call may answer with, by their names on every Unix. */
enum Errno {
    EADDRINUSE,
    EADDRNOTAVAIL,
    EAFNOSUPPORT,
    EAGAIN,
    EALREADY,
    EBADF,
    EBUSY,
    ECONNABORTED,
    ECONNREFUSED,
    ECONNRESET,
    EHOSTUNREACH,
    EINPROGRESS,
    EINVAL,
    EISCONN,
    ENETUNREACH,
    ENOPROTOOPT,
    ENOSYS,
    ENOTCONN,
    ENOTSUP,
    EPIPE,
    ETIMEDOUT
}
