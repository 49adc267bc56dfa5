package org.rds4j.crypto.offload.wqe;

/** Runs one piece of memory through the cipher of a TIS and sends nothing; 32 octets of one unit, the rest of which is zero. */
public final class DumpWqe {
    /** Segments of 16 octets. */
    public static final int SEGMENTS = 2;
    /** Where the {@link DataSegment} stands. */
    public static final int DATA_OFFSET = 16;

    private DumpWqe() {
    }

    /**
     * Writes all but the data segment.
     *
     * @param address of 64 octets.
     * @param index   of its unit.
     * @param queue   number of the send queue.
     * @param flags   fence and completion.
     * @param tis     whose cipher takes the octets.
     */
    public static void write(final long address, final int index, final int queue, final int flags, final int tis) {
        BigEndian.clear(address, ControlSegment.BLOCK_LENGTH);
        ControlSegment.write(address, ControlSegment.OPCODE_DUMP, index, queue, SEGMENTS, flags, tis);
    }

    /**
     * Judges an element.
     *
     * @param address of 32 octets.
     * @param mtu     most octets the device takes.
     * @return {@link WqeError#NONE} when it is one that {@link #write} makes.
     */
    public static WqeError check(final long address, final int mtu) {
        if (ControlSegment.modifier(address) != 0) {
            return WqeError.OPCODE_MODIFIER;
        }
        if (ControlSegment.segments(address) > SEGMENTS) {
            return WqeError.DUMP_SEGMENTS;
        }
        final WqeError control = ControlSegment.checkPlain(address, SEGMENTS);
        if (control != WqeError.NONE) {
            return control;
        }
        if (ControlSegment.object(address) == 0) {
            return WqeError.OBJECT_NUMBER;
        }
        final int length = DataSegment.length(address + DATA_OFFSET);
        return length > 0 && length <= mtu ? WqeError.NONE : WqeError.DATA_LENGTH;
    }
}
