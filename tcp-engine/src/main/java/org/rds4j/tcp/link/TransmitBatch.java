package org.rds4j.tcp.link;

import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * Collects the frames that engines build in a port's own memory and hands them to the port by the burst. Frames that the
 * port does not accept stay, in order, for the next {@link #flush()}; no more are collected than the port has
 * {@linkplain LinkPort#transmitRoom() room} for. Empty frames are fetched ahead by the burst as well,
 * so up to one capacity of them rests here. Super-segments are cut by the device where it can and may, otherwise here: either way
 * one frame is taken for each segment, and the payload is copied once. Used by the port's thread.
 */
public final class TransmitBatch implements SegmentSink, AutoCloseable {
    private static final int FLAGS_SEGMENT =
        FrameBurst.FLAG_SEGMENT | FrameBurst.FLAG_COMPUTE_IP_CHECKSUM | FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM;
    private static final int MOST_IP_AND_TCP_HEADERS = 40 + 60;

    private final LinkPort port;
    private final FrameBurst empty;
    private final FrameBurst pending;
    private final SegmentCutter cutter = new SegmentCutter();
    private final LinkOffloads offloads;
    private final int deviceSegments;
    /** Frames that may be pending until the port is asked again. */
    private int mostPending;

    /**
     * An empty batch without super-segments. The port stays the caller's to close, after the batch.
     *
     * @param port     that frames are taken from and sent through.
     * @param capacity most frames that wait for the port, at least 1.
     */
    public TransmitBatch(final LinkPort port, final int capacity) {
        this(port, capacity, LinkOffloads.NONE);
    }

    /**
     * An empty batch. The port stays the caller's to close, after the batch.
     *
     * @param port     that frames are taken from and sent through.
     * @param capacity most frames that wait for the port, at least 1.
     * @param offloads what is done about super-segments.
     */
    public TransmitBatch(final LinkPort port, final int capacity, final LinkOffloads offloads) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a batch needs a capacity of at least 1 frame, not " + capacity);
        }
        this.port = port;
        this.offloads = offloads;
        this.deviceSegments = offloads.deviceSegmentation() ? port.capabilities().segmentation() : 0;
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

    /** {@inheritDoc} Makes room by sending what is pending, and fetches empty frames. */
    @Override
    public int trainRoom(final int segmentSize, final int wanted) {
        if (!hasRoom()) {
            return 0;
        }
        final int longest = (offloads.superSegmentLength() - MOST_IP_AND_TCP_HEADERS) / segmentSize;
        final int most = Math.min(wanted, deviceSegments > 0 ? Math.min(longest, deviceSegments) : longest);
        if (most <= 1) {
            return 1;
        }
        if (room() < most) {
            makeRoom();
        }
        if (empty.count() < most) {
            port.allocate(empty, empty.room());
        }
        return Math.max(0, Math.min(most, Math.min(room(), empty.count())));
    }

    @Override
    public void commitTrain(final SegmentTrain train) {
        final long first = empty.address(empty.count() - 1);
        if (deviceSegments > 0 && !SegmentCutter.hasCwr(train, first)) {
            chain(train);
        } else {
            cut(train, first);
        }
    }

    private void cut(final SegmentTrain train, final long first) {
        final int flags = train.deviceChecksum() ? FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM : 0;
        cutter.begin(train, first);
        for (int i = 0; i < train.count(); i++) {
            commit(cutter.write(i, empty.address(empty.count() - 1)), flags);
        }
    }

    /** Gives the device the super-segment in as many frames as it will have segments: headers in the first, payload in all. */
    private void chain(final SegmentTrain train) {
        final int segments = train.count();
        final long headers = empty.address(empty.count() - 1);
        final int headersLength = train.headersLength();
        TcpHeaderFlyweight.checksum(
            headers + train.transportOffset(), ~InternetChecksum.fold(train.pseudoHeaderSum()));
        train.read(0, headers + headersLength);
        empty.segmentSize(empty.count() - 1, train.segmentSize());
        commit(headersLength + train.payloadLength(0), FLAGS_SEGMENT | FrameBurst.FLAG_CONTINUES);
        for (int i = 1; i < segments; i++) {
            train.read(i, empty.address(empty.count() - 1));
            commit(train.payloadLength(i), i + 1 < segments ? FrameBurst.FLAG_CONTINUES : 0);
        }
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
        if (room() <= 0) {
            makeRoom();
        }
        if (room() <= 0) {
            return false;
        }
        if (empty.count() == 0) {
            port.allocate(empty, empty.capacity());
        }
        return empty.count() > 0;
    }

    private int room() {
        return mostPending - pending.count();
    }

    private void makeRoom() {
        flush();
        mostPending = Math.min(pending.capacity(), port.transmitRoom());
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
        mostPending = 0;
        return pending.count() > 0 ? port.transmitBurst(pending) : 0;
    }

    /** Gives every frame back to the port, those pending too. No claim may be open. */
    @Override
    public void close() {
        port.release(empty);
        port.release(pending);
    }
}
