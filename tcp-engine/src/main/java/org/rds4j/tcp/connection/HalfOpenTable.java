package org.rds4j.tcp.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.rds4j.tcp.steering.FlowOwner;
import org.rds4j.tcp.table.ConnectionTable;
import org.rds4j.tcp.table.FourTuple;

/**
 * The handshakes of one listener, a fixed number of records. Those whose SYN-ACK was repeated equally often wait equally long, so
 * a list for each number of repetitions is in the order of deadlines without a queue. One thread.
 */
final class HalfOpenTable {
    private final ConnectionTable table;
    private final TupleRecords<HalfOpen> records;
    private final List<DeadlineList<HalfOpen>> rounds = new ArrayList<>();

    /** Room for so many handshakes, each repeated at most so often. */
    HalfOpenTable(final int capacity, final int retries, final RandomGenerator random) {
        table = new ConnectionTable(capacity, random);
        records = new TupleRecords<>(table);
        for (int i = 0; i < capacity; i++) {
            records.give(new HalfOpen());
        }
        for (int i = 0; i <= retries; i++) {
            rounds.add(new DeadlineList<>(new HalfOpen()));
        }
    }

    /** Says who is told of handshakes that begin and end; the table is empty. */
    void owner(final FlowOwner owner) {
        table.owner(owner);
    }

    int size() {
        return records.size();
    }

    boolean isFull() {
        return records.isFull();
    }

    void forEach(final Consumer<FourTuple> action) {
        table.forEach(action);
    }

    HalfOpen find(
        final int interfaceId, final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        if (records.size() == 0) {
            return null;
        }
        table.interfaceId(interfaceId);
        return (HalfOpen) table.find(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort);
    }

    /** A record to be filled in and {@link #add}ed; there must be one left. */
    HalfOpen take() {
        return records.take();
    }

    void add(final HalfOpen record, final long deadlineNs) {
        records.add(record);
        record.retries = 0;
        rounds.get(0).append(record, deadlineNs);
    }

    void remove(final HalfOpen record) {
        rounds.get(record.retries).remove(record);
        records.remove(record);
    }

    /** Moves a record to the list of those that were repeated once more. */
    void repeat(final HalfOpen record, final long deadlineNs) {
        rounds.get(record.retries).remove(record);
        record.retries++;
        rounds.get(record.retries).append(record, deadlineNs);
    }

    long nextDeadlineNs() {
        long next = Long.MAX_VALUE;
        for (int i = 0; records.size() > 0 && i < rounds.size(); i++) {
            next = Math.min(next, rounds.get(i).nextDeadlineNs());
        }
        return next;
    }

    /** A record that is due, or null. */
    HalfOpen due(final long nowNs) {
        HalfOpen due = null;
        for (int i = rounds.size() - 1; records.size() > 0 && due == null && i >= 0; i--) {
            due = rounds.get(i).due(nowNs);
        }
        return due;
    }

    /** Any record, or null when there is none. */
    HalfOpen any() {
        return due(Long.MAX_VALUE);
    }
}
