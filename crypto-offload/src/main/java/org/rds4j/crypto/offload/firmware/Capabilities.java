package org.rds4j.crypto.offload.firmware;

import org.rds4j.crypto.offload.wqe.BigEndian;
import org.rds4j.crypto.offload.wqe.TlsVersion;

/**
 * What a device says that it can do about TLS.
 *
 * @param hasTransmit     the device encrypts what it sends.
 * @param hasReceive      it decrypts what it receives.
 * @param hasKeys         it keeps encryption keys as objects.
 * @param hasTls12Aes128  TLS 1.2 with keys of 128 bits.
 * @param hasTls13Aes128  TLS 1.3 with keys of 128 bits.
 * @param hasTls12Aes256  TLS 1.2 with keys of 256 bits.
 * @param hasTls13Aes256  TLS 1.3 with keys of 256 bits.
 * @param hasSynchronize  an object may be given another key, after SYNC_CRYPTO.
 * @param logMaxKeys      logarithm of how many keys there may be, 0 to 31.
 */
public record Capabilities(
    boolean hasTransmit,
    boolean hasReceive,
    boolean hasKeys,
    boolean hasTls12Aes128,
    boolean hasTls13Aes128,
    boolean hasTls12Aes256,
    boolean hasTls13Aes256,
    boolean hasSynchronize,
    int logMaxKeys) {
    /** A device without any of it. */
    public static final Capabilities NONE = new Capabilities(false, false, false, false, false, false, false, false, 0);

    private static final int TLS = 144;
    private static final int TLS_TRANSMIT = 0x40;
    private static final int TLS_RECEIVE = 0x20;
    private static final int CRYPTO = 141;
    private static final int CRYPTO_BIT = 0x40;
    private static final int LOG_MAX_KEYS = 182;
    private static final int LOG_MASK = 0x1f;
    /** A bitmap of 64 object types, type 0 in its last bit. */
    private static final int OBJECT_TYPES = 128;
    private static final int TLS_1_2_128 = 0x80;
    private static final int TLS_1_3_128 = 0x40;
    private static final int TLS_1_2_256 = 0x20;
    private static final int TLS_1_3_256 = 0x10;
    private static final int SYNCHRONIZE = 0x10;

    /**
     * Reads the replies of {@link CapabilityCommand}.
     *
     * @param general address of the reply of the general block.
     * @param tls     address of the reply of the TLS block.
     * @param crypto  address of the reply of the crypto block.
     * @return what they say.
     */
    public static Capabilities read(final long general, final long tls, final long crypto) {
        final long types = BigEndian.getLong(CapabilityCommand.block(general) + OBJECT_TYPES);
        return new Capabilities(
            CapabilityCommand.has(general, TLS, TLS_TRANSMIT),
            CapabilityCommand.has(general, TLS, TLS_RECEIVE),
            CapabilityCommand.has(general, CRYPTO, CRYPTO_BIT) && (types >> EncryptionKeyCommand.OBJECT_TYPE & 1) != 0,
            CapabilityCommand.has(tls, 0, TLS_1_2_128),
            CapabilityCommand.has(tls, 0, TLS_1_3_128),
            CapabilityCommand.has(tls, 0, TLS_1_2_256),
            CapabilityCommand.has(tls, 0, TLS_1_3_256),
            CapabilityCommand.has(crypto, 0, SYNCHRONIZE),
            CapabilityCommand.number(general, LOG_MAX_KEYS, LOG_MASK));
    }

    /**
     * Writes what a device with these capabilities replies.
     *
     * @param reply address of a reply of {@link CapabilityCommand#REPLY_LENGTH} octets, its block zero.
     * @param type  of the block.
     */
    public void write(final long reply, final int type) {
        final long block = CapabilityCommand.block(reply);
        switch (type) {
            case CapabilityCommand.TYPE_GENERAL -> {
                BigEndian.putByte(block + TLS, (hasTransmit ? TLS_TRANSMIT : 0) | (hasReceive ? TLS_RECEIVE : 0));
                BigEndian.putByte(block + CRYPTO, hasKeys ? CRYPTO_BIT : 0);
                BigEndian.putLong(block + OBJECT_TYPES, hasKeys ? 1L << EncryptionKeyCommand.OBJECT_TYPE : 0);
                BigEndian.putByte(block + LOG_MAX_KEYS, logMaxKeys);
            }
            case CapabilityCommand.TYPE_TLS -> BigEndian.putByte(block, (hasTls12Aes128 ? TLS_1_2_128 : 0)
                | (hasTls13Aes128 ? TLS_1_3_128 : 0)
                | (hasTls12Aes256 ? TLS_1_2_256 : 0)
                | (hasTls13Aes256 ? TLS_1_3_256 : 0));
            case CapabilityCommand.TYPE_CRYPTO -> BigEndian.putByte(block, hasSynchronize ? SYNCHRONIZE : 0);
            default -> { }
        }
    }

    /**
     * Whether the device encrypts records of a kind.
     *
     * @param version   of TLS.
     * @param keyLength 16 or 32.
     * @return true when it can.
     */
    public boolean canEncrypt(final TlsVersion version, final int keyLength) {
        return hasTransmit && hasKeys && knows(version, keyLength);
    }

    /**
     * Whether the device decrypts records of a kind.
     *
     * @param version   of TLS.
     * @param keyLength 16 or 32.
     * @return true when it can.
     */
    public boolean canDecrypt(final TlsVersion version, final int keyLength) {
        return hasReceive && hasKeys && knows(version, keyLength);
    }

    private boolean knows(final TlsVersion version, final int keyLength) {
        return version == TlsVersion.TLS_1_3
            ? keyLength == 16 ? hasTls13Aes128 : hasTls13Aes256
            : keyLength == 16 ? hasTls12Aes128 : hasTls12Aes256;
    }

    /**
     * How many keys may live at once in each direction: half of what the device has.
     *
     * @return 0 for none.
     */
    public int maxKeys() {
        return logMaxKeys == 0 ? 0 : 1 << (logMaxKeys - 1);
    }
}
