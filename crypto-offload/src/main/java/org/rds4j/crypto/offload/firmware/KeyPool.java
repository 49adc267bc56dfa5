package org.rds4j.crypto.offload.firmware;

import org.agrona.collections.IntArrayList;

/**
 * Encryption keys of a device. An object given back may hold another key only after SYNC_CRYPTO; that is done for many at
 * once. A device without that command gets its objects destroyed and made anew. Not thread safe.
 */
public final class KeyPool implements AutoCloseable {
    /** Objects given back before they are synchronized. */
    public static final int SYNCHRONIZE_THRESHOLD = 128;

    private final FirmwareChannel channel;
    private final IntArrayList freed = new IntArrayList();
    private final IntArrayList clean = new IntArrayList();
    private int objects;

    /**
     * An empty pool.
     *
     * @param channel of the device; retained.
     */
    public KeyPool(final FirmwareChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes an object that holds a key.
     *
     * @param key 16 or 32 octets; borrowed, the caller wipes it.
     * @return index for static parameters, {@link FirmwareChannel#NONE} when the device takes no more keys.
     */
    public int acquire(final byte[] key) {
        final boolean isFull = objects >= channel.capabilities().maxKeys();
        if (clean.isEmpty() && isFull && !freed.isEmpty()) {
            synchronize();
        }
        if (!clean.isEmpty()) {
            return reuse(clean.removeAt(clean.size() - 1), key);
        }
        return isFull ? FirmwareChannel.NONE : create(key);
    }

    /**
     * Gives an object back. No packet under its key may be on its way through the device.
     *
     * @param id of {@link #acquire}.
     */
    public void release(final int id) {
        if (!channel.capabilities().hasSynchronize()) {
            destroy(id);
            return;
        }
        freed.addInt(id);
        if (freed.size() >= SYNCHRONIZE_THRESHOLD) {
            synchronize();
        }
    }

    /**
     * Gives an object up that must not be used again.
     *
     * @param id of {@link #acquire}.
     */
    public void discard(final int id) {
        destroy(id);
    }

    /**
     * Objects that wait for SYNC_CRYPTO.
     *
     * @return how many.
     */
    public int freed() {
        return freed.size();
    }

    /**
     * Objects that may be given another key.
     *
     * @return how many.
     */
    public int clean() {
        return clean.size();
    }

    /**
     * Objects of the device, in use or not.
     *
     * @return how many.
     */
    public int objects() {
        return objects;
    }

    /** Destroys the objects not in use. */
    @Override
    public void close() {
        freed.forEachInt(this::destroy);
        clean.forEachInt(this::destroy);
        freed.clear();
        clean.clear();
    }

    private int create(final byte[] key) {
        final int id = channel.createKey(key);
        objects += id == FirmwareChannel.NONE ? 0 : 1;
        return id;
    }

    private int reuse(final int id, final byte[] key) {
        if (channel.modifyKey(id, key)) {
            return id;
        }
        destroy(id);
        return create(key);
    }

    private void synchronize() {
        if (channel.synchronizeKeys()) {
            clean.addAll(freed);
            freed.clear();
        }
    }

    private void destroy(final int id) {
        channel.destroyKey(id);
        objects--;
    }
}
