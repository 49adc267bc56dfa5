package org.rds4j.socket;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** Numbers the regions of one engine's sockets, so that commands can name them. Slots are taken by application threads and
 * cleared by the engine. */
public final class SocketDirectory {
    /** Answer of {@link #register} when every slot is taken. */
    public static final int FULL = -1;

    private final AtomicReferenceArray<SocketRegion> regions;

    /**
     * An empty directory.
     *
     * @param maxSockets slots.
     */
    public SocketDirectory(final int maxSockets) {
        regions = new AtomicReferenceArray<>(maxSockets);
    }

    /**
     * Takes a slot for a region.
     *
     * @param region of a new socket.
     * @return the slot, or {@link #FULL}.
     */
    public int register(final SocketRegion region) {
        for (int slot = 0; slot < regions.length(); slot++) {
            if (regions.get(slot) == null && regions.compareAndSet(slot, null, region)) {
                return slot;
            }
        }
        return FULL;
    }

    /**
     * The region in a slot.
     *
     * @param slot as registered.
     * @return the region, or null.
     */
    public SocketRegion region(final int slot) {
        return regions.get(slot);
    }

    /**
     * Clears a slot.
     *
     * @param slot as registered.
     */
    public void remove(final int slot) {
        regions.set(slot, null);
    }

    /**
     * Slots that are taken.
     *
     * @return sockets, those that close included.
     */
    public int size() {
        int size = 0;
        for (int slot = 0; slot < regions.length(); slot++) {
            size += regions.get(slot) == null ? 0 : 1;
        }
        return size;
    }

    /**
     * Slots in all.
     *
     * @return the bound on sockets.
     */
    public int capacity() {
        return regions.length();
    }
}
