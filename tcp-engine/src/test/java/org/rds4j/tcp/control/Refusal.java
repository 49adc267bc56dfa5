package org.rds4j.tcp.control;

/** A call that answers {@code err}. Carries no stack: it is an answer, not a fault. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    final Errno errno;

    Refusal(final Errno errno) {
        super(errno.name(), null, false, false);
        this.errno = errno;
    }
}
