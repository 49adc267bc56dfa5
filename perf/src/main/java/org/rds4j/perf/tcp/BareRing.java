package org.rds4j.perf.tcp;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.perf.load.SubjectDescription;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * What the link costs without any protocol: frames of a full segment's length through the same ring by bursts of the same
 * size, and each payload copied as often as TCP does: from the application into a send ring, into a frame, and out of the frame
 * into a receive ring. No headers are read or written, nothing is summed, and nothing comes back.
 */
final class BareRing implements SegmentSubject {
    private static final int RING_LENGTH = TcpStream.BUFFER_LENGTH;
    private static final int BURST = TcpStation.BURST;

    private final LinkPort from;
    private final LinkPort to;
    private final AutoCloseable link;
    private final int headersLength;
    private final int segmentSize;
    private final FrameBurst outgoing = new FrameBurst(BURST);
    private final FrameBurst incoming = new FrameBurst(BURST);
    private final ByteBuffer memory = ByteBuffer.allocateDirect(3 * RING_LENGTH);
    private final long source = BufferUtil.address(memory);
    private final long sendRing = source + RING_LENGTH;
    private final long receiveRing = sendRing + RING_LENGTH;
    private int written;
    private int read;
    private long delivered;

    /**
     * Joins two ports.
     *
     * @param from          sends; the ports are closed with the link.
     * @param to            receives.
     * @param link          closed with this.
     * @param headersLength octets of a full frame before its payload.
     * @param segmentSize   octets of that payload.
     */
    BareRing(
        final LinkPort from, final LinkPort to, final AutoCloseable link, final int headersLength, final int segmentSize) {
        this.from = from;
        this.to = to;
        this.link = link;
        this.headersLength = headersLength;
        this.segmentSize = segmentSize;
    }

    @Override
    public SubjectDescription description() {
        return new SubjectDescription(
            "bare-ring", "bare-ring", false, "net_ring", "one-thread", "one thread: three copies of each payload and the ring");
    }

    @Override
    public int segmentSize() {
        return segmentSize;
    }

    @Override
    public void turn() {
        from.allocate(outgoing, outgoing.room());
        for (int i = 0; i < outgoing.count(); i++) {
            written = next(written);
            UnsafeApi.copyMemory(source, sendRing + written, segmentSize);
            UnsafeApi.copyMemory(sendRing + written, outgoing.address(i) + headersLength, segmentSize);
            NetworkOrder.putInt(outgoing.address(i), written);
            outgoing.length(i, headersLength + segmentSize);
        }
        from.transmitBurst(outgoing);
        final int count = to.receiveBurst(incoming);
        for (int i = 0; i < count; i++) {
            read = next(read);
            UnsafeApi.copyMemory(incoming.address(i) + headersLength, receiveRing + read, segmentSize);
        }
        to.release(incoming);
        delivered += (long) count * segmentSize;
    }

    private int next(final int offset) {
        final int following = offset + segmentSize;
        return following + segmentSize > RING_LENGTH ? 0 : following;
    }

    @Override
    public long delivered() {
        return delivered;
    }

    @Override
    public void close() {
        from.release(outgoing);
        TcpStream.close(link);
    }
}
