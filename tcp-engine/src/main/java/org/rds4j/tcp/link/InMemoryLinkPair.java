package org.rds4j.tcp.link;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;

/**
 * Two ports joined back to back in memory: what one transmits the other receives, without a copy. All frames lie in one
 * block, half of them at home on each side; a frame released on the far side finds its way home. The two ports may be used
 * by two threads, each port by one at a time.
 */
public final class InMemoryLinkPair {
    private static final int MAX_HEADER_LENGTH = 18;

    private final ByteBuffer memory;
    private final long baseAddress;
    private final int frameCapacity;
    private final int frameStride;
    private final int framesPerSide;
    private final int mtu;
    private final int[] lengths;
    private final InMemoryPort first;
    private final InMemoryPort second;

    /**
     * Two joined ports.
     *
     * @param mtu           largest IP packet in octets, 68 to 65535.
     * @param framesPerSide frames in the pool of each side, at least 1.
     * @param queueLength   frames that each direction holds until the receiver takes them, at least 1.
     */
    public InMemoryLinkPair(final int mtu, final int framesPerSide, final int queueLength) {
        if (mtu < 68 || mtu > 65535) {
            throw new IllegalArgumentException("mtu must be 68 to 65535, not " + mtu);
        }
        if (framesPerSide < 1 || queueLength < 1) {
            throw new IllegalArgumentException("framesPerSide and queueLength must be at least 1");
        }
        this.mtu = mtu;
        this.framesPerSide = framesPerSide;
        this.frameCapacity = mtu + MAX_HEADER_LENGTH;
        this.frameStride = BitUtil.align(frameCapacity, BitUtil.CACHE_LINE_LENGTH);
        this.memory = BufferUtil.allocateDirectAligned(
            Math.multiplyExact(2 * framesPerSide, frameStride), BitUtil.CACHE_LINE_LENGTH);
        this.baseAddress = BufferUtil.address(memory);
        this.lengths = new int[2 * framesPerSide];
        final FrameIndexRing forth = new FrameIndexRing(queueLength);
        final FrameIndexRing back = new FrameIndexRing(queueLength);
        final FrameIndexRing firstHome = new FrameIndexRing(framesPerSide);
        final FrameIndexRing secondHome = new FrameIndexRing(framesPerSide);
        this.first = new InMemoryPort(this, 0, back, forth, firstHome, secondHome);
        this.second = new InMemoryPort(this, framesPerSide, forth, back, secondHome, firstHome);
    }

    /**
     * One end.
     *
     * @return the port with MAC address 02:00:00:00:00:01.
     */
    public LinkPort first() {
        return first;
    }

    /**
     * The other end.
     *
     * @return the port with MAC address 02:00:00:00:00:02.
     */
    public LinkPort second() {
        return second;
    }

    /**
     * Whether every frame is back in the pool of its side. Call it while neither port is in use.
     *
     * @return true when nobody holds a frame and none is on its way.
     */
    public boolean isPoolFull() {
        return first.framesAtHome() + second.framesAtHome() == 2 * framesPerSide;
    }

    LinkCapabilities capabilities() {
        return LinkCapabilities.plain(mtu, 64);
    }

    int framesPerSide() {
        return framesPerSide;
    }

    int frameCapacity() {
        return frameCapacity;
    }

    int maxFrameLength() {
        return mtu + MAX_HEADER_LENGTH;
    }

    long address(final int frame) {
        return baseAddress + (long) frame * frameStride;
    }

    int length(final int frame) {
        return lengths[frame];
    }

    void length(final int frame, final int length) {
        lengths[frame] = length;
    }
}
