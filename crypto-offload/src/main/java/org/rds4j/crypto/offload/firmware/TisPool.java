package org.rds4j.crypto.offload.firmware;

import org.agrona.collections.IntArrayList;

/** Sending contexts for TLS, kept when they are given back: making one takes the firmware long. Not thread safe. */
public final class TisPool implements AutoCloseable {
    /** Contexts made at once when there is none. */
    public static final int BULK = 16;
    /** Most contexts kept unused. */
    public static final int MAX_IDLE = 4096;

    private final FirmwareChannel channel;
    private final IntArrayList idle = new IntArrayList();
    private int live;

    /**
     * An empty pool.
     *
     * @param channel of the device; retained.
     */
    public TisPool(final FirmwareChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes a context.
     *
     * @return its number, {@link FirmwareChannel#NONE} when the device makes no more.
     */
    public int acquire() {
        if (idle.isEmpty()) {
            grow();
        }
        if (idle.isEmpty()) {
            return FirmwareChannel.NONE;
        }
        live++;
        return idle.removeAt(idle.size() - 1);
    }

    /**
     * Gives a context back. All that was posted for it must have completed.
     *
     * @param number of {@link #acquire}.
     */
    public void release(final int number) {
        live--;
        if (idle.size() >= MAX_IDLE) {
            channel.destroyTis(number);
        } else {
            idle.addInt(number);
        }
    }

    /**
     * Gives a context up that must not be used again.
     *
     * @param number of {@link #acquire}.
     */
    public void discard(final int number) {
        live--;
        channel.destroyTis(number);
    }

    /**
     * Contexts in use.
     *
     * @return how many.
     */
    public int live() {
        return live;
    }

    /**
     * Contexts waiting to be used.
     *
     * @return how many.
     */
    public int idle() {
        return idle.size();
    }

    /** Destroys the contexts not in use. */
    @Override
    public void close() {
        idle.forEachInt(channel::destroyTis);
        idle.clear();
    }

    private void grow() {
        for (int i = 0; i < BULK; i++) {
            final int number = channel.createTis();
            if (number == FirmwareChannel.NONE) {
                return;
            }
            idle.addInt(number);
        }
    }
}
