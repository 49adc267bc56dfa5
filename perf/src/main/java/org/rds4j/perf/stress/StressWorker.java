package org.rds4j.perf.stress;

import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.LangUtil;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.rds4j.RdsSocket;
import org.rds4j.perf.host.RdsHost;

/**
 * The thread that runs every task of one side. Tasks are sockets of their own but share this thread, since on hosts with few
 * cores a thread each would only wait for the others.
 */
final class StressWorker implements AutoCloseable {
    private static final long JOIN_MS = 5_000;

    private enum Phase { READY, SENDING, DRAINING, STOPPED }

    private final StressCounters counters = new StressCounters();
    private final List<StressTask> tasks = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "rds-stress");
    private volatile Phase phase = Phase.READY;
    private volatile Exception failure;

    StressWorker(final RdsHost host, final StressOptions options, final boolean isActive, final NanoClock clock) {
        final StressPattern pattern =
            new StressPattern(Math.max(options.requestSize(), options.ackSize()) - StressHeader.LENGTH);
        try {
            for (int i = 0; i < options.tasks(); i++) {
                final RdsSocket socket = host.socket();
                try {
                    tasks.add(new StressTask(options, socket, i, isActive, pattern, counters, clock));
                } catch (final RuntimeException e) {
                    socket.close();
                    throw e;
                }
            }
        } catch (final RuntimeException e) {
            CloseHelper.closeAll(tasks);
            throw e;
        }
        thread.setDaemon(true);
        thread.start();
    }

    StressCounters counters() {
        return counters;
    }

    /** Requests and answers may be sent from now on. */
    void begin() {
        phase = Phase.SENDING;
    }

    /** Only receives from now on. */
    void drain() {
        phase = Phase.DRAINING;
    }

    /** Throws what ended the thread, if something did. */
    void requireHealthy() {
        if (failure != null) {
            LangUtil.rethrowUnchecked(failure);
        }
    }

    private void run() {
        final IdleStrategy idle = new BackoffIdleStrategy(100, 10, 1_000, 50_000);
        try {
            while (phase != Phase.STOPPED) {
                idle.idle(phase == Phase.READY ? receive() : phase == Phase.SENDING ? receive() + send() : receive());
            }
        } catch (final RuntimeException e) {
            failure = e;
        }
    }

    private int receive() {
        int work = 0;
        for (final StressTask task : tasks) {
            work += task.receive();
        }
        return work;
    }

    private int send() {
        int work = 0;
        for (final StressTask task : tasks) {
            work += task.send();
        }
        return work;
    }

    @Override
    public void close() {
        phase = Phase.STOPPED;
        boolean isInterrupted = false;
        try {
            thread.join(JOIN_MS);
        } catch (final InterruptedException e) {
            isInterrupted = true;
        }
        CloseHelper.closeAll(tasks);
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
