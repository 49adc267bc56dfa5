package org.rds4j.crypto.offload.firmware;

import org.rds4j.crypto.offload.wqe.BigEndian;

/**
 * Commands about transport interface receive contexts, TIR ({@code mlx5_ifc_create_tir_in_bits}, {@code mlx5_ifc_tirc_bits}). A
 * TIR has no protection domain: which keys it may use follows from the queue that its parameters are posted to.
 * <pre>
 *   36  0xf0 disp_type, 0 direct     0x08 tls_en      61-63  inline_rqn, the receive queue
 *   68  0x03 self_lb_block           69-71  transport domain
 * </pre>
 */
public final class TirCommand {
    /** Octets of a creation. */
    public static final int CREATE_LENGTH = 272;

    private static final int CONTEXT = 32;
    private static final int DISPATCH = CONTEXT + 4;
    private static final int TLS_ENABLED = 0x08;
    private static final int RECEIVE_QUEUE = CONTEXT + 29;
    private static final int HASH_AND_LOOPBACK = CONTEXT + 36;
    /** Neither unicast nor multicast frames of the device's own, as Linux has it for TLS. */
    private static final int NO_LOOPBACK = 0x03;
    private static final int TRANSPORT_DOMAIN = CONTEXT + 37;

    private TirCommand() {
    }

    /**
     * Makes a context for TLS.
     *
     * @param address         of {@link #CREATE_LENGTH} octets.
     * @param transportDomain of the device.
     * @param receiveQueue    where its packets go.
     */
    public static void create(final long address, final int transportDomain, final int receiveQueue) {
        FirmwareCommand.begin(address, CREATE_LENGTH, FirmwareCommand.CREATE_TIR, 0);
        BigEndian.putByte(address + DISPATCH, TLS_ENABLED);
        BigEndian.putMedium(address + RECEIVE_QUEUE, receiveQueue);
        BigEndian.putByte(address + HASH_AND_LOOPBACK, NO_LOOPBACK);
        BigEndian.putMedium(address + TRANSPORT_DOMAIN, transportDomain);
    }

    /**
     * Ends a context.
     *
     * @param address of {@link FirmwareCommand#HEAD_LENGTH} octets.
     * @param number  of the context.
     */
    public static void destroy(final long address, final int number) {
        FirmwareCommand.destroy(address, FirmwareCommand.DESTROY_TIR, number);
    }

    /**
     * Whether the context is for TLS.
     *
     * @param address of a creation.
     * @return true with tls_en.
     */
    public static boolean isTlsEnabled(final long address) {
        return (BigEndian.getByte(address + DISPATCH) & TLS_ENABLED) != 0;
    }

    /**
     * The transport domain.
     *
     * @param address of a creation.
     * @return 24 bits.
     */
    public static int transportDomain(final long address) {
        return BigEndian.getMedium(address + TRANSPORT_DOMAIN);
    }

    /**
     * Where packets go.
     *
     * @param address of a creation.
     * @return number of a receive queue.
     */
    public static int receiveQueue(final long address) {
        return BigEndian.getMedium(address + RECEIVE_QUEUE);
    }

    /**
     * Judges a command.
     *
     * @param address of the command.
     * @param length  octets of it.
     * @return {@link FirmwareStatus#OK} when it is one that this class makes.
     */
    public static FirmwareStatus check(final long address, final int length) {
        return FirmwareCommand.checkContext(address, length, FirmwareCommand.CREATE_TIR, CREATE_LENGTH);
    }
}
