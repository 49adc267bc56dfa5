package org.rds4j.tcp.connection;

/** Records that all wait equally long: in the order in which they came, they are in that of their deadlines. */
final class DeadlineList<R extends TupleRecord<R>> {
    /** Stands before the first and behind the last. */
    private final R ends;
    private int size;

    /** A list of nothing, which keeps a record of its own. */
    DeadlineList(final R ends) {
        this.ends = ends;
        ends.next = ends;
        ends.previous = ends;
    }

    /** The record whose deadline is next, or null. */
    R first() {
        return size == 0 ? null : ends.next;
    }

    /** The first record if it is due, or null. */
    R due(final long nowNs) {
        return nextDeadlineNs() <= nowNs ? first() : null;
    }

    long nextDeadlineNs() {
        return size == 0 ? Long.MAX_VALUE : ends.next.deadlineNs;
    }

    /** Takes in a record that is in no list. */
    void append(final R record, final long deadlineNs) {
        record.deadlineNs = deadlineNs;
        record.next = ends;
        record.previous = ends.previous;
        ends.previous.next = record;
        ends.previous = record;
        size++;
    }

    /** Takes out a record that is in this list. */
    void remove(final R record) {
        record.previous.next = record.next;
        record.next.previous = record.previous;
        size--;
    }
}
