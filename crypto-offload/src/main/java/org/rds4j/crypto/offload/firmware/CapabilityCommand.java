package org.rds4j.crypto.offload.firmware;

import org.rds4j.crypto.offload.wqe.BigEndian;

/** Reads a block of capabilities as they are at present ({@code mlx5_ifc_query_hca_cap_in_bits}). */
public final class CapabilityCommand {
    /** Octets of the block. */
    public static final int BLOCK_LENGTH = 4096;
    /** Octets of a reply. */
    public static final int REPLY_LENGTH = FirmwareCommand.HEAD_LENGTH + BLOCK_LENGTH;
    /** The general block. */
    public static final int TYPE_GENERAL = 0x00;
    /** The block of TLS. */
    public static final int TYPE_TLS = 0x11;
    /** The block of encryption keys. */
    public static final int TYPE_CRYPTO = 0x1a;

    private static final int CURRENT = 1;

    private CapabilityCommand() {
    }

    /**
     * Writes the command.
     *
     * @param address of {@link FirmwareCommand#HEAD_LENGTH} octets.
     * @param type    of the block.
     */
    public static void write(final long address, final int type) {
        FirmwareCommand.begin(address, FirmwareCommand.HEAD_LENGTH, FirmwareCommand.QUERY_HCA_CAP, (type << 1) | CURRENT);
    }

    /**
     * Which block is wanted.
     *
     * @param address of the command.
     * @return its type.
     */
    public static int type(final long address) {
        return FirmwareCommand.modifier(address) >> 1;
    }

    /**
     * Where the block is.
     *
     * @param reply address of a reply.
     * @return address of the block.
     */
    public static long block(final long reply) {
        return reply + FirmwareCommand.HEAD_LENGTH;
    }

    /** Whether bits are set in an octet of the block. */
    static boolean has(final long reply, final int offset, final int mask) {
        return (BigEndian.getByte(block(reply) + offset) & mask) != 0;
    }

    static int number(final long reply, final int offset, final int mask) {
        return BigEndian.getByte(block(reply) + offset) & mask;
    }
}
