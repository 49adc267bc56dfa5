package org.rds4j.tcp.steering;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which local ports one engine's flows have, for the other engines to see before they take one. Changed by the engine's thread,
 * read by all.
 */
final class PortUse {
    private static final int PORTS = 1 << 16;
    private static final int NONE = -1;

    private final AtomicLongArray used = new AtomicLongArray(PORTS / Long.SIZE);
    private final int[] flows = new int[PORTS];
    /** Stays in use until another takes its place: its flow is about to come, or only changes from one record to another. */
    private int unsettled = NONE;

    /** In use from now on, though there is no flow yet; what the caller reads next is what was so later. */
    void claim(final int port) {
        settle(port);
        mark(port);
    }

    void opened(final int port) {
        if (flows[port]++ == 0) {
            mark(port);
        }
    }

    void closed(final int port) {
        if (--flows[port] == 0) {
            settle(port);
        }
    }

    /** Any thread. */
    boolean isUsed(final int port) {
        return (used.get(port / Long.SIZE) & 1L << port) != 0;
    }

    private void settle(final int next) {
        if (unsettled != NONE && unsettled != next && flows[unsettled] == 0) {
            final int word = unsettled / Long.SIZE;
            used.set(word, used.get(word) & ~(1L << unsettled));
        }
        unsettled = next;
    }

    private void mark(final int port) {
        final int word = port / Long.SIZE;
        used.set(word, used.get(word) | 1L << port); // volatile: visible before anything is read
    }
}
