package org.rds4j.crypto.model;

import org.rds4j.crypto.offload.wqe.StaticParameters;
import org.rds4j.crypto.offload.wqe.TlsVersion;

/**
 * The cipher engine's state for one TIS. It takes octets strictly in the order of the queue: the first after a start is the
 * first of a record's header, whatever its TCP sequence number. Headers pass, bodies are encrypted in place, the last 16 octets
 * of a record are overwritten with its tag; records may begin and end anywhere.
 */
final class TlsContext {
    private static final int HEADER_LENGTH = 5;
    private static final int EXPLICIT_NONCE_LENGTH = 8;
    private static final int TAG_LENGTH = 16;
    private static final int MAX_LENGTH = (1 << 14) + 256;
    /** Record number that makes sure that nobody opens what an engine without a start has encrypted. */
    private static final long WRONG_RECORD_NUMBER = 0x5a5a_5a5a_5a5a_5a5aL;

    private final int protectionDomain;
    private final boolean isTlsEnabled;
    private final byte[] header = new byte[HEADER_LENGTH + EXPLICIT_NONCE_LENGTH];
    private final byte[] nonce = new byte[12];
    private final byte[] aad = new byte[13];
    private int queue;
    private boolean hasParameters;
    private boolean isStarted;
    private boolean isUnfenced;
    private TlsVersion version = TlsVersion.TLS_1_3;
    private long initialRecordNumber;
    private int salt;
    private long ivTail;
    private EncryptionKey key;
    private int keyGeneration;
    private GcmStream gcm = new GcmStream(new byte[16]);
    private long recordNumber = WRONG_RECORD_NUMBER;
    private int headerCount;
    private int bodyLeft;
    private int tagLeft;
    private byte[] tag;
    private boolean isSequenceKnown;
    private int startSequence;
    private int consumed;

    TlsContext(final int protectionDomain, final boolean isTlsEnabled) {
        this.protectionDomain = protectionDomain;
        this.isTlsEnabled = isTlsEnabled;
    }

    int protectionDomain() {
        return protectionDomain;
    }

    boolean isTlsEnabled() {
        return isTlsEnabled;
    }

    /** The send queue whose parameters came last. */
    int queue() {
        return queue;
    }

    boolean isReady() {
        return isStarted;
    }

    boolean isUnfenced() {
        return isUnfenced;
    }

    void unfenced(final boolean value) {
        isUnfenced = value;
    }

    void bind(final int queueNumber) {
        queue = queueNumber;
    }

    /** New static parameters; nothing may be encrypted before a start. */
    void parameters(final long parameters, final EncryptionKey newKey) {
        version = StaticParameters.version(parameters);
        initialRecordNumber = StaticParameters.recordNumber(parameters);
        salt = StaticParameters.salt(parameters);
        ivTail = StaticParameters.ivTail(parameters);
        useKey(newKey);
        hasParameters = true;
        isStarted = false;
        dropState(WRONG_RECORD_NUMBER);
    }

    /** Awaits the header of the first record; without parameters that means nothing. */
    boolean start() {
        if (!hasParameters) {
            return false;
        }
        isStarted = true;
        dropState(initialRecordNumber);
        return true;
    }

    /** Whether a packet goes on where the last octets ended; the first one after a start says where that is. */
    boolean isContinuation(final int sequence) {
        if (!isSequenceKnown) {
            isSequenceKnown = true;
            startSequence = sequence - consumed;
        }
        return sequence == startSequence + consumed;
    }

    /** Whether a key was given to the context that is not the one it encrypts with. */
    boolean isKeyChanged() {
        return key != null && key.generation() != keyGeneration;
    }

    void refreshKey() {
        useKey(key);
    }

    /** Encrypts in place. Returns whether every header was one. */
    boolean consume(final byte[] octets, final int from, final int length) {
        boolean isPlausible = true;
        int offset = from;
        final int end = from + length;
        consumed += length;
        if (key != null) {
            key.onUse();
        }
        while (offset < end) {
            if (bodyLeft > 0) {
                offset += encrypt(octets, offset, end - offset);
            } else if (tagLeft > 0) {
                offset += writeTag(octets, offset, end - offset);
            } else {
                header[headerCount++] = octets[offset++];
                isPlausible &= headerCount < clearLength() || startRecord();
            }
        }
        return isPlausible;
    }

    private void dropState(final long nextRecordNumber) {
        recordNumber = nextRecordNumber;
        headerCount = 0;
        bodyLeft = 0;
        tagLeft = 0;
        isSequenceKnown = false;
        consumed = 0;
    }

    private void useKey(final EncryptionKey newKey) {
        newKey.onUse();
        if (key != newKey || isKeyChanged()) {
            key = newKey;
            keyGeneration = newKey.generation();
            gcm = new GcmStream(newKey.octets());
        }
    }

    private int clearLength() {
        return version == TlsVersion.TLS_1_2 ? HEADER_LENGTH + EXPLICIT_NONCE_LENGTH : HEADER_LENGTH;
    }

    /** The header is complete. What it says is followed in any case. */
    private boolean startRecord() {
        final int length = ((header[3] & 0xff) << 8) | (header[4] & 0xff);
        final int added = clearLength() - HEADER_LENGTH + TAG_LENGTH;
        writeNonce();
        gcm.start(nonce, aad, writeAad(length - added));
        bodyLeft = Math.max(length - added, 0);
        tagLeft = TAG_LENGTH;
        tag = bodyLeft == 0 ? gcm.finish() : null;
        headerCount = 0;
        return header[1] == 3 && header[2] == 3 && length >= added && length <= MAX_LENGTH;
    }

    private void writeNonce() {
        put(nonce, 0, 4, salt);
        if (version == TlsVersion.TLS_1_2) {
            System.arraycopy(header, HEADER_LENGTH, nonce, 4, EXPLICIT_NONCE_LENGTH);
        } else {
            put(nonce, 4, 8, ivTail ^ recordNumber);
        }
    }

    private int writeAad(final int textLength) {
        if (version == TlsVersion.TLS_1_3) {
            System.arraycopy(header, 0, aad, 0, HEADER_LENGTH);
            return HEADER_LENGTH;
        }
        put(aad, 0, 8, recordNumber);
        System.arraycopy(header, 0, aad, 8, 3);
        put(aad, 11, 2, textLength);
        return aad.length;
    }

    private int encrypt(final byte[] octets, final int offset, final int available) {
        final int length = Math.min(available, bodyLeft);
        gcm.encrypt(octets, offset, length);
        bodyLeft -= length;
        if (bodyLeft == 0) {
            tag = gcm.finish();
        }
        return length;
    }

    private int writeTag(final byte[] octets, final int offset, final int available) {
        final int length = Math.min(available, tagLeft);
        System.arraycopy(tag, TAG_LENGTH - tagLeft, octets, offset, length);
        tagLeft -= length;
        if (tagLeft == 0) {
            recordNumber++;
        }
        return length;
    }

    private static void put(final byte[] octets, final int offset, final int length, final long value) {
        for (int i = 0; i < length; i++) {
            octets[offset + i] = (byte) (value >>> (8 * (length - 1 - i)));
        }
    }
}
