package org.rds4j.crypto.offload.wqe;

/** The memory key update that carries static parameters: control, update control, an empty memory key, the parameters. */
public final class UmrWqe {
    /** Octets of the element. */
    public static final int LENGTH = 192;
    /** Segments of 16 octets. */
    public static final int SEGMENTS = 12;
    /** Units of the ring. */
    public static final int BLOCKS = 3;
    /** Where the {@link StaticParameters} stand. */
    public static final int PARAMETERS_OFFSET = 128;

    private static final int FLAGS = 16;
    private static final int FLAG_INLINE = 0x80;
    private static final int XLT_OCTOWORDS = 20;
    private static final int BSF_OCTOWORDS = 22;
    private static final int TLS_BSF_OCTOWORDS = StaticParameters.LENGTH / 16;
    private static final int MKEY_MASK = 24;

    private UmrWqe() {
    }

    /**
     * Writes all but the parameters.
     *
     * @param address  of 192 octets.
     * @param modifier {@link ControlSegment#OPMOD_TIS} or {@link ControlSegment#OPMOD_TIR}.
     * @param index    of the first unit.
     * @param queue    number of the send queue.
     * @param flags    fence and completion.
     * @param object   TIS or TIR.
     */
    public static void write(
        final long address, final int modifier, final int index, final int queue, final int flags, final int object) {
        BigEndian.clear(address, PARAMETERS_OFFSET);
        ControlSegment.write(
            address, (modifier << 8) | ControlSegment.OPCODE_UMR, index, queue, SEGMENTS, flags, object);
        BigEndian.putByte(address + FLAGS, FLAG_INLINE);
        BigEndian.putShort(address + BSF_OCTOWORDS, TLS_BSF_OCTOWORDS);
    }

    /**
     * Judges an element.
     *
     * @param address of 192 octets.
     * @return {@link WqeError#NONE} when it is one that {@link #write} and {@link StaticParameters#write} make.
     */
    public static WqeError check(final long address) {
        final WqeError control = ControlSegment.checkParameters(address, SEGMENTS);
        if (control != WqeError.NONE) {
            return control;
        }
        if (BigEndian.getByte(address + FLAGS) != FLAG_INLINE) {
            return WqeError.UMR_FLAGS;
        }
        if (BigEndian.getShort(address + XLT_OCTOWORDS) != 0
            || BigEndian.getShort(address + BSF_OCTOWORDS) != TLS_BSF_OCTOWORDS) {
            return WqeError.UMR_OCTOWORDS;
        }
        if (!BigEndian.isZero(address + FLAGS + 1, 3)) {
            return WqeError.RESERVED;
        }
        return BigEndian.isZero(address + MKEY_MASK, PARAMETERS_OFFSET - MKEY_MASK)
            ? StaticParameters.check(address + PARAMETERS_OFFSET) : WqeError.UMR_MEMORY_KEY;
    }
}
