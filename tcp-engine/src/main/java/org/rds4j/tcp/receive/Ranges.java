package org.rds4j.tcp.receive;

/** A bounded, ordered set of disjoint, non-adjacent ranges of stream positions. No allocation after construction. */
final class Ranges {
    private final long[] starts;
    private final long[] ends;
    private int count;
    private int touched;

    Ranges(final int capacity) {
        starts = new long[capacity];
        ends = new long[capacity];
    }

    int count() {
        return count;
    }

    long start(final int index) {
        return starts[index];
    }

    long end(final int index) {
        return ends[index];
    }

    /** Index of the range that the last successful {@link #add} has become part of. */
    int touched() {
        return touched;
    }

    void clear() {
        count = 0;
    }

    /** Adds [start, end), merging what it touches. False, and nothing changed, if a new range is needed and none is left. */
    boolean add(final long start, final long end) {
        int first = 0;
        while (first < count && ends[first] < start) {
            first++;
        }
        int last = first;
        while (last < count && starts[last] <= end) {
            last++;
        }
        touched = first;
        if (first == last) {
            return insert(first, start, end);
        }
        starts[first] = Math.min(starts[first], start);
        ends[first] = Math.max(ends[last - 1], end);
        remove(first + 1, last);
        return true;
    }

    /** Removes every range that begins at or below a position; returns the position moved to the end of the last of them. */
    long absorb(final long position) {
        long reached = position;
        int absorbed = 0;
        while (absorbed < count && starts[absorbed] <= reached) {
            reached = Math.max(reached, ends[absorbed]);
            absorbed++;
        }
        remove(0, absorbed);
        return reached;
    }

    /** Removes everything at and above a position. */
    void truncate(final long position) {
        while (count > 0 && starts[count - 1] >= position) {
            count--;
        }
        if (count > 0) {
            ends[count - 1] = Math.min(ends[count - 1], position);
        }
    }

    private boolean insert(final int index, final long start, final long end) {
        if (count == starts.length) {
            return false;
        }
        System.arraycopy(starts, index, starts, index + 1, count - index);
        System.arraycopy(ends, index, ends, index + 1, count - index);
        starts[index] = start;
        ends[index] = end;
        count++;
        return true;
    }

    private void remove(final int from, final int to) {
        if (from < to) {
            System.arraycopy(starts, to, starts, from, count - to);
            System.arraycopy(ends, to, ends, from, count - to);
            count -= to - from;
        }
    }
}
