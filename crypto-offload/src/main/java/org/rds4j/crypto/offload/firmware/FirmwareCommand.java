package org.rds4j.crypto.offload.firmware;

import org.rds4j.crypto.offload.wqe.BigEndian;

/** What commands and replies have in common: opcode 0-1, operation modifier 6-7; status 0, syndrome 4-7; of contexts 9-11. */
public final class FirmwareCommand {
    /** Reads capabilities. */
    public static final int QUERY_HCA_CAP = 0x100;
    /** Makes a receiving context. */
    public static final int CREATE_TIR = 0x900;
    /** Ends a receiving context. */
    public static final int DESTROY_TIR = 0x902;
    /** Makes a sending context. */
    public static final int CREATE_TIS = 0x912;
    /** Ends a sending context. */
    public static final int DESTROY_TIS = 0x914;
    /** Makes an object of a type. */
    public static final int CREATE_GENERAL_OBJECT = 0xa00;
    /** Changes an object of a type. */
    public static final int MODIFY_GENERAL_OBJECT = 0xa01;
    /** Reads an object of a type. */
    public static final int QUERY_GENERAL_OBJECT = 0xa02;
    /** Ends an object of a type. */
    public static final int DESTROY_GENERAL_OBJECT = 0xa03;
    /** Waits until no engine uses keys that were freed. */
    public static final int SYNC_CRYPTO = 0xb12;
    /** Octets of a command without body, and of a reply without body. */
    public static final int HEAD_LENGTH = 16;

    private static final int MODIFIER = 6;
    private static final int SYNDROME = 4;
    private static final int NUMBER = 9;

    private FirmwareCommand() {
    }

    static void begin(final long address, final int length, final int opcode, final int modifier) {
        BigEndian.clear(address, length);
        BigEndian.putShort(address, opcode);
        BigEndian.putShort(address + MODIFIER, modifier);
    }

    /** Writes the end of a context. */
    static void destroy(final long address, final int opcode, final int number) {
        begin(address, HEAD_LENGTH, opcode, 0);
        number(address, number);
    }

    /** Judges a command that makes a context, or ends one. */
    static FirmwareStatus checkContext(final long address, final int length, final int creation, final int creationLength) {
        if (length != (opcode(address) == creation ? creationLength : HEAD_LENGTH)) {
            return FirmwareStatus.BAD_INPUT_LENGTH;
        }
        return modifier(address) == 0 ? FirmwareStatus.OK : FirmwareStatus.BAD_PARAMETER;
    }

    /**
     * Which context; in a reply to a creation, which was made.
     *
     * @param address of a command or reply.
     * @return 24 bits.
     */
    public static int number(final long address) {
        return BigEndian.getMedium(address + NUMBER);
    }

    /**
     * Says which context was made.
     *
     * @param address of a reply.
     * @param number  24 bits.
     */
    public static void number(final long address, final int number) {
        BigEndian.putMedium(address + NUMBER, number);
    }

    /**
     * Which command it is.
     *
     * @param address of a command.
     * @return 16 bits.
     */
    public static int opcode(final long address) {
        return BigEndian.getShort(address);
    }

    /**
     * The operation's modifier; of general objects, their type.
     *
     * @param address of a command.
     * @return 16 bits.
     */
    public static int modifier(final long address) {
        return BigEndian.getShort(address + MODIFIER);
    }

    /**
     * Writes the head of a reply.
     *
     * @param address  of at least {@link #HEAD_LENGTH} octets.
     * @param length   octets of the reply, all else zero.
     * @param status   of the command.
     * @param syndrome more about an error, 0 for nothing.
     */
    public static void reply(final long address, final int length, final FirmwareStatus status, final int syndrome) {
        BigEndian.clear(address, length);
        BigEndian.putByte(address, status.code());
        BigEndian.putInt(address + SYNDROME, syndrome);
    }

    /**
     * How a command ended.
     *
     * @param address of a reply.
     * @return the status.
     */
    public static FirmwareStatus status(final long address) {
        return FirmwareStatus.of(BigEndian.getByte(address));
    }

    /**
     * More about an error.
     *
     * @param address of a reply.
     * @return 32 bits.
     */
    public static int syndrome(final long address) {
        return BigEndian.getInt(address + SYNDROME);
    }
}
