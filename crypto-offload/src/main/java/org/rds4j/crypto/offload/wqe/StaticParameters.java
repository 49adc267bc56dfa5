package org.rds4j.crypto.offload.wqe;

/**
 * What a context keeps until it is told otherwise ({@code mlx5_ifc_tls_static_params_bits}), 64 octets.
 * <pre>
 *   0      10vvvv01: constants around the TLS version     3  encryption standard, 1 for TLS
 *   8-15   number of the first record                     16-19  TCP sequence number of a resync, receiving side only
 *   20-23  octets 0 to 3 of the IV                        24-31  octets 4 to 11 of the IV, 0 for TLS 1.2
 *   33-35  encryption key                                 else 0
 * </pre>
 */
public final class StaticParameters {
    /** Octets of the structure. */
    public static final int LENGTH = 64;

    private static final int CONSTANTS = 0x81;
    private static final int CONSTANTS_MASK = 0xc3;
    private static final int STANDARD_TLS = 1;
    private static final int RECORD_NUMBER = 8;
    private static final int RESYNC_SEQUENCE = 16;
    private static final int SALT = 20;
    private static final int IV_TAIL = 24;
    private static final int KEY = 32;
    private static final int REST = 36;

    private StaticParameters() {
    }

    /**
     * Writes the structure.
     *
     * @param address        of 64 octets.
     * @param version        of TLS.
     * @param recordNumber   of the first record.
     * @param resyncSequence of an answer to a resync, 0 on the sending side.
     * @param salt           octets 0 to 3 of the IV, the first most significant.
     * @param ivTail         octets 4 to 11 of the IV; ignored for TLS 1.2.
     * @param key            index of the encryption key.
     */
    public static void write(
        final long address,
        final TlsVersion version,
        final long recordNumber,
        final int resyncSequence,
        final int salt,
        final long ivTail,
        final int key) {
        BigEndian.clear(address, LENGTH);
        BigEndian.putByte(address, CONSTANTS | (version.code() << 2));
        BigEndian.putByte(address + 3, STANDARD_TLS);
        BigEndian.putLong(address + RECORD_NUMBER, recordNumber);
        BigEndian.putInt(address + RESYNC_SEQUENCE, resyncSequence);
        BigEndian.putInt(address + SALT, salt);
        BigEndian.putLong(address + IV_TAIL, version == TlsVersion.TLS_1_3 ? ivTail : 0);
        BigEndian.putInt(address + KEY, key);
    }

    /**
     * The version.
     *
     * @param address of the structure.
     * @return null when it is none that exists.
     */
    public static TlsVersion version(final long address) {
        return TlsVersion.of(BigEndian.getByte(address) >> 2 & 0xf);
    }

    /**
     * Number of the first record.
     *
     * @param address of the structure.
     * @return unsigned.
     */
    public static long recordNumber(final long address) {
        return BigEndian.getLong(address + RECORD_NUMBER);
    }

    /**
     * Where the receiving side is to resume.
     *
     * @param address of the structure.
     * @return a TCP sequence number.
     */
    public static int resyncSequence(final long address) {
        return BigEndian.getInt(address + RESYNC_SEQUENCE);
    }

    /**
     * Octets 0 to 3 of the IV.
     *
     * @param address of the structure.
     * @return the first most significant.
     */
    public static int salt(final long address) {
        return BigEndian.getInt(address + SALT);
    }

    /**
     * Octets 4 to 11 of the IV.
     *
     * @param address of the structure.
     * @return the first most significant.
     */
    public static long ivTail(final long address) {
        return BigEndian.getLong(address + IV_TAIL);
    }

    /**
     * The encryption key.
     *
     * @param address of the structure.
     * @return its index.
     */
    public static int key(final long address) {
        return BigEndian.getMedium(address + KEY + 1);
    }

    static WqeError check(final long address) {
        if ((BigEndian.getByte(address) & CONSTANTS_MASK) != CONSTANTS) {
            return WqeError.STATIC_CONSTANTS;
        }
        if (version(address) == null) {
            return WqeError.TLS_VERSION;
        }
        if ((BigEndian.getByte(address + 3) & 0xf) != STANDARD_TLS) {
            return WqeError.ENCRYPTION_STANDARD;
        }
        final boolean isClear = (BigEndian.getInt(address) & 0x00fffff0) == 0
            && BigEndian.isZero(address + 4, 4)
            && BigEndian.getByte(address + KEY) == 0
            && BigEndian.isZero(address + REST, LENGTH - REST);
        return isClear ? WqeError.NONE : WqeError.RESERVED;
    }
}
