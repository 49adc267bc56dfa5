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

    /** The words as octets, from a place in an array to its end at most. */
    void octets(final byte[] destination, final int offset) {
        for (int i = offset; i < Math.min(destination.length, offset + StatusPage.ROW_LENGTH); i++) {
            destination[i] = (byte) (words[(i - offset) / Long.BYTES] >>> (Byte.SIZE * ((i - offset) % Long.BYTES)));
        }
    }

    /** Three words, of which an address of all zeros stands for none. */
    RdsAddress addressOrNull() {
        final long high = word();
        final long low = word();
        final int port = number();
        return (high | low) == 0 ? null : RdsAddress.of(high, low, port);
    }
}
