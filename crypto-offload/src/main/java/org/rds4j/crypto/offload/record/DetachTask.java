package org.rds4j.crypto.offload.record;

import org.rds4j.crypto.agent.EncryptionTask;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.WqeError;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;

/** Takes a key out of the device that nothing uses any more, and perhaps the queue of its connection. */
public final class DetachTask implements EncryptionTask {
    private final InlineTls inline;
    private final DeviceContext context;
    private final SendQueue queue;
    private final boolean isLast;
    private final Runnable engine;

    /**
     * A task.
     *
     * @param inline  the device.
     * @param context to be ended, or null for none.
     * @param queue   of the connection.
     * @param isLast  whether the queue goes too.
     * @param engine  told on its thread.
     */
    public DetachTask(
        final InlineTls inline, final DeviceContext context, final SendQueue queue, final boolean isLast,
        final Runnable engine) {
        this.inline = inline;
        this.context = context;
        this.queue = queue;
        this.isLast = isLast;
        this.engine = engine;
    }

    /** Firmware takes its time. */
    @Override
    public int weight() {
        return MAX_WEIGHT;
    }

    @Override
    public RecordError execute(final RecordSealer sealer, final RecordOpener opener) {
        try {
            if (context != null) {
                inline.detach(context, queue.failure() != WqeError.NONE);
            }
        } finally {
            if (isLast) {
                inline.closeQueue(queue);
            }
        }
        return RecordError.NONE;
    }

    @Override
    public void onExecuted(final RecordError error) {
        engine.run();
    }
}
