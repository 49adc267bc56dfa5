package org.rds4j.crypto.record;

import org.agrona.UnsafeApi;
import org.rds4j.crypto.provider.AeadProvider;

/**
 * The receiving direction: verifies and decrypts records in place, in order (RFC 8446 section 5.2). The first error is
 * final. KeyUpdate is obeyed here. Not thread safe; allocates only when the key changes.
 */
public final class RecordOpener implements AutoCloseable {
    /** Empty records accepted in a row before they count as an attack. */
    public static final int MAX_EMPTY_RECORDS = 32;

    private final KeyLimits limits;
    private final KeyInForce key;
    private RecordError error = RecordError.NONE;
    private int contentType;
    private int emptyRecords;
    private int generation;
    private boolean isKeyUpdateRequested;
    private long keyRecords;
    private long keyBlocks;
    private long records;
    private long octets;

    /**
     * An opener whose first record has number 0.
     *
     * @param provider of AES-GCM.
     * @param keys     of this direction; taken over, closed with the opener.
     */
    public RecordOpener(final AeadProvider provider, final TrafficKeys keys) {
        this(provider, keys, KeyLimits.DEFAULT, 0);
    }

    /**
     * An opener that continues a sequence.
     *
     * @param provider          of AES-GCM.
     * @param keys              of this direction; taken over, closed with the opener.
     * @param firstRecordNumber unsigned.
     */
    public RecordOpener(final AeadProvider provider, final TrafficKeys keys, final long firstRecordNumber) {
        this(provider, keys, KeyLimits.DEFAULT, firstRecordNumber);
    }

    /**
     * An opener that continues a sequence, with limits.
     *
     * @param provider          of AES-GCM.
     * @param keys              of this direction; taken over, closed with the opener.
     * @param limits            beyond whose hard ones no data under one key is taken.
     * @param firstRecordNumber unsigned.
     */
    public RecordOpener(
        final AeadProvider provider, final TrafficKeys keys, final KeyLimits limits, final long firstRecordNumber) {
        this.limits = limits;
        this.key = new KeyInForce(provider, keys, firstRecordNumber);
    }

    /**
     * Opens one record in place. The content then stands at {@code recordAddress + 5}.
     *
     * @param recordAddress of the header; the record is overwritten.
     * @param recordLength  octets of the whole record, which must be what its header says.
     * @return octets of content, or -1 with the reason in {@link #error()}.
     */
    public int open(final long recordAddress, final int recordLength) {
        if (!isNext(recordAddress, recordLength)) {
            return -1;
        }
        final long textAddress = recordAddress + RecordHeaderFlyweight.HEADER_LENGTH;
        error = RecordError.INTERNAL_ERROR; // stays when something is thrown: a record is opened once or never
        if (!key.aead().open(key.nonces().address(), recordAddress, textAddress, textLength(recordLength))) {
            return fail(RecordError.BAD_RECORD_MAC);
        }
        return take(recordAddress, recordLength);
    }

    /**
     * Takes a record that a device has decrypted in place and authenticated, under the key and the number that it must have.
     * It is judged as any other.
     *
     * @param recordAddress of the header.
     * @param recordLength  octets of the whole record, which must be what its header says.
     * @return octets of content, or -1 with the reason in {@link #error()}.
     */
    public int accept(final long recordAddress, final int recordLength) {
        return isNext(recordAddress, recordLength) ? take(recordAddress, recordLength) : -1;
    }

    /** Opens nothing more: a record could not be brought into the form in which it is opened. */
    public void refuse() {
        error = error == RecordError.NONE ? RecordError.INTERNAL_ERROR : error;
    }

    /** Whether a record may be looked into. */
    private boolean isNext(final long recordAddress, final int recordLength) {
        if (error == RecordError.NONE) {
            error = checkHeader(recordAddress, recordLength);
        }
        return error == RecordError.NONE;
    }

    private int take(final long recordAddress, final int recordLength) {
        error = RecordError.INTERNAL_ERROR;
        key.nonces().advance();
        final int length = judge(recordAddress + RecordHeaderFlyweight.HEADER_LENGTH, textLength(recordLength));
        error = length < 0 ? error : RecordError.NONE;
        return length;
    }

    private static int textLength(final int recordLength) {
        return recordLength - RecordHeaderFlyweight.HEADER_LENGTH - RecordHeaderFlyweight.TAG_LENGTH;
    }

    /**
     * The keys in force, for a device that decrypts.
     *
     * @return a copy, the caller's to close.
     */
    public TrafficKeys copyOfKeys() {
        return key.copyOfKeys();
    }

    /**
     * What the last opened record held.
     *
     * @return 23 application data, 21 alert, 22 KeyUpdate, which has been obeyed and whose content is to be ignored.
     */
    public int contentType() {
        return contentType;
    }

    /**
     * Whether the last opened record was a KeyUpdate that asks for one in return.
     *
     * @return true until the next record is opened.
     */
    public boolean isKeyUpdateRequested() {
        return isKeyUpdateRequested;
    }

    /**
     * Whether the peer should have changed its key long ago: halfway between the soft and the hard limit. One that keeps the
     * limits is never reminded, whatever is on its way.
     *
     * @return true until the key changes.
     */
    public boolean isKeyUpdateOverdue() {
        return limits.isOverdue(keyRecords, keyBlocks);
    }

    /**
     * Why nothing opens any more.
     *
     * @return {@link RecordError#NONE} while all is well.
     */
    public RecordError error() {
        return error;
    }

    /**
     * The number of the next record under the present key.
     *
     * @return unsigned.
     */
    public long recordNumber() {
        return key.nonces().recordNumber();
    }

    /**
     * Records opened under all keys.
     *
     * @return the count.
     */
    public long records() {
        return records;
    }

    /**
     * Content octets opened under all keys.
     *
     * @return the count.
     */
    public long octets() {
        return octets;
    }

    /**
     * Which key this is.
     *
     * @return 0 for the first.
     */
    public int generation() {
        return generation;
    }

    /** Wipes the keys; later calls fail. Idempotent. */
    @Override
    public void close() {
        error = error == RecordError.NONE ? RecordError.CLOSED : error;
        key.close();
    }

    private RecordError checkHeader(final long recordAddress, final int recordLength) {
        if (recordLength < RecordHeaderFlyweight.OVERHEAD) {
            return RecordError.DECODE_ERROR;
        }
        final RecordError headerError = RecordHeaderFlyweight.check(recordAddress);
        if (headerError != RecordError.NONE) {
            return headerError;
        }
        if (RecordHeaderFlyweight.recordLength(recordAddress) != recordLength) {
            return RecordError.DECODE_ERROR;
        }
        return key.nonces().isExhausted() ? RecordError.KEY_EXHAUSTED : RecordError.NONE;
    }

    /** Strips padding, finds the type (RFC 8446 section 5.4) and decides whether such a record may come here. */
    private int judge(final long textAddress, final int textLength) {
        isKeyUpdateRequested = false;
        if (textLength > RecordHeaderFlyweight.MAX_CONTENT_LENGTH + 1) {
            return fail(RecordError.RECORD_OVERFLOW);
        }
        int contentLength = textLength - 1;
        while (contentLength >= 0 && UnsafeApi.getByte(textAddress + contentLength) == 0) {
            contentLength--;
        }
        if (contentLength < 0) {
            return fail(RecordError.UNEXPECTED_MESSAGE);
        }
        contentType = UnsafeApi.getByte(textAddress + contentLength) & 0xff;
        emptyRecords = contentLength == 0 ? emptyRecords + 1 : 0;
        if (!isAcceptable(textAddress, contentLength)) {
            return fail(RecordError.UNEXPECTED_MESSAGE);
        }
        return count(textAddress, textLength, contentLength);
    }

    /** As its sealer counts; it may end a key with control records beyond the hard limit. */
    private int count(final long textAddress, final int textLength, final int contentLength) {
        final long blocks = KeyLimits.blocks(textLength);
        if (contentType == RecordHeaderFlyweight.TYPE_APPLICATION_DATA && limits.isExhausted(keyRecords, keyBlocks, blocks)) {
            return fail(RecordError.KEY_EXHAUSTED);
        }
        keyRecords++;
        keyBlocks += blocks;
        records++;
        octets += contentLength;
        return contentType == RecordHeaderFlyweight.TYPE_HANDSHAKE ? obey(textAddress) : contentLength;
    }

    private int obey(final long keyUpdate) {
        final int request = KeyUpdate.request(keyUpdate);
        if (request > KeyUpdate.REQUESTED) {
            return fail(RecordError.ILLEGAL_PARAMETER);
        }
        isKeyUpdateRequested = request == KeyUpdate.REQUESTED;
        changeKeys();
        return KeyUpdate.LENGTH;
    }

    private boolean isAcceptable(final long contentAddress, final int contentLength) {
        return switch (contentType) {
            case RecordHeaderFlyweight.TYPE_APPLICATION_DATA -> emptyRecords <= MAX_EMPTY_RECORDS;
            case RecordHeaderFlyweight.TYPE_ALERT -> contentLength == 2;
            case RecordHeaderFlyweight.TYPE_HANDSHAKE -> KeyUpdate.isAt(contentAddress, contentLength);
            default -> false;
        };
    }

    private void changeKeys() {
        key.change();
        keyRecords = 0;
        keyBlocks = 0;
        generation++;
    }

    private int fail(final RecordError reason) {
        error = reason;
        return -1;
    }
}
