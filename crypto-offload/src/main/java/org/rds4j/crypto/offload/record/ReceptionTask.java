package org.rds4j.crypto.offload.record;

import java.util.function.BiConsumer;
import org.rds4j.crypto.Closing;
import org.rds4j.crypto.agent.EncryptionTask;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;

/**
 * What the device's firmware is asked for to decrypt a connection's records, one step after the other: {@link Step#ATTACH} gives
 * it the key in force, behind all records submitted before, {@link Step#STEER} sends it the packets once its parameters are set,
 * {@link Step#UNSTEER} takes them away again, {@link Step#DETACH} gives the key back when no record needs it any more.
 */
public final class ReceptionTask implements EncryptionTask {
    /** What is to be done next. */
    public enum Step {
        /** A context for the key in force. */
        ATTACH,
        /** Packets to the context. */
        STEER,
        /** No packets to the context any more. */
        UNSTEER,
        /** No context. */
        DETACH
    }

    private final InlineTls inline;
    private final AeadProvider provider;
    private final OffloadCounters counters;
    private final byte[] flow;
    private final BiConsumer<ReceptionTask, RecordError> engine;
    private Step step;
    private SendQueue queue;
    private Readback readback;
    private ReceptionContext context;

    /**
     * A task of one connection; reused.
     *
     * @param inline   the device.
     * @param provider of AES-GCM in software.
     * @param counters of refusals.
     * @param flow     source and destination address, source and destination port, as they stand in the packets that come.
     * @param engine   told of each step on its thread, and whether the device refused it.
     */
    public ReceptionTask(
        final InlineTls inline, final AeadProvider provider, final OffloadCounters counters, final byte[] flow,
        final BiConsumer<ReceptionTask, RecordError> engine) {
        this.inline = inline;
        this.provider = provider;
        this.counters = counters;
        this.flow = flow;
        this.engine = engine;
    }

    /**
     * Says what is to be done next; not while the task is submitted.
     *
     * @param next step.
     */
    public void set(final Step next) {
        step = next;
    }

    /**
     * What was done.
     *
     * @return the step.
     */
    public Step step() {
        return step;
    }

    /**
     * The queue for parameters of all connections.
     *
     * @return null when the device has none left.
     */
    public SendQueue queue() {
        return queue;
    }

    /**
     * Where the device writes the context's state.
     *
     * @return this connection's own from {@link Step#ATTACH} to {@link Step#DETACH}.
     */
    public Readback readback() {
        return readback;
    }

    /**
     * What the device holds.
     *
     * @return null when it has no room for the connection.
     */
    public ReceptionContext context() {
        return context;
    }

    /** Firmware takes its time. */
    @Override
    public int weight() {
        return MAX_WEIGHT;
    }

    @Override
    public RecordError execute(final RecordSealer sealer, final RecordOpener opener) {
        boolean isDone = true;
        switch (step) {
            case ATTACH -> attach(opener);
            case STEER -> isDone = inline.steer(flow, context);
            case UNSTEER -> inline.unsteer(flow);
            case DETACH -> detach();
        }
        return isDone ? RecordError.NONE : RecordError.INTERNAL_ERROR;
    }

    private void attach(final RecordOpener opener) {
        queue = inline.receptionQueue();
        if (queue == null || opener.error() != RecordError.NONE) {
            return;
        }
        readback = inline.acquireReadback();
        try {
            context = inline.attachReception(
                opener.copyOfKeys(), opener.generation(), opener.recordNumber(), provider, counters);
        } finally {
            if (context == null) {
                releaseReadback();
            }
        }
    }

    private void detach() {
        final ReceptionContext ended = context;
        context = null;
        Closing.all(() -> inline.detachReception(ended), this::releaseReadback);
    }

    private void releaseReadback() {
        inline.releaseReadback(readback);
        readback = null;
    }

    @Override
    public void onExecuted(final RecordError error) {
        engine.accept(this, error);
    }
}
