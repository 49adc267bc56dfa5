package org.rds4j.tcp.link;

/**
 * Collects the frames that engines build in a port's own memory and hands them to the port by the burst. Frames that the
 * port does not accept stay, in order, for the next {@link #flush()}. Empty frames are fetched ahead by the burst as well,
 * so up to one capacity of them rests here. Used by the port's thread.
 */
public final class TransmitBatch implements FrameSink, AutoCloseable {
    private final LinkPort port;
    private final FrameBurst empty;
    private final FrameBurst pending;

    /**
     * An empty batch. The port stays the caller's to close, after the batch.
     *
     * @param port     that frames are taken from and sent through.
     * @param capacity most frames that wait for the port, at least 1.
     */
    public TransmitBatch(final LinkPort port, final int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a batch needs a capacity of at least 1 frame, not " + capacity);
        }
        this.port = port;
        this.empty = new FrameBurst(capacity);
        this.pending = new FrameBurst(capacity);
    }

    /** {@inheritDoc} A length above what the port's frames hold gets 0 as well. */
    @Override
    public long claim(final int length) {
        if (!hasRoom()) {
            return 0;
        }
        final int last = empty.count() - 1;
        return length <= empty.capacity(last) ? empty.address(last) : 0;
    }

    @Override
    public void commit(final int length, final int flags) {
        final int last = empty.count() - 1;
        empty.length(last, length);
        empty.flags(last, flags & ((1 << FrameBurst.VLAN_TCI_SHIFT) - 1));
        empty.vlanTci(last, flags >>> FrameBurst.VLAN_TCI_SHIFT);
        empty.moveLastTo(pending);
    }

    /** {@inheritDoc} The frame stays here for the next claim. */
    @Override
    public void abort() {
        // An open claim is the last of the empty frames and has not left its place.
    }

    /**
     * Whether a frame can be claimed. Sends what is pending when there is no room for more, and fetches empty frames when
     * none is left.
     *
     * @return false when the port accepts nothing or its pool is dry.
     */
    public boolean hasRoom() {
        if (pending.room() == 0) {
            flush();
        }
        if (pending.room() == 0) {
            return false;
        }
        if (empty.count() == 0) {
            port.allocate(empty, empty.capacity());
        }
        return empty.count() > 0;
    }

    /**
     * Frames that wait for the port.
     *
     * @return how many.
     */
    public int pending() {
        return pending.count();
    }

    /**
     * Offers all pending frames to the port.
     *
     * @return how many it accepted.
     */
    public int flush() {
        return pending.count() > 0 ? port.transmitBurst(pending) : 0;
    }

    /** Gives every frame back to the port, those pending too. No claim may be open. */
    @Override
    public void close() {
        port.release(empty);
        port.release(pending);
    }
}
