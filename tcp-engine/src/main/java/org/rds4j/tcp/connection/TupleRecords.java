package org.rds4j.tcp.connection;

import org.rds4j.tcp.table.ConnectionTable;

/** A fixed number of records, and those of them that stand in a table. */
final class TupleRecords<R extends TupleRecord<R>> {
    private final ConnectionTable table;
    private R free;
    private int size;

    /** No records yet. */
    TupleRecords(final ConnectionTable table) {
        this.table = table;
    }

    /** One more record that may be taken. */
    void give(final R record) {
        record.next = free;
        free = record;
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return free == null;
    }

    /** A record to be filled in and {@link #add}ed; there must be one left. */
    R take() {
        final R record = free;
        free = record.next;
        return record;
    }

    /** Finds a record from now on by its tuple, which holds its route. */
    void add(final R record) {
        record.route.hold();
        table.add(record);
        size++;
    }

    /** A record is not wanted any more; it is in no list. */
    void remove(final R record) {
        table.remove(record);
        record.route.release();
        record.route = null;
        give(record);
        size--;
    }
}
