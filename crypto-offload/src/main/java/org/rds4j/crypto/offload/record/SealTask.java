package org.rds4j.crypto.offload.record;

import java.util.function.BiConsumer;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.agent.EncryptionTask;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;

/**
 * Encrypts a record where it stands, under the number it was framed with, to the octets that the device would have made. Not
 * when its plaintext has changed since: then the same number would protect two. Reused; a value between two threads.
 */
public final class SealTask implements EncryptionTask {
    private static final int TRAILER = 1 + RecordHeaderFlyweight.TAG_LENGTH;

    private final BiConsumer<SealTask, RecordError> engine;
    private DeviceContext context;
    private long record;
    private int length;
    private long position;
    private long number;
    private long digest;

    /**
     * A task.
     *
     * @param engine told on its thread.
     */
    public SealTask(final BiConsumer<SealTask, RecordError> engine) {
        this.engine = engine;
    }

    /**
     * Says what is to be done next.
     *
     * @param deviceContext whose key it is.
     * @param address       of the record, linear.
     * @param octets        with header, type and tag.
     * @param at            the record's position in its stream.
     * @param recordNumber  of the record.
     * @param expected      hash of its octets.
     */
    public void set(
        final DeviceContext deviceContext, final long address, final int octets, final long at, final long recordNumber,
        final long expected) {
        context = deviceContext;
        record = address;
        length = octets;
        position = at;
        number = recordNumber;
        digest = expected;
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
        return length;
    }

    @Override
    public int weight() {
        return length();
    }

    @Override
    public RecordError execute(final RecordSealer sealer, final RecordOpener opener) {
        if (ImageDigest.of(record, length) != digest) {
            return RecordError.INTERNAL_ERROR;
        }
        final int type = UnsafeApi.getByte(record + length - TRAILER);
        return context.epoch().seal(number, record, length - RecordHeaderFlyweight.OVERHEAD, type)
            ? RecordError.NONE : RecordError.INTERNAL_ERROR;
    }

    @Override
    public void onExecuted(final RecordError error) {
        engine.accept(this, error);
    }
}
