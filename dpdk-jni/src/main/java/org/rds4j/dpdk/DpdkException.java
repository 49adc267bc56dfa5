package org.rds4j.dpdk;

import org.rds4j.dpdk.internal.Native;

/** DPDK refused something outside the packet path; the message says what and, as far as DPDK told, why. */
public final class DpdkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * A refusal of this module's own.
     *
     * @param message what was refused and what to do.
     */
    public DpdkException(final String message) {
        super(message);
        this.errno = 0;
    }

    private DpdkException(final String message, final int errno) {
        super(message);
        this.errno = errno;
    }

    /**
     * DPDK is not there.
     *
     * @param cause why.
     */
    public DpdkException(final Throwable cause) {
        super(cause.getMessage(), cause);
        this.errno = 0;
    }

    static DpdkException of(final String attempt, final long negativeErrno) {
        final int errno = (int) -negativeErrno;
        final String log = Native.takeLog().strip().replace("\n", "; ");
        return new DpdkException(attempt + ": " + Native.errorText(errno) + (log.isEmpty() ? "" : " (" + log + ")"), errno);
    }

    /**
     * The error number DPDK gave.
     *
     * @return as in errno.h, 0 when the refusal is not DPDK's.
     */
    public int errno() {
        return errno;
    }
}
