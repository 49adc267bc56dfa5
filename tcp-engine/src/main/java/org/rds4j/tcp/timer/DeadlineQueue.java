package org.rds4j.tcp.timer;

/**
 * A binary heap of timer sets by time. A heap rather than a wheel, because engines are asked for their exact next deadline,
 * and because sets are moved rarely. Fixed capacity, no allocation, one thread.
 *
 * @param <T> the type of the sets' owners.
 */
public final class DeadlineQueue<T> {
    private final TimerSet<T>[] heap;
    private int size;

    /**
     * An empty queue.
     *
     * @param capacity most sets it will hold.
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // generic array creation
    public DeadlineQueue(final int capacity) {
        heap = new TimerSet[capacity];
    }

    /**
     * When the next set is due; never later than its earliest deadline.
     *
     * @return the time, or {@link TimerSet#NONE}.
     */
    public long nextDeadlineNs() {
        return size == 0 ? TimerSet.NONE : heap[0].queuedNs;
    }

    /**
     * Takes out the first set that is due. The caller expires what is due in it and calls {@link TimerSet#requeue()}.
     *
     * @param nowNs the engine's time.
     * @return the set, or null when none is due.
     */
    public TimerSet<T> takeDue(final long nowNs) {
        if (size == 0 || heap[0].queuedNs > nowNs) {
            return null;
        }
        final TimerSet<T> first = heap[0];
        remove(first);
        return first;
    }

    void put(final TimerSet<T> set, final long timeNs) {
        int index = set.queueIndex;
        if (index < 0) {
            index = size++;
        }
        set.queuedNs = timeNs;
        settle(set, index);
    }

    void remove(final TimerSet<T> set) {
        final int index = set.queueIndex;
        if (index < 0) {
            return;
        }
        set.queueIndex = -1;
        final TimerSet<T> last = heap[--size];
        heap[size] = null;
        if (last != set) {
            settle(last, index);
        }
    }

    private void settle(final TimerSet<T> set, final int from) {
        int index = from;
        while (index > 0 && heap[(index - 1) >>> 1].queuedNs > set.queuedNs) {
            index = move((index - 1) >>> 1, index);
        }
        int child = smallerChild(index);
        while (child < size && heap[child].queuedNs < set.queuedNs) {
            index = move(child, index);
            child = smallerChild(index);
        }
        heap[index] = set;
        set.queueIndex = index;
    }

    private int move(final int from, final int to) {
        heap[to] = heap[from];
        heap[to].queueIndex = to;
        return from;
    }

    private int smallerChild(final int index) {
        final int left = 2 * index + 1;
        return left + 1 < size && heap[left + 1].queuedNs < heap[left].queuedNs ? left + 1 : left;
    }
}
