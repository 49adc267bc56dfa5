package org.rds4j.perf.baseline;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * How both ends wait: asking the socket again at once, and after many questions in vain giving the processor to whoever
 * else can run, which costs next to nothing on an idle machine and saves a time slice where both ends share a core.
 */
final class Patience {
    private static final int QUESTIONS = 100;

    private Patience() {
    }

    static IdleStrategy create() {
        return new BackoffIdleStrategy(QUESTIONS, Long.MAX_VALUE, 1, 1);
    }
}
