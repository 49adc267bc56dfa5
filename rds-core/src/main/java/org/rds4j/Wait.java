package org.rds4j;

import java.util.function.IntSupplier;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;

/** One blocking call's waiting: idles, or runs the node's work, until a deadline. Used by the calling thread. */
final class Wait {
    private final NanoClock clock;
    private final IdleStrategy idleStrategy;
    private final IntSupplier duty;
    private final long startNs;
    private final long timeoutNs;
    private final String awaited;

    Wait(final RdsContext context, final IntSupplier duty, final long timeoutNs, final String awaited) {
        this.clock = context.nanoClock();
        this.idleStrategy = context.newApplicationIdleStrategy();
        this.duty = duty;
        this.startNs = clock.nanoTime();
        this.timeoutNs = timeoutNs;
        this.awaited = awaited;
    }

    /** Waits a little. */
    void idle() {
        if (Thread.currentThread().isInterrupted()) {
            throw RdsException.of(Errno.EINTR, "interrupted while waiting for " + awaited);
        }
        if (clock.nanoTime() - startNs >= timeoutNs) {
            throw RdsException.of(Errno.ETIMEDOUT, "waited " + timeoutNs + " ns for " + awaited);
        }
        idleStrategy.idle(duty == null ? 0 : duty.getAsInt());
    }
}
