package org.rds4j.sim.link;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/**
 * The frames of one link, off-heap, of one size. Knows who has each frame, so that a frame given back or sent twice is
 * noticed and does no harm.
 */
final class FramePool {
    /** No frame. */
    static final int NONE = -1;

    private static final byte HOME = 0;
    private static final byte WITH_CALLER_AT_A = 1;
    private static final byte WITH_CALLER_AT_B = 2;
    private static final byte ON_WIRE = 3;

    @SuppressWarnings("UnusedVariable") // keeps the memory behind the addresses alive
    private final ByteBuffer memory;
    private final long address;
    private final int frameCapacity;
    private final int[] home;
    private final byte[] owner;
    private final int[] lengths;
    private int homeCount;
    private int withCallers;
    private long violations;

    FramePool(final int frames, final int maxFrameLength) {
        frameCapacity = (maxFrameLength + 63) & ~63;
        memory = BufferUtil.allocateDirectAligned(Math.multiplyExact(frames, frameCapacity), 64);
        address = BufferUtil.address(memory);
        home = new int[frames];
        owner = new byte[frames];
        lengths = new int[frames];
        homeCount = frames;
        for (int i = 0; i < frames; i++) {
            home[i] = frames - 1 - i;
        }
    }

    /**
     * Takes a frame for a caller.
     *
     * @param side the caller's.
     * @return its index, or {@link #NONE}.
     */
    int takeForCaller(final Side side) {
        final int frame = take(callerAt(side));
        withCallers += frame == NONE ? 0 : 1;
        return frame;
    }

    /**
     * Takes a frame for the wire itself.
     *
     * @return its index, or {@link #NONE}.
     */
    int takeForWire() {
        return take(ON_WIRE);
    }

    /**
     * A caller hands a frame to the wire.
     *
     * @param handle as the caller knows it.
     * @return false when the caller did not own it.
     */
    boolean fromCallerToWire(final long handle) {
        if (!isWithCaller(handle)) {
            return false;
        }
        owner[(int) handle] = ON_WIRE;
        withCallers--;
        return true;
    }

    void fromWireToCaller(final int frame, final Side side) {
        owner[frame] = callerAt(side);
        withCallers++;
    }

    /**
     * A caller gives a frame back.
     *
     * @param handle as the caller knows it.
     */
    void fromCallerHome(final long handle) {
        if (isWithCaller(handle)) {
            withCallers--;
            goHome((int) handle);
        }
    }

    /**
     * The caller at a side is gone and will give nothing back.
     *
     * @param side the caller's.
     */
    void fromLostCallerHome(final Side side) {
        for (int frame = 0; frame < owner.length; frame++) {
            if (owner[frame] == callerAt(side)) {
                withCallers--;
                goHome(frame);
            }
        }
    }

    private static byte callerAt(final Side side) {
        return side == Side.A ? WITH_CALLER_AT_A : WITH_CALLER_AT_B;
    }

    void fromWireHome(final int frame) {
        goHome(frame);
    }

    long addressOf(final int frame) {
        return address + (long) frame * frameCapacity;
    }

    int length(final int frame) {
        return lengths[frame];
    }

    void length(final int frame, final int length) {
        lengths[frame] = length;
    }

    int frameCapacity() {
        return frameCapacity;
    }

    int frames() {
        return home.length;
    }

    int withCallers() {
        return withCallers;
    }

    int homeCount() {
        return homeCount;
    }

    long violations() {
        return violations;
    }

    private int take(final byte newOwner) {
        if (homeCount == 0) {
            return NONE;
        }
        final int frame = home[--homeCount];
        owner[frame] = newOwner;
        return frame;
    }

    private boolean isWithCaller(final long handle) {
        final boolean holds = handle >= 0 && handle < owner.length
            && (owner[(int) handle] == WITH_CALLER_AT_A || owner[(int) handle] == WITH_CALLER_AT_B);
        violations += holds ? 0 : 1;
        return holds;
    }

    private void goHome(final int frame) {
        owner[frame] = HOME;
        home[homeCount++] = frame;
    }
}
