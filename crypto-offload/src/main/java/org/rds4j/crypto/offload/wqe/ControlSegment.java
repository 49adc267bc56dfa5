package org.rds4j.crypto.offload.wqe;

/**
 * The first 16 octets of every work queue element ({@code struct mlx5_wqe_ctrl_seg}, {@code mlx5_wqe_tls}).
 * <pre>
 *   0  opmod   1-2  index in units of 64 octets   3  opcode
 *   4-6  send queue number                        7  segments of 16 octets in the element
 *   8  signature, 0   9-10  0                     11 fence, completion
 *   12-14  TIS or TIR number                      15 0
 * </pre>
 */
public final class ControlSegment {
    /** Octets of the segment, and of the unit in which elements count their length. */
    public static final int LENGTH = 16;
    /** Octets of the unit in which rings are counted, WQEBB. */
    public static final int BLOCK_LENGTH = 64;
    /** Segments of 16 octets in such a unit. */
    public static final int SEGMENTS_PER_BLOCK = BLOCK_LENGTH / LENGTH;

    /** No operation. */
    public static final int OPCODE_NOP = 0x00;
    /** Sends one packet. */
    public static final int OPCODE_SEND = 0x0a;
    /** Sends a train of packets cut by the device. */
    public static final int OPCODE_LSO = 0x0e;
    /** Sets progress parameters. */
    public static final int OPCODE_SET_PSV = 0x20;
    /** Reads progress parameters back. */
    public static final int OPCODE_GET_PSV = 0x21;
    /** Runs octets through the cipher and sends nothing. */
    public static final int OPCODE_DUMP = 0x23;
    /** Sets static parameters. */
    public static final int OPCODE_UMR = 0x25;

    /** Modifier of parameters of a TIS, the sending side. */
    public static final int OPMOD_TIS = 1;
    /** Modifier of parameters of a TIR, the receiving side. */
    public static final int OPMOD_TIR = 2;

    /** Waits for what stands before in the queue (initiator small fence). */
    public static final int FENCE = 0x20;
    /** Bits of all kinds of fence. */
    public static final int FENCE_MASK = 0xe0;
    /** Asks for a completion. */
    public static final int COMPLETION = 0x08;
    /** Bits of all kinds of completion. */
    public static final int COMPLETION_MASK = 0x0c;

    private static final int INDEX = 1;
    private static final int OPCODE = 3;
    private static final int QUEUE = 4;
    private static final int SEGMENTS = 7;
    private static final int FLAGS = 11;
    private static final int OBJECT = 12;

    private ControlSegment() {
    }

    /**
     * Writes the segment.
     *
     * @param address   of 16 octets.
     * @param operation modifier in bits 8 to 15, opcode in bits 0 to 7.
     * @param index     of the element's first unit; its low 16 bits are written.
     * @param queue     number of the send queue.
     * @param segments  of 16 octets in the whole element.
     * @param flags     fence and completion.
     * @param object    number of the TIS or TIR, 0 for none.
     */
    public static void write(
        final long address,
        final int operation,
        final int index,
        final int queue,
        final int segments,
        final int flags,
        final int object) {
        BigEndian.putInt(address, (operation >> 8 << 24) | ((index & 0xffff) << 8) | (operation & 0xff));
        BigEndian.putInt(address + QUEUE, (queue << 8) | segments);
        BigEndian.putInt(address + 8, flags);
        BigEndian.putInt(address + OBJECT, object << 8);
    }

    /**
     * Adds flags to those written.
     *
     * @param address of the segment.
     * @param flags   fence or completion.
     */
    public static void addFlags(final long address, final int flags) {
        BigEndian.putByte(address + FLAGS, flags(address) | flags);
    }

    /**
     * The modifier.
     *
     * @param address of the segment.
     * @return 0 to 255.
     */
    public static int modifier(final long address) {
        return BigEndian.getByte(address);
    }

    /**
     * Where the element stands.
     *
     * @param address of the segment.
     * @return 16 bits of the producer's counter.
     */
    public static int index(final long address) {
        return BigEndian.getShort(address + INDEX);
    }

    /**
     * The opcode.
     *
     * @param address of the segment.
     * @return 0 to 255.
     */
    public static int opcode(final long address) {
        return BigEndian.getByte(address + OPCODE);
    }

    /**
     * The send queue.
     *
     * @param address of the segment.
     * @return 24 bits.
     */
    public static int queue(final long address) {
        return BigEndian.getMedium(address + QUEUE);
    }

    /**
     * How long the element is.
     *
     * @param address of the segment.
     * @return in segments of 16 octets, 0 to 63.
     */
    public static int segments(final long address) {
        return BigEndian.getByte(address + SEGMENTS) & 0x3f;
    }

    /**
     * Fence and completion.
     *
     * @param address of the segment.
     * @return 0 to 255.
     */
    public static int flags(final long address) {
        return BigEndian.getByte(address + FLAGS);
    }

    /**
     * The number of the TIS or TIR.
     *
     * @param address of the segment.
     * @return 24 bits, 0 for none.
     */
    public static int object(final long address) {
        return BigEndian.getMedium(address + OBJECT);
    }

    /**
     * Units of 64 octets that an element takes in the ring.
     *
     * @param segments of 16 octets.
     * @return at least 1.
     */
    public static int blocks(final int segments) {
        return (segments + SEGMENTS_PER_BLOCK - 1) / SEGMENTS_PER_BLOCK;
    }

    /** What is reserved in the segment, and the eight bits below the object's number. */
    static WqeError check(final long address) {
        if (BigEndian.getByte(address + SEGMENTS) > 0x3f || !BigEndian.isZero(address + 8, 3)) {
            return WqeError.RESERVED;
        }
        return BigEndian.getByte(address + OBJECT + 3) == 0 ? WqeError.NONE : WqeError.OBJECT_NUMBER;
    }

    /** The modifier an opcode must have, for parameters; and none elsewhere. */
    static WqeError checkParameters(final long address, final int segments) {
        if (modifier(address) != OPMOD_TIS && modifier(address) != OPMOD_TIR) {
            return WqeError.OPCODE_MODIFIER;
        }
        return segments(address) == segments ? check(address) : WqeError.LENGTH;
    }

    static WqeError checkPlain(final long address, final int segments) {
        if (modifier(address) != 0) {
            return WqeError.OPCODE_MODIFIER;
        }
        return segments(address) == segments ? check(address) : WqeError.LENGTH;
    }
}
