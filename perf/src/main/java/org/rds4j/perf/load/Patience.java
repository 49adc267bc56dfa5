package org.rds4j.perf.load;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * How every busy thread of every subject waits: asking again at once, and after many questions in vain giving the
 * processor to whoever else can run, which costs next to nothing on an idle machine and saves a time slice where busy
 * threads share a core.
 */
public final class Patience {
    private static final int QUESTIONS = 100;

    private Patience() {
    }

    /**
     * A strategy for one thread.
     *
     * @return a new one.
     */
    public static IdleStrategy create() {
        return new BackoffIdleStrategy(QUESTIONS, Long.MAX_VALUE, 1, 1);
    }
}
