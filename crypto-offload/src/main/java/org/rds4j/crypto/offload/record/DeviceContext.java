package org.rds4j.crypto.offload.record;

/**
 * What a device holds for one key of one connection, and the same key for software. Made, used for sealing and ended by the
 * encryption thread; the engine only reads the numbers that go into elements.
 */
public final class DeviceContext {
    private final KeyEpoch epoch;
    private final int generation;
    private final int tis;
    private final int key;

    /**
     * A context.
     *
     * @param epoch      the key; taken over.
     * @param generation of the keys, 0 for the first of a connection.
     * @param tis        of the device.
     * @param key        index in the device.
     */
    DeviceContext(final KeyEpoch epoch, final int generation, final int tis, final int key) {
        this.epoch = epoch;
        this.generation = generation;
        this.tis = tis;
        this.key = key;
    }

    KeyEpoch epoch() {
        return epoch;
    }

    int generation() {
        return generation;
    }

    int tis() {
        return tis;
    }

    int key() {
        return key;
    }
}
