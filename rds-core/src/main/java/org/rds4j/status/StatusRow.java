package org.rds4j.status;

import org.rds4j.RdsAddress;

/** One row of a table as a tool reads it: its words, in order. */
final class StatusRow {
    private final long[] words;
    private int next;

    StatusRow(final long[] words) {
        this.words = words;
    }

    long word() {
        return words[next++];
    }

    int number() {
        return (int) word();
    }

    /** Three words: both halves of the address, and a port. */
    RdsAddress address() {
        final long high = word();
        final long low = word();
        return RdsAddress.of(high, low, number());
    }

    /** Three words, of which an address of all zeros stands for none. */
    RdsAddress addressOrNull() {
        final long high = word();
        final long low = word();
        final int port = number();
        return (high | low) == 0 ? null : RdsAddress.of(high, low, port);
    }
}
