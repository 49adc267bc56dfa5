package org.rds4j.crypto.model;

import org.rds4j.crypto.offload.wqe.StaticParameters;
import org.rds4j.crypto.offload.wqe.TlsVersion;

/** What static parameters say of records, and AES-GCM under it: what an engine needs of either direction. */
final class RecordKey {
    static final int HEADER_LENGTH = 5;
    static final int TAG_LENGTH = 16;
    /** Header and explicit nonce of TLS 1.2. */
    static final int MAX_CLEAR_LENGTH = 13;

    private static final int EXPLICIT_NONCE_LENGTH = 8;
    private static final int MAX_LENGTH = (1 << 14) + 256;

    private final byte[] nonce = new byte[12];
    private final byte[] aad = new byte[13];
    private TlsVersion version = TlsVersion.TLS_1_3;
    private int salt;
    private long ivTail;
    private EncryptionKey key;
    private int keyGeneration;
    private GcmStream gcm = new GcmStream(new byte[16]);

    /** Takes version, IV and key. */
    void use(final long parameters, final EncryptionKey newKey) {
        version = StaticParameters.version(parameters);
        salt = StaticParameters.salt(parameters);
        ivTail = StaticParameters.ivTail(parameters);
        useKey(newKey);
    }

    /** Whether parameters say what is in use already. */
    boolean isSame(final long parameters, final EncryptionKey newKey) {
        return key == newKey
            && version == StaticParameters.version(parameters)
            && salt == StaticParameters.salt(parameters)
            && ivTail == StaticParameters.ivTail(parameters);
    }

    /** Whether a key was given to the object that is not the one in use. */
    boolean isKeyChanged() {
        return key != null && key.generation() != keyGeneration;
    }

    void refreshKey() {
        useKey(key);
    }

    /** An engine touches octets with the key. */
    void onUse() {
        if (key != null) {
            key.onUse();
        }
    }

    GcmStream gcm() {
        return gcm;
    }

    /** Octets of a record before its text. */
    int clearLength() {
        return version == TlsVersion.TLS_1_2 ? HEADER_LENGTH + EXPLICIT_NONCE_LENGTH : HEADER_LENGTH;
    }

    /** Octets of text in the record of a header; negative when it has no room for what must be there. */
    int textLength(final byte[] header, final int offset) {
        return length(header, offset) - (clearLength() - HEADER_LENGTH + TAG_LENGTH);
    }

    /** Whether version and length are those of a record. */
    boolean isPlausible(final byte[] header, final int offset) {
        return header[offset + 1] == 3 && header[offset + 2] == 3
            && textLength(header, offset) >= 0 && length(header, offset) <= MAX_LENGTH;
    }

    /** Begins with the text of a record. */
    void start(final byte[] header, final long recordNumber) {
        writeNonce(header, recordNumber);
        gcm.start(nonce, aad, writeAad(header, recordNumber));
    }

    private void useKey(final EncryptionKey newKey) {
        newKey.onUse();
        if (key != newKey || isKeyChanged()) {
            key = newKey;
            keyGeneration = newKey.generation();
            gcm = new GcmStream(newKey.octets());
        }
    }

    private void writeNonce(final byte[] header, final long recordNumber) {
        put(nonce, 0, 4, salt);
        if (version == TlsVersion.TLS_1_2) {
            System.arraycopy(header, HEADER_LENGTH, nonce, 4, EXPLICIT_NONCE_LENGTH);
        } else {
            put(nonce, 4, 8, ivTail ^ recordNumber);
        }
    }

    private int writeAad(final byte[] header, final long recordNumber) {
        if (version == TlsVersion.TLS_1_3) {
            System.arraycopy(header, 0, aad, 0, HEADER_LENGTH);
            return HEADER_LENGTH;
        }
        put(aad, 0, 8, recordNumber);
        System.arraycopy(header, 0, aad, 8, 3);
        put(aad, 11, 2, textLength(header, 0));
        return aad.length;
    }

    private static int length(final byte[] header, final int offset) {
        return ((header[offset + 3] & 0xff) << 8) | (header[offset + 4] & 0xff);
    }

    private static void put(final byte[] octets, final int offset, final int length, final long value) {
        for (int i = 0; i < length; i++) {
            octets[offset + i] = (byte) (value >>> (8 * (length - 1 - i)));
        }
    }
}
