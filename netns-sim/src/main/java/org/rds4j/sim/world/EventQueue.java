package org.rds4j.sim.world;

import java.util.Arrays;

/** When each of a growing number of things next happens, soonest first: a binary heap that knows where each thing stands. */
final class EventQueue {
    private long[] timeNs = new long[16];
    private int[] heap = new int[16];
    private int[] place = new int[16];
    private int size;

    /** Adds a thing to which nothing happens; things are numbered from 0. */
    void add() {
        if (size == heap.length) {
            timeNs = Arrays.copyOf(timeNs, 2 * size);
            heap = Arrays.copyOf(heap, 2 * size);
            place = Arrays.copyOf(place, 2 * size);
        }
        timeNs[size] = Long.MAX_VALUE;
        put(size, size);
        size++;
    }

    /** Says when something happens to a thing, whatever was said before. */
    void set(final int thing, final long whenNs) {
        final long beforeNs = timeNs[thing];
        timeNs[thing] = whenNs;
        if (whenNs < beforeNs) {
            rise(thing);
        } else if (whenNs > beforeNs) {
            sink(thing);
        }
    }

    /** When something next happens, {@link Long#MAX_VALUE} for never. */
    long nextNs() {
        return size == 0 ? Long.MAX_VALUE : timeNs[heap[0]];
    }

    /** To what it happens. */
    int next() {
        return heap[0];
    }

    private void rise(final int thing) {
        int hole = place[thing];
        while (hole > 0) {
            final int parent = (hole - 1) >>> 1;
            if (timeNs[heap[parent]] <= timeNs[thing]) {
                break;
            }
            put(heap[parent], hole);
            hole = parent;
        }
        put(thing, hole);
    }

    private void sink(final int thing) {
        int hole = place[thing];
        int child = 2 * hole + 1;
        while (child < size) {
            if (child + 1 < size && timeNs[heap[child + 1]] < timeNs[heap[child]]) {
                child++;
            }
            if (timeNs[heap[child]] >= timeNs[thing]) {
                break;
            }
            put(heap[child], hole);
            hole = child;
            child = 2 * hole + 1;
        }
        put(thing, hole);
    }

    private void put(final int thing, final int where) {
        heap[where] = thing;
        place[thing] = where;
    }
}
