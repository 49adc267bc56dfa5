package org.rds4j.peer;

import java.util.Arrays;

/**
 * Which paths of an engine have something to do. Those are looked at in each duty cycle; any other waits until something
 * happens to it, which whoever causes it says by {@link PeerPath#touch()}, or until its deadline. So a path on which nothing
 * happens costs no time. Engine thread only.
 * <pre>
 *            touch, deadline
 *   waiting ------------------> listed: polled in each duty cycle
 *           <------------------
 *            nothing left to do
 * </pre>
 */
public final class PathSchedule {
    private static final int FIRST_CAPACITY = 16;

    private PeerPath[] listed = new PeerPath[FIRST_CAPACITY];
    private int listedCount;
    /** A binary heap of waiting paths by deadline; those without one are not in it. */
    private PeerPath[] waiting = new PeerPath[FIRST_CAPACITY];
    private int waitingCount;

    /**
     * Makes room, so that no later call allocates.
     *
     * @param paths of the engine.
     */
    public void reserve(final int paths) {
        if (paths > listed.length) {
            listed = Arrays.copyOf(listed, 2 * paths);
            waiting = Arrays.copyOf(waiting, 2 * paths);
        }
    }

    void list(final PeerPath path) {
        if (!path.isListed) {
            path.isListed = true;
            forget(path);
            listed[listedCount++] = path;
        }
    }

    /**
     * Lists the paths whose deadline has come, and has the listed ones take what their carriers have received.
     *
     * @param nowNs the engine's time.
     * @return work done.
     */
    public int pollInbound(final long nowNs) {
        while (waitingCount > 0 && waiting[0].deadlineNs <= nowNs) {
            list(waiting[0]);
        }
        int work = 0;
        for (int i = 0; i < listedCount; i++) {
            work += listed[i].pollInbound(nowNs);
        }
        return work;
    }

    /**
     * Has the listed paths send what is due, or dial; those with nothing left to do wait from now on.
     *
     * @param nowNs the engine's time.
     * @return work done.
     */
    public int pollOutbound(final long nowNs) {
        int work = 0;
        for (int i = 0; i < listedCount; i++) {
            work += listed[i].pollOutbound(nowNs);
        }
        int kept = 0;
        for (int i = 0; i < listedCount; i++) {
            final PeerPath path = listed[i];
            if (path.hasWork()) {
                listed[kept++] = path;
            } else {
                path.isListed = false;
                wait(path, path.nextDeadlineNs());
            }
        }
        Arrays.fill(listed, kept, listedCount, null);
        listedCount = kept;
        return work;
    }

    /**
     * When a path next wants to be polled without anything having happened.
     *
     * @return the engine's time, or {@link Long#MAX_VALUE} for never.
     */
    public long nextDeadlineNs() {
        long earliestNs = waitingCount == 0 ? Long.MAX_VALUE : waiting[0].deadlineNs;
        for (int i = 0; i < listedCount; i++) {
            earliestNs = Math.min(earliestNs, listed[i].nextDeadlineNs());
        }
        return earliestNs;
    }

    private void wait(final PeerPath path, final long deadlineNs) {
        path.deadlineNs = deadlineNs;
        if (deadlineNs != Long.MAX_VALUE) {
            settle(path, waitingCount++);
        }
    }

    private void forget(final PeerPath path) {
        final int index = path.waitingIndex;
        if (index >= 0) {
            path.waitingIndex = -1;
            final PeerPath last = waiting[--waitingCount];
            waiting[waitingCount] = null;
            if (index < waitingCount) {
                settle(last, index);
            }
        }
    }

    private void settle(final PeerPath path, final int from) {
        int index = from;
        while (index > 0 && waiting[(index - 1) >>> 1].deadlineNs > path.deadlineNs) {
            index = move((index - 1) >>> 1, index);
        }
        int child = earlierChild(index);
        while (child < waitingCount && waiting[child].deadlineNs < path.deadlineNs) {
            index = move(child, index);
            child = earlierChild(index);
        }
        waiting[index] = path;
        path.waitingIndex = index;
    }

    private int move(final int from, final int to) {
        waiting[to] = waiting[from];
        waiting[to].waitingIndex = to;
        return from;
    }

    private int earlierChild(final int index) {
        final int left = 2 * index + 1;
        return left + 1 < waitingCount && waiting[left + 1].deadlineNs < waiting[left].deadlineNs ? left + 1 : left;
    }
}
