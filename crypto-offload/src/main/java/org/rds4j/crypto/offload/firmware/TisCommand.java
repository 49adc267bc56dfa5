package org.rds4j.crypto.offload.firmware;

import org.rds4j.crypto.offload.wqe.BigEndian;

/**
 * Commands about transport interface send contexts, TIS ({@code mlx5_ifc_create_tis_in_bits}, {@code mlx5_ifc_tisc_bits}).
 * <pre>
 *   32  0x40 tls_en      33  priority      69-71  transport domain      73-75  underlay queue pair      77-79  protection domain
 * </pre>
 */
public final class TisCommand {
    /** Octets of a creation. */
    public static final int CREATE_LENGTH = 192;

    private static final int CONTEXT = 32;
    private static final int TLS_ENABLED = 0x40;
    private static final int TRANSPORT_DOMAIN = CONTEXT + 36;
    private static final int PROTECTION_DOMAIN = CONTEXT + 44;

    private TisCommand() {
    }

    /**
     * Makes a context for TLS.
     *
     * @param address          of {@link #CREATE_LENGTH} octets.
     * @param transportDomain  of the device.
     * @param protectionDomain of the device, that of the encryption keys.
     */
    public static void create(final long address, final int transportDomain, final int protectionDomain) {
        FirmwareCommand.begin(address, CREATE_LENGTH, FirmwareCommand.CREATE_TIS, 0);
        BigEndian.putByte(address + CONTEXT, TLS_ENABLED);
        BigEndian.putInt(address + TRANSPORT_DOMAIN, transportDomain);
        BigEndian.putInt(address + PROTECTION_DOMAIN, protectionDomain);
    }

    /**
     * Ends a context.
     *
     * @param address of {@link FirmwareCommand#HEAD_LENGTH} octets.
     * @param number  of the context.
     */
    public static void destroy(final long address, final int number) {
        FirmwareCommand.destroy(address, FirmwareCommand.DESTROY_TIS, number);
    }

    /**
     * Whether the context is for TLS.
     *
     * @param address of a creation.
     * @return true with tls_en.
     */
    public static boolean isTlsEnabled(final long address) {
        return (BigEndian.getByte(address + CONTEXT) & TLS_ENABLED) != 0;
    }

    /**
     * The protection domain.
     *
     * @param address of a creation.
     * @return 24 bits.
     */
    public static int protectionDomain(final long address) {
        return BigEndian.getMedium(address + PROTECTION_DOMAIN + 1);
    }

    /**
     * The transport domain.
     *
     * @param address of a creation.
     * @return 24 bits.
     */
    public static int transportDomain(final long address) {
        return BigEndian.getMedium(address + TRANSPORT_DOMAIN + 1);
    }

    /**
     * Judges a command.
     *
     * @param address of the command.
     * @param length  octets of it.
     * @return {@link FirmwareStatus#OK} when it is one that this class makes.
     */
    public static FirmwareStatus check(final long address, final int length) {
        return FirmwareCommand.checkContext(address, length, FirmwareCommand.CREATE_TIS, CREATE_LENGTH);
    }
}
