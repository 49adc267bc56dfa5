package org.rds4j.crypto.offload.wqe;

/** Sets {@link ProgressParameters}; 32 octets of one unit, the rest of which is zero. */
public final class SetPsvWqe {
    /** Segments of 16 octets. */
    public static final int SEGMENTS = 2;
    /** Where the {@link ProgressParameters} stand. */
    public static final int PARAMETERS_OFFSET = 16;

    private SetPsvWqe() {
    }

    /**
     * Writes the element.
     *
     * @param address    of 64 octets.
     * @param modifier   {@link ControlSegment#OPMOD_TIS} or {@link ControlSegment#OPMOD_TIR}.
     * @param index      of its unit.
     * @param queue      number of the send queue.
     * @param flags      fence and completion.
     * @param object     TIS or TIR.
     * @param nextRecord TCP sequence number of the first record, 0 on the sending side.
     */
    public static void write(
        final long address,
        final int modifier,
        final int index,
        final int queue,
        final int flags,
        final int object,
        final int nextRecord) {
        BigEndian.clear(address, ControlSegment.BLOCK_LENGTH);
        ControlSegment.write(
            address, (modifier << 8) | ControlSegment.OPCODE_SET_PSV, index, queue, SEGMENTS, flags, 0);
        ProgressParameters.write(address + PARAMETERS_OFFSET, object, nextRecord);
    }

    /**
     * Judges an element.
     *
     * @param address of 32 octets.
     * @return {@link WqeError#NONE} when it is one that {@link #write} makes.
     */
    public static WqeError check(final long address) {
        final WqeError control = ControlSegment.checkParameters(address, SEGMENTS);
        if (control != WqeError.NONE) {
            return control;
        }
        final int object = ProgressParameters.object(address + PARAMETERS_OFFSET);
        return ControlSegment.object(address) != 0 || object >>> 24 != 0
            ? WqeError.OBJECT_NUMBER : ProgressParameters.check(address + PARAMETERS_OFFSET);
    }
}
