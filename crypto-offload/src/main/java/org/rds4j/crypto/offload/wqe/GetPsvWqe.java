package org.rds4j.crypto.offload.wqe;

/** Asks for the {@link ProgressParameters} of a TIR, written to 64 octets of host memory; always with a completion. */
public final class GetPsvWqe {
    /** Segments of 16 octets. */
    public static final int SEGMENTS = 4;

    private static final int COUNT = 35;
    private static final int ONE = 1 << 4;
    private static final int MEMORY_KEY = 36;
    private static final int DESTINATION = 40;
    private static final int OBJECT = 48;

    private GetPsvWqe() {
    }

    /**
     * Writes the element.
     *
     * @param address     of 64 octets.
     * @param index       of its unit.
     * @param queue       number of the send queue.
     * @param tir         whose parameters are wanted.
     * @param memoryKey   of the destination.
     * @param destination of 64 octets, aligned to 64.
     */
    public static void write(
        final long address, final int index, final int queue, final int tir, final int memoryKey, final long destination) {
        BigEndian.clear(address, ControlSegment.BLOCK_LENGTH);
        ControlSegment.write(
            address, (ControlSegment.OPMOD_TIR << 8) | ControlSegment.OPCODE_GET_PSV, index, queue, SEGMENTS,
            ControlSegment.COMPLETION, 0);
        BigEndian.putByte(address + COUNT, ONE);
        BigEndian.putInt(address + MEMORY_KEY, memoryKey);
        BigEndian.putLong(address + DESTINATION, destination);
        BigEndian.putInt(address + OBJECT, tir);
    }

    /**
     * Whose parameters are wanted.
     *
     * @param address of the element.
     * @return number of the TIR.
     */
    public static int tir(final long address) {
        return BigEndian.getInt(address + OBJECT);
    }

    /**
     * The memory key of the destination.
     *
     * @param address of the element.
     * @return the key.
     */
    public static int memoryKey(final long address) {
        return BigEndian.getInt(address + MEMORY_KEY);
    }

    /**
     * Where the answer goes.
     *
     * @param address of the element.
     * @return address of 64 octets.
     */
    public static long destination(final long address) {
        return BigEndian.getLong(address + DESTINATION);
    }

    /**
     * Judges an element.
     *
     * @param address of 64 octets.
     * @return {@link WqeError#NONE} when it is one that {@link #write} makes.
     */
    public static WqeError check(final long address) {
        if (ControlSegment.modifier(address) != ControlSegment.OPMOD_TIR) {
            return WqeError.OPCODE_MODIFIER;
        }
        final WqeError control = ControlSegment.checkParameters(address, SEGMENTS);
        if (control != WqeError.NONE) {
            return control;
        }
        if (ControlSegment.object(address) != 0 || tir(address) >>> 24 != 0) {
            return WqeError.OBJECT_NUMBER;
        }
        if (BigEndian.getByte(address + COUNT) != ONE) {
            return WqeError.PSV_COUNT;
        }
        if ((destination(address) & 63) != 0) {
            return WqeError.ALIGNMENT;
        }
        return BigEndian.isZero(address + 16, COUNT - 16) && BigEndian.isZero(address + OBJECT + 4, 12)
            ? WqeError.NONE : WqeError.RESERVED;
    }
}
