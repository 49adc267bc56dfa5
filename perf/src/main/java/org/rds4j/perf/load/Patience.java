package org.rds4j.perf.load;

import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;

/**
 * How every busy thread of every subject waits: asking again at once, and after some microseconds in vain giving the
 * processor to whoever else can run. On an idle machine that costs next to nothing; where busy threads share a processor,
 * the one that is waited for gets it. Counted in time, as a question is a look at a word for one thread and the whole duty
 * cycle of two nodes for another. One thread's.
 */
public final class Patience implements IdleStrategy {
    private static final long PATIENCE_NS = 10_000;

    private long idleSinceNs;
    private boolean isIdle;

    private Patience() {
    }

    /**
     * A strategy for one thread.
     *
     * @return a new one.
     */
    public static IdleStrategy create() {
        return new Patience();
    }

    @Override
    public void idle(final int workCount) {
        if (workCount > 0) {
            reset();
        } else {
            idle();
        }
    }

    @Override
    public void idle() {
        final long nowNs = System.nanoTime();
        if (!isIdle) {
            isIdle = true;
            idleSinceNs = nowNs;
        }
        if (nowNs - idleSinceNs < PATIENCE_NS) {
            Thread.onSpinWait();
        } else {
            YieldingIdleStrategy.INSTANCE.idle();
        }
    }

    @Override
    public void reset() {
        isIdle = false;
    }
}
