package org.rds4j.peer;

import org.rds4j.carrier.ByteCarrier;

/** Accepted carriers that wait, unread, for a path of their peer to become free; oldest first. Engine thread only. */
final class PendingCarriers {
    private final ByteCarrier[] carriers;
    private final int[] lanes;
    private final long[] deadlinesNs;
    private final boolean[] isDown;
    private final long patienceNs;
    private int size;

    PendingCarriers(final int capacity, final long patienceNs) {
        this.carriers = new ByteCarrier[capacity];
        this.lanes = new int[capacity];
        this.deadlinesNs = new long[capacity];
        this.isDown = new boolean[capacity];
        this.patienceNs = patienceNs;
    }

    boolean add(final int lane, final ByteCarrier carrier, final long nowNs) {
        if (size == carriers.length) {
            return false;
        }
        carriers[size] = carrier;
        lanes[size] = lane;
        deadlinesNs[size] = nowNs + patienceNs;
        isDown[size] = false;
        size++;
        return true;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int firstLane() {
        return lanes[0];
    }

    boolean isFirstDown() {
        return isDown[0];
    }

    long firstDeadlineNs() {
        return deadlinesNs[0];
    }

    /** A path is being freed for the first. */
    void postponeFirst(final long nowNs) {
        deadlinesNs[0] = nowNs + patienceNs;
    }

    ByteCarrier takeFirst() {
        final ByteCarrier first = carriers[0];
        size--;
        System.arraycopy(carriers, 1, carriers, 0, size);
        System.arraycopy(lanes, 1, lanes, 0, size);
        System.arraycopy(deadlinesNs, 1, deadlinesNs, 0, size);
        System.arraycopy(isDown, 1, isDown, 0, size);
        carriers[size] = null;
        return first;
    }

    /** What a carrier received before it went down is still to be read. */
    @SuppressWarnings("ReferenceEquality") // carriers have no other identity
    void onDown(final ByteCarrier ended) {
        for (int i = 0; i < size; i++) {
            isDown[i] |= carriers[i] == ended;
        }
    }
}
