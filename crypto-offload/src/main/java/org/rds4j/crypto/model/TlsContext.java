package org.rds4j.crypto.model;

import org.rds4j.crypto.offload.wqe.StaticParameters;

/**
 * The cipher engine's state for one TIS. It takes octets strictly in the order of the queue: the first after a start is the
 * first of a record's header, whatever its TCP sequence number. Headers pass, bodies are encrypted in place, the last 16 octets
 * of a record are overwritten with its tag; records may begin and end anywhere.
 */
final class TlsContext {
    /** Record number that makes sure that nobody opens what an engine without a start has encrypted. */
    private static final long WRONG_RECORD_NUMBER = 0x5a5a_5a5a_5a5a_5a5aL;

    private final int protectionDomain;
    private final boolean isTlsEnabled;
    private final RecordKey records = new RecordKey();
    private final byte[] header = new byte[RecordKey.MAX_CLEAR_LENGTH];
    private int queue;
    private boolean hasParameters;
    private boolean isStarted;
    private boolean isUnfenced;
    private long initialRecordNumber;
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
        initialRecordNumber = StaticParameters.recordNumber(parameters);
        records.use(parameters, newKey);
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
        return records.isKeyChanged();
    }

    void refreshKey() {
        records.refreshKey();
    }

    /** Encrypts in place. Returns whether every header was one. */
    boolean consume(final byte[] octets, final int from, final int length) {
        boolean isPlausible = true;
        int offset = from;
        final int end = from + length;
        consumed += length;
        records.onUse();
        while (offset < end) {
            if (bodyLeft > 0) {
                offset += encrypt(octets, offset, end - offset);
            } else if (tagLeft > 0) {
                offset += writeTag(octets, offset, end - offset);
            } else {
                header[headerCount++] = octets[offset++];
                isPlausible &= headerCount < records.clearLength() || startRecord();
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

    /** The header is complete. What it says is followed in any case. */
    private boolean startRecord() {
        records.start(header, recordNumber);
        bodyLeft = Math.max(records.textLength(header, 0), 0);
        tagLeft = RecordKey.TAG_LENGTH;
        tag = bodyLeft == 0 ? records.gcm().finish() : null;
        headerCount = 0;
        return records.isPlausible(header, 0);
    }

    private int encrypt(final byte[] octets, final int offset, final int available) {
        final int length = Math.min(available, bodyLeft);
        records.gcm().encrypt(octets, offset, length);
        bodyLeft -= length;
        if (bodyLeft == 0) {
            tag = records.gcm().finish();
        }
        return length;
    }

    private int writeTag(final byte[] octets, final int offset, final int available) {
        final int length = Math.min(available, tagLeft);
        System.arraycopy(tag, RecordKey.TAG_LENGTH - tagLeft, octets, offset, length);
        tagLeft -= length;
        if (tagLeft == 0) {
            recordNumber++;
        }
        return length;
    }
}
