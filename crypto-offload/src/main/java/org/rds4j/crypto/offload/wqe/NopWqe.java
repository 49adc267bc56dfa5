package org.rds4j.crypto.offload.wqe;

/** Does nothing: fills the ring up to its end, or carries a fence. One unit, the rest of which is zero. */
public final class NopWqe {
    /** Segments of 16 octets. */
    public static final int SEGMENTS = 1;

    private NopWqe() {
    }

    /**
     * Writes the element.
     *
     * @param address of 64 octets.
     * @param index   of its unit.
     * @param queue   number of the send queue.
     * @param flags   fence and completion.
     */
    public static void write(final long address, final int index, final int queue, final int flags) {
        BigEndian.clear(address, ControlSegment.BLOCK_LENGTH);
        ControlSegment.write(address, ControlSegment.OPCODE_NOP, index, queue, SEGMENTS, flags, 0);
    }

    /**
     * Judges an element. FreeBSD's driver says four segments, Linux one; both take one unit.
     *
     * @param address of 16 octets.
     * @return {@link WqeError#NONE} when it does nothing.
     */
    public static WqeError check(final long address) {
        final int segments = ControlSegment.segments(address);
        if (ControlSegment.modifier(address) != 0) {
            return WqeError.OPCODE_MODIFIER;
        }
        if (segments < 1 || segments > ControlSegment.SEGMENTS_PER_BLOCK) {
            return WqeError.LENGTH;
        }
        return ControlSegment.object(address) == 0 ? ControlSegment.check(address) : WqeError.OBJECT_NUMBER;
    }
}
