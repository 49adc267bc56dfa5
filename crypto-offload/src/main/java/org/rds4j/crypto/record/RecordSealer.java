package org.rds4j.crypto.record;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.provider.AeadProvider;

/**
 * The sending direction: turns content into protected records under consecutive record numbers (RFC 8446 section 5.2).
 * Not thread safe. {@link #seal} allocates nothing; {@link #updateKeys} does, once per key.
 */
public final class RecordSealer implements AutoCloseable {
    /** Octets of the record {@link #updateKeys} writes. */
    public static final int KEY_UPDATE_RECORD_LENGTH = KeyUpdate.LENGTH + RecordHeaderFlyweight.OVERHEAD;
    /** Octets of the record {@link #sealAlert} writes. */
    public static final int ALERT_RECORD_LENGTH = 2 + RecordHeaderFlyweight.OVERHEAD;

    private static final int ALERT_LEVEL_WARNING = 1;
    private static final int ALERT_LEVEL_FATAL = 2;
    private static final int CLOSE_NOTIFY = 0;

    private final KeyLimits limits;
    private final KeyInForce key;
    private final ByteBuffer message = ByteBuffer.allocateDirect(KeyUpdate.LENGTH);
    private final long messageAddress = BufferUtil.address(message);
    private RecordError error = RecordError.NONE;
    private long keyRecords;
    private long keyBlocks;
    private long records;
    private long octets;
    private int generation;

    /**
     * A sealer whose first record has number 0.
     *
     * @param provider of AES-GCM.
     * @param keys     of this direction; taken over, closed with the sealer.
     * @param limits   of each key.
     */
    public RecordSealer(final AeadProvider provider, final TrafficKeys keys, final KeyLimits limits) {
        this(provider, keys, limits, 0);
    }

    /**
     * A sealer that continues a sequence.
     *
     * @param provider          of AES-GCM.
     * @param keys              of this direction; taken over, closed with the sealer.
     * @param limits            of each key.
     * @param firstRecordNumber unsigned, never used with these keys before.
     */
    public RecordSealer(
        final AeadProvider provider, final TrafficKeys keys, final KeyLimits limits, final long firstRecordNumber) {
        this.limits = limits;
        this.key = new KeyInForce(provider, keys, firstRecordNumber);
    }

    /**
     * Writes one record of application data. Content and output must not overlap, except that the content may stand at
     * exactly {@code outAddress + 5}.
     *
     * @param contentAddress borrowed, only read unless it is in the output.
     * @param contentLength  0 to 16384.
     * @param outAddress     where {@code contentLength + 22} octets are written.
     * @return octets of the record, or 0 with the reason in {@link #error()}.
     */
    public int seal(final long contentAddress, final int contentLength, final long outAddress) {
        return seal(contentAddress, contentLength, RecordHeaderFlyweight.TYPE_APPLICATION_DATA, outAddress);
    }

    /**
     * Writes one record of application data as it is before encryption, for somebody else to encrypt under the present key and
     * the number {@link #recordNumber()} had before: header, content, type, and zeros for the tag. It counts as sealed.
     *
     * @param contentAddress borrowed, only read.
     * @param contentLength  0 to 16384.
     * @param outAddress     where {@code contentLength + 22} octets are written; no overlap.
     * @return octets of the record, or 0 with the reason in {@link #error()}.
     */
    public int frame(final long contentAddress, final int contentLength, final long outAddress) {
        if (!maySeal(contentLength)) {
            return 0;
        }
        final long textAddress = outAddress + RecordHeaderFlyweight.HEADER_LENGTH;
        RecordHeaderFlyweight.write(outAddress, contentLength + RecordHeaderFlyweight.MIN_LENGTH);
        UnsafeApi.copyMemory(contentAddress, textAddress, contentLength);
        UnsafeApi.putByte(textAddress + contentLength, (byte) RecordHeaderFlyweight.TYPE_APPLICATION_DATA);
        UnsafeApi.setMemory(textAddress + contentLength + 1, RecordHeaderFlyweight.TAG_LENGTH, (byte) 0);
        return onRecord(contentLength);
    }

    /**
     * The keys in force, for somebody who encrypts what {@link #frame} writes.
     *
     * @return a copy, the caller's to close.
     */
    public TrafficKeys copyOfKeys() {
        return key.copyOfKeys();
    }

    /**
     * Writes an alert; close_notify as a warning, all others as fatal (RFC 8446 section 6). It still passes when the key has
     * reached its hard limit, which leaves room for it.
     *
     * @param description of the alert.
     * @param outAddress  where {@link #ALERT_RECORD_LENGTH} octets are written.
     * @return octets of the record, or 0 with the reason in {@link #error()}.
     */
    public int sealAlert(final int description, final long outAddress) {
        message.put(0, (byte) (description == CLOSE_NOTIFY ? ALERT_LEVEL_WARNING : ALERT_LEVEL_FATAL));
        message.put(1, (byte) description);
        return isUsable() ? protect(messageAddress, 2, RecordHeaderFlyweight.TYPE_ALERT, outAddress) : 0;
    }

    /**
     * Writes a KeyUpdate record that asks for nothing, see {@link #updateKeys(long, boolean)}.
     *
     * @param outAddress where {@link #KEY_UPDATE_RECORD_LENGTH} octets are written.
     * @return octets of the record, or 0 with the reason in {@link #error()}.
     */
    public int updateKeys(final long outAddress) {
        return updateKeys(outAddress, false);
    }

    /**
     * Writes a KeyUpdate record, the last one under the present key, and changes to the next key with record number 0
     * (RFC 8446 section 4.6.3). Allowed at the hard limit too.
     *
     * @param outAddress  where {@link #KEY_UPDATE_RECORD_LENGTH} octets are written.
     * @param isRequested whether the peer is asked to change its own key.
     * @return octets of the record, or 0 with the reason in {@link #error()}.
     */
    public int updateKeys(final long outAddress, final boolean isRequested) {
        if (!isUsable()) {
            return 0;
        }
        KeyUpdate.write(messageAddress, isRequested ? KeyUpdate.REQUESTED : KeyUpdate.NOT_REQUESTED);
        final int length = protect(messageAddress, KeyUpdate.LENGTH, RecordHeaderFlyweight.TYPE_HANDSHAKE, outAddress);
        if (length > 0) {
            changeKeys();
        }
        return length;
    }

    /**
     * Whether a new key is due.
     *
     * @return true from the soft limit on.
     */
    public boolean isKeyUpdateDue() {
        return limits.isDue(keyRecords, keyBlocks);
    }

    /**
     * Why the last call returned 0. An exhausted key and too much content can be cured, all else stays.
     *
     * @return {@link RecordError#NONE} after a call that succeeded.
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
     * Records sealed under all keys.
     *
     * @return the count.
     */
    public long records() {
        return records;
    }

    /**
     * Content octets sealed under all keys.
     *
     * @return the count.
     */
    public long octets() {
        return octets;
    }

    /**
     * Blocks of AES spent on the present key.
     *
     * @return the count, see {@link KeyLimits}.
     */
    public long blocks() {
        return keyBlocks;
    }

    /**
     * Which key this is.
     *
     * @return 0 for the first.
     */
    public int generation() {
        return generation;
    }

    /** Wipes the keys; later calls fail with {@link RecordError#CLOSED}. Idempotent. */
    @Override
    public void close() {
        if (error != RecordError.CLOSED) {
            error = RecordError.CLOSED;
            key.close();
        }
    }

    private int seal(final long contentAddress, final int contentLength, final int type, final long outAddress) {
        return maySeal(contentLength) ? protect(contentAddress, contentLength, type, outAddress) : 0;
    }

    private boolean maySeal(final int contentLength) {
        if (!isUsable()) {
            return false;
        }
        if (contentLength < 0 || contentLength > RecordHeaderFlyweight.MAX_CONTENT_LENGTH) {
            error = RecordError.CONTENT_TOO_LONG;
            return false;
        }
        if (limits.isExhausted(keyRecords, keyBlocks, KeyLimits.blocks(contentLength + 1)) || key.nonces().isExhausted()) {
            error = RecordError.KEY_EXHAUSTED;
            return false;
        }
        return true;
    }

    private int protect(final long contentAddress, final int contentLength, final int type, final long outAddress) {
        if (key.nonces().isExhausted()) {
            error = RecordError.KEY_EXHAUSTED;
            return 0;
        }
        final long textAddress = outAddress + RecordHeaderFlyweight.HEADER_LENGTH;
        RecordHeaderFlyweight.write(outAddress, contentLength + RecordHeaderFlyweight.MIN_LENGTH);
        error = RecordError.INTERNAL_ERROR; // stays, and the nonce is never used again, when the library refuses or throws
        return key.aead().seal(key.nonces().address(), outAddress, contentAddress, contentLength, (byte) type, textAddress)
            ? onRecord(contentLength) : 0;
    }

    private int onRecord(final int contentLength) {
        key.nonces().advance();
        keyRecords++;
        keyBlocks += KeyLimits.blocks(contentLength + 1);
        records++;
        octets += contentLength;
        error = RecordError.NONE;
        return contentLength + RecordHeaderFlyweight.OVERHEAD;
    }

    private void changeKeys() {
        error = RecordError.INTERNAL_ERROR; // stays when there is no next key: the peer has been told of one
        key.change();
        keyRecords = 0;
        keyBlocks = 0;
        generation++;
        error = RecordError.NONE;
    }

    private boolean isUsable() {
        return error != RecordError.CLOSED && error != RecordError.INTERNAL_ERROR;
    }
}
