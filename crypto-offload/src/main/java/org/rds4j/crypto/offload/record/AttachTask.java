package org.rds4j.crypto.offload.record;

import java.util.function.Consumer;
import org.rds4j.crypto.agent.EncryptionTask;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;

/**
 * Gives a connection's present sealing key to the device, and the connection a queue and memory when it has none. Records
 * {@linkplain ImageTask framed} from then on are for that key, until it is changed.
 */
public final class AttachTask implements EncryptionTask {
    private final InlineTls inline;
    private final AeadProvider provider;
    private final OffloadCounters counters;
    private final long address;
    private final long length;
    private final Consumer<AttachTask> engine;
    private SendQueue queue;
    private int memoryKey;
    private DeviceContext context;

    /**
     * A task.
     *
     * @param inline   the device.
     * @param provider of AES-GCM in software.
     * @param counters of refusals.
     * @param address  of the send stream's ring, overhang included.
     * @param length   octets.
     * @param queue    of the connection, null when it has none yet.
     * @param engine   told on its thread.
     */
    public AttachTask(
        final InlineTls inline,
        final AeadProvider provider,
        final OffloadCounters counters,
        final long address,
        final long length,
        final SendQueue queue,
        final Consumer<AttachTask> engine) {
        this.inline = inline;
        this.provider = provider;
        this.counters = counters;
        this.address = address;
        this.length = length;
        this.queue = queue;
        this.engine = engine;
    }

    /**
     * The connection's queue.
     *
     * @return null when the device has none left.
     */
    public SendQueue queue() {
        return queue;
    }

    /**
     * By what key the device reads the ring.
     *
     * @return the key.
     */
    public int memoryKey() {
        return memoryKey;
    }

    /**
     * What the device holds.
     *
     * @return null when it has no room for the connection.
     */
    public DeviceContext context() {
        return context;
    }

    /** Firmware takes its time. */
    @Override
    public int weight() {
        return MAX_WEIGHT;
    }

    @Override
    public RecordError execute(final RecordSealer sealer, final RecordOpener opener) {
        if (sealer.error() == RecordError.CLOSED) {
            return RecordError.CLOSED;
        }
        queue = queue == null ? inline.openQueue() : queue;
        if (queue != null) {
            memoryKey = inline.register(address, length);
            context = inline.attach(sealer.copyOfKeys(), sealer.generation(), provider, counters);
        }
        return RecordError.NONE;
    }

    @Override
    public void onExecuted(final RecordError error) {
        engine.accept(this);
    }
}
