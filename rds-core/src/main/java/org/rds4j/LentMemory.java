package org.rds4j;

import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.MutableDirectBuffer;
import org.rds4j.socket.LentAreas;

/**
 * Memory that a socket's datagrams are sent from without a copy (MSG_ZEROCOPY): a block that the socket gives, or direct memory
 * of the application's own that it takes in. A part of it that was sent from is the engine's, and must not be changed, until the
 * datagram's cookie has come back by {@link DatagramInfo#cookie} or {@link RdsSocket#pollCompletions}: that the peer's TCP
 * acknowledged it, or that it was given up. It is sent again from there after a break. Parts that are not under way may be
 * written meanwhile; several datagrams may be sent from one part. Any thread.
 */
public final class LentMemory implements AutoCloseable {
    private final LentAreas areas;
    private final int area;
    private final MutableDirectBuffer buffer;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean isClosed;

    LentMemory(final LentAreas areas, final int area, final MutableDirectBuffer buffer) {
        this.areas = areas;
        this.area = area;
        this.buffer = buffer;
    }

    /**
     * The memory.
     *
     * @return to be written by the application, where nothing is under way.
     */
    public MutableDirectBuffer buffer() {
        return buffer;
    }

    /**
     * Datagrams sent from here whose cookies have not come back.
     *
     * @return 0 when all of the memory is the application's.
     */
    public int underWay() {
        return underWay.get();
    }

    int area() {
        return area;
    }

    boolean isClosed() {
        return isClosed;
    }

    void onSend() {
        underWay.incrementAndGet();
    }

    void onCompleted() {
        underWay.decrementAndGet();
    }

    /**
     * Gives the block back to the socket, or has the socket forget the application's own memory. Idempotent. Not while another
     * thread sends from here.
     *
     * @throws RdsException EBUSY while datagrams are under way.
     */
    @Override
    public synchronized void close() {
        if (underWay() > 0) {
            throw RdsException.of(Errno.EBUSY, underWay() + " datagrams are under way: wait for their cookies");
        }
        if (!isClosed) {
            isClosed = true;
            areas.remove(area);
        }
    }
}
