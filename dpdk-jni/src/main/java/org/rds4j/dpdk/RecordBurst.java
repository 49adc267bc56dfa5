package org.rds4j.dpdk;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * TLS records to be sealed and opened by a {@link CryptoDevice} in one crossing, in the order in which they were added.
 * Records of one session that follow one another are given to the driver together. One thread at a time; nothing here
 * allocates.
 * <pre>
 *   0         8        16       24         32     40       44     48        56
 *   +---------+--------+--------+----------+------+--------+------+---------+
 *   | session | nonce  |  aad   | content  | out  | length | type | status  |
 *   +---------+--------+--------+----------+------+--------+------+---------+
 * </pre>
 */
public final class RecordBurst {
    private static final int LENGTH = 56;
    private static final int NONCE = 8;
    private static final int AAD = 16;
    private static final int CONTENT = 24;
    private static final int OUT = 32;
    private static final int CONTENT_LENGTH = 40;
    private static final int TYPE = 44;
    private static final int STATUS = 48;
    private static final int OPEN = -1;

    private final ByteBuffer memory;
    private final long address;
    private final int capacity;
    private int count;

    /**
     * An empty burst.
     *
     * @param capacity records it may hold.
     */
    public RecordBurst(final int capacity) {
        this.capacity = capacity;
        this.memory = BufferUtil.allocateDirectAligned(capacity * LENGTH, Long.BYTES);
        this.address = BufferUtil.address(memory);
    }

    /**
     * Adds a record to be sealed: content, type, then the tag. All memory is borrowed until the burst is processed.
     *
     * @param session        made for sealing.
     * @param nonceAddress   of 12 octets.
     * @param aadAddress     of 5 octets.
     * @param contentAddress only read, unless it is the output; the two must not overlap otherwise.
     * @param contentLength  0 or more.
     * @param contentType    appended to the content.
     * @param outAddress     where {@code contentLength + 17} octets are written.
     */
    public void seal(
        final long session,
        final long nonceAddress,
        final long aadAddress,
        final long contentAddress,
        final int contentLength,
        final byte contentType,
        final long outAddress) {
        add(session, nonceAddress, aadAddress, contentAddress, contentLength, contentType & 0xff, outAddress);
    }

    /**
     * Adds a record to be opened in place; its tag follows its text, and its text becomes zeros when the tag is wrong. All
     * memory is borrowed until the burst is processed.
     *
     * @param session      made for opening.
     * @param nonceAddress of 12 octets.
     * @param aadAddress   of 5 octets.
     * @param textAddress  of the ciphertext.
     * @param textLength   octets without the tag.
     */
    public void open(
        final long session, final long nonceAddress, final long aadAddress, final long textAddress, final int textLength) {
        add(session, nonceAddress, aadAddress, textAddress, textLength, OPEN, textAddress);
    }

    /**
     * Whether a record of the last burst was sealed, or opened and authentic.
     *
     * @param index in the order of adding.
     * @return true when it was.
     */
    public boolean isDone(final int index) {
        return UnsafeApi.getLong(address + (long) index * LENGTH + STATUS) == 0;
    }

    /**
     * Records added since the last {@link #clear()}.
     *
     * @return the count.
     */
    public int count() {
        return count;
    }

    /**
     * Records it may hold.
     *
     * @return as given.
     */
    public int capacity() {
        return capacity;
    }

    /** Forgets all records. */
    public void clear() {
        count = 0;
    }

    long address() {
        return address;
    }

    private void add(
        final long session,
        final long nonceAddress,
        final long aadAddress,
        final long contentAddress,
        final int contentLength,
        final int type,
        final long outAddress) {
        final long record = address + (long) Objects.checkIndex(count, capacity) * LENGTH;
        UnsafeApi.putLong(record, session);
        UnsafeApi.putLong(record + NONCE, nonceAddress);
        UnsafeApi.putLong(record + AAD, aadAddress);
        UnsafeApi.putLong(record + CONTENT, contentAddress);
        UnsafeApi.putLong(record + OUT, outAddress);
        UnsafeApi.putInt(record + CONTENT_LENGTH, contentLength);
        UnsafeApi.putInt(record + TYPE, type);
        count++;
    }
}
