package org.rds4j.driver;

import java.io.IOException;

/** A system call that failed. */
final class UnixException extends IOException {
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EACCES = 13;

    private static final long serialVersionUID = 1L;

    private final int errno;

    UnixException(final String call, final int errno) {
        super(call + " fails with errno " + errno);
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
