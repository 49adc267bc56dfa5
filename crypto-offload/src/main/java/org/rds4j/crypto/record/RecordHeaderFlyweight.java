package org.rds4j.crypto.record;

import org.agrona.UnsafeApi;

/**
 * The header of a protected TLS 1.3 record (RFC 8446 section 5.2), read and written in place at a raw address.
 * <pre>
 *   0        1        2        3                 5
 *   +--------+--------+--------+--------+--------+
 *   |  0x17  |      0x0303     |      length     |   big-endian
 *   +--------+--------+--------+--------+--------+
 * </pre>
 * The length counts what follows: content, one octet of content type, padding and the tag.
 */
public final class RecordHeaderFlyweight {
    /** Octets of the header. */
    public static final int HEADER_LENGTH = 5;
    /** The outer content type of every protected record. */
    public static final int TYPE_APPLICATION_DATA = 23;
    /** The content type of alerts, inside. */
    public static final int TYPE_ALERT = 21;
    /** The content type of handshake messages, inside. */
    public static final int TYPE_HANDSHAKE = 22;
    /** The version on the wire, that of TLS 1.2. */
    public static final int LEGACY_VERSION = 0x0303;
    /** Octets of a tag. */
    public static final int TAG_LENGTH = 16;
    /** What a record adds to its content: header, type and tag. */
    public static final int OVERHEAD = HEADER_LENGTH + 1 + TAG_LENGTH;
    /** Most content octets of a record. */
    public static final int MAX_CONTENT_LENGTH = 1 << 14;
    /** Least value of the length field: no content, a type, a tag. */
    public static final int MIN_LENGTH = 1 + TAG_LENGTH;
    /** Most the length field may say. */
    public static final int MAX_LENGTH = MAX_CONTENT_LENGTH + 256;

    private RecordHeaderFlyweight() {
    }

    /**
     * Writes the header of an application data record.
     *
     * @param address of 5 octets.
     * @param length  octets that follow the header.
     */
    public static void write(final long address, final int length) {
        UnsafeApi.putByte(address, (byte) TYPE_APPLICATION_DATA);
        UnsafeApi.putByte(address + 1, (byte) (LEGACY_VERSION >> 8));
        UnsafeApi.putByte(address + 2, (byte) LEGACY_VERSION);
        UnsafeApi.putByte(address + 3, (byte) (length >> 8));
        UnsafeApi.putByte(address + 4, (byte) length);
    }

    /**
     * The outer content type.
     *
     * @param address of the header.
     * @return 0 to 255.
     */
    public static int type(final long address) {
        return UnsafeApi.getByte(address) & 0xff;
    }

    /**
     * The version.
     *
     * @param address of the header.
     * @return 16 bits.
     */
    public static int version(final long address) {
        return ((UnsafeApi.getByte(address + 1) & 0xff) << 8) | (UnsafeApi.getByte(address + 2) & 0xff);
    }

    /**
     * Octets that follow the header.
     *
     * @param address of the header.
     * @return 16 bits, not yet judged.
     */
    public static int length(final long address) {
        return ((UnsafeApi.getByte(address + 3) & 0xff) << 8) | (UnsafeApi.getByte(address + 4) & 0xff);
    }

    /**
     * Octets of the whole record, header included.
     *
     * @param address of the header, already {@link #check checked}.
     * @return at least 22, at most 16645.
     */
    public static int recordLength(final long address) {
        return HEADER_LENGTH + length(address);
    }

    /**
     * Judges the 5 octets, before any octet after them has come.
     *
     * @param address of the header.
     * @return {@link RecordError#NONE} when a record of a legal length follows.
     */
    public static RecordError check(final long address) {
        if (type(address) != TYPE_APPLICATION_DATA) {
            return RecordError.UNEXPECTED_MESSAGE;
        }
        final int length = length(address);
        if (version(address) != LEGACY_VERSION || length < MIN_LENGTH) {
            return RecordError.DECODE_ERROR;
        }
        return length > MAX_LENGTH ? RecordError.RECORD_OVERFLOW : RecordError.NONE;
    }
}
