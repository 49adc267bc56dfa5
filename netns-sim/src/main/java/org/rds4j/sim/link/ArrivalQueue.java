package org.rds4j.sim.link;

/** Frames on the way, soonest arrival first, and first sent first among equals: a binary heap in arrays. */
final class ArrivalQueue {
    private final long[] dueNs;
    private final long[] order;
    private final int[] frames;
    private long nextOrder;
    private int size;

    ArrivalQueue(final int capacity) {
        dueNs = new long[capacity];
        order = new long[capacity];
        frames = new int[capacity];
    }

    int size() {
        return size;
    }

    /**
     * When the next frame arrives.
     *
     * @return virtual time, {@link Long#MAX_VALUE} when none is on the way.
     */
    long headDueNs() {
        return size == 0 ? Long.MAX_VALUE : dueNs[0];
    }

    void add(final long arrivalNs, final int frame) {
        final long arrivalOrder = nextOrder++;
        int hole = size++;
        while (hole > 0) {
            final int parent = (hole - 1) >>> 1;
            if (isBefore(parent, arrivalNs, arrivalOrder)) {
                break;
            }
            move(parent, hole);
            hole = parent;
        }
        put(hole, arrivalNs, arrivalOrder, frame);
    }

    int removeHead() {
        final int head = frames[0];
        size--;
        final long lastNs = dueNs[size];
        final long lastOrder = order[size];
        final int lastFrame = frames[size];
        int hole = 0;
        int child = 1;
        while (child < size) {
            if (child + 1 < size && isBefore(child + 1, dueNs[child], order[child])) {
                child++;
            }
            if (!isBefore(child, lastNs, lastOrder)) {
                break;
            }
            move(child, hole);
            hole = child;
            child = 2 * hole + 1;
        }
        put(hole, lastNs, lastOrder, lastFrame);
        return head;
    }

    private boolean isBefore(final int index, final long otherNs, final long otherOrder) {
        return dueNs[index] < otherNs || (dueNs[index] == otherNs && order[index] < otherOrder);
    }

    private void move(final int from, final int to) {
        put(to, dueNs[from], order[from], frames[from]);
    }

    private void put(final int index, final long arrivalNs, final long arrivalOrder, final int frame) {
        dueNs[index] = arrivalNs;
        order[index] = arrivalOrder;
        frames[index] = frame;
    }
}
