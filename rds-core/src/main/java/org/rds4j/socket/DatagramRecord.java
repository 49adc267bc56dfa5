package org.rds4j.socket;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A datagram in a submit or receive ring. The peer is the destination on the way out, the source on the way in.
 * <pre>
 *   0               8              16         18      20       24         32
 *   +---------------+---------------+----------+-------+--------+----------+----------------------------------+
 *   | peer high     | peer low      | peer port| level | length | sequence | payload, or 4 octets block index |
 *   +---------------+---------------+----------+-------+--------+----------+----------------------------------+
 * </pre>
 * A payload that is lent is named by area, offset and cookie, 4 octets each. Where the socket asked for times, those
 * of the first octet, of the first octet of payload and of the last stand before the payload, 8 octets each. All in native byte
 * order. The level is the service level on the way out, the lane on the way in. The sequence number, for tools, is that of the
 * message on its path; 0 on the way out.
 */
public final class DatagramRecord {
    /** Ring message type: the payload follows the header. */
    public static final int TYPE_INLINE = 1;
    /** Ring message type: the payload lies in a block, whose index follows the header. */
    public static final int TYPE_BLOCK = 2;
    /** Ring message type, on the way out only: the payload lies in lent memory. */
    public static final int TYPE_LENT = 3;
    /** Ring message type, on the way in only: as {@link #TYPE_INLINE}, with times before the payload. */
    public static final int TYPE_TIMED_INLINE = 4;
    /** Ring message type, on the way in only: as {@link #TYPE_BLOCK}, with times before the block index. */
    public static final int TYPE_TIMED_BLOCK = 5;
    /** Octets before payload or block index. */
    public static final int HEADER_LENGTH = 32;
    /** Octets of a whole record of {@link #TYPE_BLOCK}. */
    public static final int BLOCK_RECORD_LENGTH = HEADER_LENGTH + Integer.BYTES;
    /** Octets of a whole record of {@link #TYPE_LENT}. */
    public static final int LENT_RECORD_LENGTH = HEADER_LENGTH + 3 * Integer.BYTES;

    /** Octets before payload or block index where there are times. */
    public static final int TIMED_HEADER_LENGTH = HEADER_LENGTH + 3 * Long.BYTES;

    private static final int HIGH_OFFSET = 0;
    private static final int LOW_OFFSET = 8;
    private static final int PORT_OFFSET = 16;
    private static final int LEVEL_OFFSET = 18;
    private static final int LENGTH_OFFSET = 20;
    private static final int SEQUENCE_OFFSET = 24;

    private DatagramRecord() {
    }

    /**
     * Writes the header.
     *
     * @param buffer the ring's.
     * @param index  of the record.
     * @param high   bits 127..64 of the peer.
     * @param low    bits 63..0 of the peer.
     * @param port   of the peer.
     * @param level  service level.
     * @param length octets of payload.
     * @param sequence number of the message on its path, 0 on the way out.
     */
    public static void write(
        final MutableDirectBuffer buffer, final int index, final long high, final long low, final int port, final int level,
        final int length, final long sequence) {
        buffer.putLong(index + HIGH_OFFSET, high);
        buffer.putLong(index + LOW_OFFSET, low);
        buffer.putShort(index + PORT_OFFSET, (short) port);
        buffer.putShort(index + LEVEL_OFFSET, (short) level);
        buffer.putInt(index + LENGTH_OFFSET, length);
        buffer.putLong(index + SEQUENCE_OFFSET, sequence);
    }

    /**
     * Bits 127..64 of the peer.
     *
     * @param buffer the ring's.
     * @param index  of the record.
     * @return the upper half.
     */
    public static long high(final DirectBuffer buffer, final int index) {
        return buffer.getLong(index + HIGH_OFFSET);
    }

    /**
     * Bits 63..0 of the peer.
     *
     * @param buffer the ring's.
     * @param index  of the record.
     * @return the lower half.
     */
    public static long low(final DirectBuffer buffer, final int index) {
        return buffer.getLong(index + LOW_OFFSET);
    }

    /**
     * Port of the peer.
     *
     * @param buffer the ring's.
     * @param index  of the record.
     * @return 0 to 65535.
     */
    public static int port(final DirectBuffer buffer, final int index) {
        return buffer.getShort(index + PORT_OFFSET) & 0xffff;
    }

    /**
     * Service level on the way out, lane on the way in.
     *
     * @param buffer the ring's.
     * @param index  of the record.
     * @return 0 to 255.
     */
    public static int level(final DirectBuffer buffer, final int index) {
        return buffer.getShort(index + LEVEL_OFFSET) & 0xff;
    }

    /**
     * Octets of payload.
     *
     * @param buffer the ring's.
     * @param index  of the record.
     * @return 0 or more.
     */
    public static int length(final DirectBuffer buffer, final int index) {
        return buffer.getInt(index + LENGTH_OFFSET);
    }

    /**
     * Number of the message on its path.
     *
     * @param buffer the ring's.
     * @param index  of the record.
     * @return 0 on the way out.
     */
    public static long sequence(final DirectBuffer buffer, final int index) {
        return buffer.getLong(index + SEQUENCE_OFFSET);
    }

    /**
     * Block that holds the payload of a {@link #TYPE_BLOCK} record.
     *
     * @param buffer the ring's.
     * @param index  of the record.
     * @return the block's index.
     */
    public static int block(final DirectBuffer buffer, final int index) {
        return block(buffer, index, TYPE_BLOCK);
    }

    /**
     * Block that holds the payload of a record.
     *
     * @param buffer the ring's.
     * @param index  of the record.
     * @param type   one of those whose payload lies in a block.
     * @return the block's index.
     */
    public static int block(final DirectBuffer buffer, final int index, final int type) {
        return buffer.getInt(index + headerLength(type));
    }

    /**
     * Octets before payload or block index.
     *
     * @param type of the record.
     * @return by whether there are times.
     */
    public static int headerLength(final int type) {
        return type >= TYPE_TIMED_INLINE ? TIMED_HEADER_LENGTH : HEADER_LENGTH;
    }

    /**
     * Whether the payload lies in a block.
     *
     * @param type of the record.
     * @return false when it follows the header.
     */
    public static boolean isInBlock(final int type) {
        return type == TYPE_BLOCK || type == TYPE_TIMED_BLOCK;
    }

    static void times(
        final MutableDirectBuffer buffer, final int index, final long headerNs, final long startNs, final long endNs) {
        buffer.putLong(index + HEADER_LENGTH, headerNs);
        buffer.putLong(index + HEADER_LENGTH + Long.BYTES, startNs);
        buffer.putLong(index + HEADER_LENGTH + 2 * Long.BYTES, endNs);
    }

    /**
     * One of the times of a datagram that has them.
     *
     * @param buffer   the ring's.
     * @param index    of the record.
     * @param position 0 first octet of the header, 1 header whole, 2 payload whole.
     * @return by the clock of the engine.
     */
    public static long timeNs(final DirectBuffer buffer, final int index, final int position) {
        return buffer.getLong(index + HEADER_LENGTH + position * Long.BYTES);
    }

    /**
     * Writes where the payload of a {@link #TYPE_LENT} record lies.
     *
     * @param buffer the ring's.
     * @param index  of the record.
     * @param area   number of the {@linkplain LentAreas area}.
     * @param offset of the payload in the area.
     * @param cookie told when the payload is not needed any more.
     */
    public static void lent(
        final MutableDirectBuffer buffer, final int index, final int area, final int offset, final int cookie) {
        buffer.putInt(index + HEADER_LENGTH, area);
        buffer.putInt(index + HEADER_LENGTH + Integer.BYTES, offset);
        buffer.putInt(index + HEADER_LENGTH + 2 * Integer.BYTES, cookie);
    }

    static int lentArea(final DirectBuffer buffer, final int index) {
        return buffer.getInt(index + HEADER_LENGTH);
    }

    static int lentOffset(final DirectBuffer buffer, final int index) {
        return buffer.getInt(index + HEADER_LENGTH + Integer.BYTES);
    }

    static int lentCookie(final DirectBuffer buffer, final int index) {
        return buffer.getInt(index + HEADER_LENGTH + 2 * Integer.BYTES);
    }
}
