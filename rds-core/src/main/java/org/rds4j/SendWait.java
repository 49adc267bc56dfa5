package org.rds4j;

import java.util.function.IntSupplier;

/**
 * What a send waits for: the end of congestion, then room in the send buffer. One time limit for both; where everything shall be
 * as on Linux, none for the first and all of it for the second (rds_cong_wait, then rds_sendmsg). Used by the calling thread.
 */
final class SendWait {
    private final RdsContext context;
    private final IntSupplier duty;
    private final long timeoutNs;
    private Wait wait;
    private int awaited;

    SendWait(final RdsContext context, final IntSupplier duty, final long timeoutNs) {
        this.context = context;
        this.duty = duty;
        this.timeoutNs = timeoutNs;
    }

    /** Waits a little because of a refusal that may pass. */
    void idle(final int refusal) {
        if (wait == null || (context.linuxExact() && refusal != awaited)) {
            final boolean isCongested = refusal == RdsSocket.CONGESTED;
            wait = new Wait(context, duty, isCongested && context.linuxExact() ? RdsSocket.FOREVER : timeoutNs,
                isCongested ? "the end of the destination's congestion" : "room in the send buffer");
            awaited = refusal;
        }
        wait.idle();
    }
}
