package org.rds4j.tcp.connection;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.rds4j.tcp.table.ConnectionTable;
import org.rds4j.tcp.table.FourTuple;

/**
 * The handshakes of one listener, a fixed number of records. Those whose SYN-ACK was repeated equally often wait equally long, so
 * a list for each number of repetitions is in the order of deadlines without a queue. One thread.
 */
final class HalfOpenTable {
    private final ConnectionTable table;
    private final HalfOpen[] rounds;
    private HalfOpen free;
    private int size;

    /** Room for so many handshakes, each repeated at most so often. */
    HalfOpenTable(final int capacity, final int retries, final RandomGenerator random) {
        table = new ConnectionTable(capacity, random);
        rounds = new HalfOpen[retries + 1];
        for (int i = 0; i < rounds.length; i++) {
            rounds[i] = new HalfOpen();
            rounds[i].next = rounds[i];
            rounds[i].previous = rounds[i];
        }
        for (int i = 0; i < capacity; i++) {
            final HalfOpen record = new HalfOpen();
            record.next = free;
            free = record;
        }
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return free == null;
    }

    void forEach(final Consumer<FourTuple> action) {
        table.forEach(action);
    }

    HalfOpen find(
        final int interfaceId, final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        if (size == 0) {
            return null;
        }
        table.interfaceId(interfaceId);
        return (HalfOpen) table.find(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort);
    }

    /** A record to be filled in and {@link #add}ed; there must be one left. */
    HalfOpen take() {
        final HalfOpen record = free;
        free = record.next;
        record.retries = 0;
        return record;
    }

    void add(final HalfOpen record, final long deadlineNs) {
        table.add(record);
        size++;
        link(record, deadlineNs);
    }

    void remove(final HalfOpen record) {
        table.remove(record);
        unlink(record);
        record.route.release();
        record.route = null;
        record.next = free;
        free = record;
        size--;
    }

    /** Moves a record to the list of those that were repeated once more. */
    void repeat(final HalfOpen record, final long deadlineNs) {
        unlink(record);
        record.retries++;
        link(record, deadlineNs);
    }

    long nextDeadlineNs() {
        long next = Long.MAX_VALUE;
        for (int i = 0; size > 0 && i < rounds.length; i++) {
            if (rounds[i].next != rounds[i]) {
                next = Math.min(next, rounds[i].next.deadlineNs);
            }
        }
        return next;
    }

    /** A record that is due, or null. */
    HalfOpen due(final long nowNs) {
        for (int i = rounds.length - 1; size > 0 && i >= 0; i--) {
            final HalfOpen first = rounds[i].next;
            if (first != rounds[i] && first.deadlineNs <= nowNs) {
                return first;
            }
        }
        return null;
    }

    /** Any record, or null when there is none. */
    HalfOpen any() {
        return due(Long.MAX_VALUE);
    }

    private void link(final HalfOpen record, final long deadlineNs) {
        final HalfOpen ends = rounds[record.retries];
        record.deadlineNs = deadlineNs;
        record.next = ends;
        record.previous = ends.previous;
        ends.previous.next = record;
        ends.previous = record;
    }

    private static void unlink(final HalfOpen record) {
        record.previous.next = record.next;
        record.next.previous = record.previous;
    }
}
