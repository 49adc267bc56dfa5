package org.rds4j.crypto.offload.firmware;

import org.rds4j.crypto.offload.wqe.BigEndian;

/** Waits until no engine uses keys freed before ({@code mlx5_ifc_sync_crypto_in_bits}). */
public final class SyncCryptoCommand {
    /** Octets of the command. */
    public static final int LENGTH = 32;

    private static final int CRYPTO_TYPE = 14;
    private static final int KEYS = 1;

    private SyncCryptoCommand() {
    }

    /**
     * Writes the command.
     *
     * @param address of {@link #LENGTH} octets.
     */
    public static void write(final long address) {
        FirmwareCommand.begin(address, LENGTH, FirmwareCommand.SYNC_CRYPTO, 0);
        BigEndian.putShort(address + CRYPTO_TYPE, KEYS);
    }

    /**
     * Judges a command.
     *
     * @param address of the command.
     * @param length  octets of it.
     * @return {@link FirmwareStatus#OK} when it is the one that {@link #write} makes.
     */
    public static FirmwareStatus check(final long address, final int length) {
        if (length != LENGTH) {
            return FirmwareStatus.BAD_INPUT_LENGTH;
        }
        return BigEndian.getShort(address + CRYPTO_TYPE) == KEYS ? FirmwareStatus.OK : FirmwareStatus.BAD_PARAMETER;
    }
}
