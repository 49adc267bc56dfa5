package org.rds4j.perf.offload;

import org.agrona.UnsafeApi;
import org.rds4j.crypto.model.PacketSink;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;

/**
 * Lets the packets of a modelled NIC out through a {@link LinkPort}. The model is held back while the port has no frames or
 * takes none. Not thread safe: used by the port's thread.
 */
public final class LinkPortSink implements PacketSink, AutoCloseable {
    private static final int BURST = 64;

    private final LinkPort port;
    private final FrameBurst empty = new FrameBurst(BURST);
    private final FrameBurst ready = new FrameBurst(BURST);
    private long oversized;

    /**
     * A sink.
     *
     * @param port borrowed; the caller closes it after the sink.
     */
    public LinkPortSink(final LinkPort port) {
        this.port = port;
    }

    @Override
    public int room() {
        if (ready.room() == 0) {
            flush();
        }
        if (empty.count() == 0 && ready.room() > 0) {
            port.allocate(empty, ready.room());
        }
        return Math.min(empty.count(), ready.room());
    }

    @Override
    public void onPacket(final long address, final int length) {
        final int frame = empty.count() - 1;
        if (length > empty.capacity(frame)) {
            oversized++;
            return;
        }
        UnsafeApi.copyMemory(address, empty.address(frame), length);
        empty.length(frame, length);
        empty.moveLastTo(ready);
    }

    /**
     * Hands over to the port what it takes.
     *
     * @return packets handed over.
     */
    public int flush() {
        return ready.count() == 0 ? 0 : port.transmitBurst(ready);
    }

    /**
     * Packets dropped because they are longer than the port's frames.
     *
     * @return how many.
     */
    public long oversized() {
        return oversized;
    }

    /** Gives frames back that were not sent. */
    @Override
    public void close() {
        port.release(ready);
        port.release(empty);
    }
}
