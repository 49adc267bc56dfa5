package org.rds4j.sim.capture;

import java.nio.ByteOrder;
import org.agrona.UnsafeApi;
import org.rds4j.sim.link.FrameTap;
import org.rds4j.sim.link.Side;

/**
 * A 64-bit hash over every frame that left a wire: link, direction, time, length and octets, in the order they left. Two
 * runs with equal hashes had the same history. Not a cryptographic hash. Not thread safe.
 */
public final class TraceHash {
    private static final long PRIME_A = 0x9e3779b185ebca87L;
    private static final long PRIME_B = 0xc2b2ae3d27d4eb4fL;
    private static final boolean BIG_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    private long hash = PRIME_B;
    private long frames;

    /**
     * The hash so far.
     *
     * @return 64 bits.
     */
    public long value() {
        return hash;
    }

    /**
     * Frames in the hash.
     *
     * @return how many.
     */
    public long frames() {
        return frames;
    }

    /**
     * What records one link into this hash.
     *
     * @param link number of the link in its world.
     * @return to be put on that link.
     */
    public FrameTap tapFor(final int link) {
        return new FrameTap() {
            @Override
            public void onLeaving(final Side from, final long address, final int length, final long nowNs) {
                add(2L * link + (from == Side.A ? 0 : 1), address, length, nowNs);
            }
        };
    }

    private void add(final long direction, final long address, final int length, final long nowNs) {
        frames++;
        mix(nowNs);
        mix(direction << 32 | length);
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            final long word = UnsafeApi.getLong(address + i);
            mix(BIG_ENDIAN ? Long.reverseBytes(word) : word);
        }
        long rest = 0;
        for (; i < length; i++) {
            rest = rest << 8 | (UnsafeApi.getByte(address + i) & 0xff);
        }
        mix(rest);
    }

    private void mix(final long word) {
        hash = Long.rotateLeft(hash ^ word * PRIME_A, 29) * PRIME_B;
    }

    @Override
    public String toString() {
        return "frames=" + frames + " trace=" + String.format("%016x", hash);
    }
}
