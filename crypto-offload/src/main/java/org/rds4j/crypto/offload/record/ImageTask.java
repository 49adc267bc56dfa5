package org.rds4j.crypto.offload.record;

import java.util.function.BiConsumer;
import org.rds4j.crypto.agent.EncryptionTask;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;

/** Writes a record as the device wants it, in its turn among those that are sealed. Reused; a value between two threads. */
public final class ImageTask implements EncryptionTask {
    private final BiConsumer<ImageTask, RecordError> engine;
    private DeviceContext context;
    private long content;
    private int contentLength;
    private long record;
    private long position;
    private long number;
    private long digest;

    /**
     * A task.
     *
     * @param engine told on its thread.
     */
    public ImageTask(final BiConsumer<ImageTask, RecordError> engine) {
        this.engine = engine;
    }

    /**
     * Says what is to be done next.
     *
     * @param deviceContext that will encrypt the record.
     * @param address       of the content; borrowed.
     * @param length        octets of it.
     * @param output        where the record goes.
     * @param at            the record's position in its stream.
     */
    public void set(
        final DeviceContext deviceContext, final long address, final int length, final long output, final long at) {
        context = deviceContext;
        content = address;
        contentLength = length;
        record = output;
        position = at;
    }

    /**
     * Where the record is.
     *
     * @return its position in the stream.
     */
    public long position() {
        return position;
    }

    /**
     * How long it is.
     *
     * @return octets with header, type and tag.
     */
    public int length() {
        return RecordImage.length(contentLength);
    }

    /**
     * Which record it is.
     *
     * @return its number.
     */
    public long number() {
        return number;
    }

    /**
     * What its octets come to.
     *
     * @return the hash that they must keep.
     */
    public long digest() {
        return digest;
    }

    @Override
    public int weight() {
        return length();
    }

    @Override
    public RecordError execute(final RecordSealer sealer, final RecordOpener opener) {
        if (sealer.generation() != context.generation()) {
            return RecordError.INTERNAL_ERROR;
        }
        number = sealer.recordNumber();
        if (sealer.frame(content, contentLength, record) == 0) {
            return sealer.error();
        }
        digest = ImageDigest.of(record, length());
        return RecordError.NONE;
    }

    @Override
    public void onExecuted(final RecordError error) {
        engine.accept(this, error);
    }
}
