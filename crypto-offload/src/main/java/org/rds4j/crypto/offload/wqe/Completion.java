package org.rds4j.crypto.offload.wqe;

import java.lang.invoke.VarHandle;

/**
 * A completion, 64 octets ({@code struct mlx5_cqe64}, {@code mlx5_err_cqe}): of a packet received, what became of its records 0
 * and its length 44-47; syndromes 54-55, queue number 57-59, index of the element 60-61, opcode and owner 63. The owner bit of an
 * entry changes with each turn of the ring.
 */
public final class Completion {
    /** Octets of an entry. */
    public static final int LENGTH = 64;
    /** An element of a send queue was executed. */
    public static final int OPCODE_REQUEST = 0;
    /** A packet was received. */
    public static final int OPCODE_RECEIVED = 2;
    /** An element of a send queue was refused and the queue stands. */
    public static final int OPCODE_REQUEST_ERROR = 0xd;
    /** Nothing was written here yet. */
    public static final int OPCODE_INVALID = 0xf;

    /** The packet is as it came. */
    public static final int NOT_DECRYPTED = 0;
    /** What the packet has of records is decrypted, and those that end in it are authenticated. */
    public static final int DECRYPTED = 1;
    /** The packet is as it came, and the device asks for the number of a record. */
    public static final int RESYNC = 2;
    /** A record that ends in the packet is not authentic. */
    public static final int DECRYPTION_ERROR = 3;

    private static final int DECRYPTION_SHIFT = 3;
    private static final int DECRYPTION_MASK = 3;
    private static final int RECEIVED_LENGTH = 44;
    private static final int VENDOR_SYNDROME = 54;
    private static final int SYNDROME = 55;
    private static final int QUEUE = 57;
    private static final int INDEX = 60;
    private static final int OPCODE_AND_OWNER = 63;

    private Completion() {
    }

    /**
     * Makes entries that nobody takes for written.
     *
     * @param address of the ring.
     * @param entries of the ring.
     */
    public static void clear(final long address, final int entries) {
        for (int i = 0; i < entries; i++) {
            BigEndian.clear(address + i * (long) LENGTH, LENGTH);
            BigEndian.putByte(address + i * (long) LENGTH + OPCODE_AND_OWNER, OPCODE_INVALID << 4 | 1);
        }
    }

    /**
     * Writes an entry, as a device does: what says that it is there comes last.
     *
     * @param address of 64 octets.
     * @param opcode  {@link #OPCODE_REQUEST} or {@link #OPCODE_REQUEST_ERROR}.
     * @param queue   number of the send queue.
     * @param index   of the element.
     * @param error   why it was refused.
     * @param owner   bit of this turn.
     */
    public static void write(
        final long address, final int opcode, final int queue, final int index, final WqeError error, final int owner) {
        BigEndian.clear(address, OPCODE_AND_OWNER);
        BigEndian.putByte(address + VENDOR_SYNDROME, error.code());
        BigEndian.putByte(address + SYNDROME, error == WqeError.NONE ? 0 : syndrome(error));
        BigEndian.putMedium(address + QUEUE, queue);
        BigEndian.putShort(address + INDEX, index);
        VarHandle.storeStoreFence();
        BigEndian.putByte(address + OPCODE_AND_OWNER, opcode << 4 | owner);
    }

    /**
     * Writes the entry of a packet that was received, as a device does.
     *
     * @param address    of 64 octets.
     * @param queue      number of the receive queue.
     * @param index      of the element that the packet was put into.
     * @param length     octets of the packet.
     * @param decryption {@link #NOT_DECRYPTED}, {@link #DECRYPTED}, {@link #RESYNC} or {@link #DECRYPTION_ERROR}.
     * @param owner      bit of this turn.
     */
    public static void writeReceived(
        final long address, final int queue, final int index, final int length, final int decryption, final int owner) {
        BigEndian.clear(address, OPCODE_AND_OWNER);
        BigEndian.putByte(address, decryption << DECRYPTION_SHIFT);
        BigEndian.putInt(address + RECEIVED_LENGTH, length);
        BigEndian.putMedium(address + QUEUE, queue);
        BigEndian.putShort(address + INDEX, index);
        VarHandle.storeStoreFence();
        BigEndian.putByte(address + OPCODE_AND_OWNER, OPCODE_RECEIVED << 4 | owner);
    }

    /**
     * What became of the records in a packet that was received.
     *
     * @param address of the entry.
     * @return {@link #NOT_DECRYPTED}, {@link #DECRYPTED}, {@link #RESYNC} or {@link #DECRYPTION_ERROR}.
     */
    public static int decryption(final long address) {
        return BigEndian.getByte(address) >> DECRYPTION_SHIFT & DECRYPTION_MASK;
    }

    /**
     * How long a packet is that was received.
     *
     * @param address of the entry.
     * @return octets.
     */
    public static int receivedLength(final long address) {
        return BigEndian.getInt(address + RECEIVED_LENGTH);
    }

    /**
     * Whether an entry was written in this turn.
     *
     * @param address of the entry.
     * @param owner   bit of this turn.
     * @return true when it may be read.
     */
    public static boolean isWritten(final long address, final int owner) {
        final int last = BigEndian.getByte(address + OPCODE_AND_OWNER);
        VarHandle.loadLoadFence();
        return last >> 4 != OPCODE_INVALID && (last & 1) == owner;
    }

    /**
     * What happened.
     *
     * @param address of the entry.
     * @return 0 to 15.
     */
    public static int opcode(final long address) {
        return BigEndian.getByte(address + OPCODE_AND_OWNER) >> 4;
    }

    /**
     * Which element it was.
     *
     * @param address of the entry.
     * @return index of the element's first unit, 16 bits.
     */
    public static int index(final long address) {
        return BigEndian.getShort(address + INDEX);
    }

    /**
     * The class of an error.
     *
     * @param address of the entry.
     * @return 0 for none.
     */
    public static int syndrome(final long address) {
        return BigEndian.getByte(address + SYNDROME);
    }

    /**
     * The vendor's number of an error; the model's is that of a {@link WqeError}.
     *
     * @param address of the entry.
     * @return 0 to 255.
     */
    public static int vendorSyndrome(final long address) {
        return BigEndian.getByte(address + VENDOR_SYNDROME);
    }

    /** Local length, local protection and local operation error of {@code enum} {@code mlx5_cqe_syndrome}. */
    private static int syndrome(final WqeError error) {
        return switch (error) {
            case LENGTH, DATA_LENGTH -> 0x01;
            case MEMORY_KEY -> 0x04;
            default -> 0x02;
        };
    }
}
