package org.rds4j.frame;

import org.agrona.UnsafeApi;

/**
 * The header in front of every RDS message, read and written in place. Big-endian, octets as in Linux
 * {@code struct rds_header}.
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------------------------------------------------------+
 *  0|                        sequence (64 bits)                     |
 *   |                                                               |
 *   +---------------------------------------------------------------+
 *  8|                   ack (64 bits, 0 on TCP)                     |
 *   |                                                               |
 *   +---------------------------------------------------------------+
 * 16|                     payload length (32 bits)                  |
 *   +-------------------------------+-------------------------------+
 * 20|          source port          |        destination port       |
 *   +---------------+---------------+-------------------------------+
 * 24|     flags     |  credit (0)   |          padding (0)          |
 *   +---------------+---------------+-------------------------------+
 * 28|          padding (0)          |   checksum (0: not computed)  |
 *   +-------------------------------+-------------------------------+
 * 32|               extension area (16 octets)                      |
 *   +---------------------------------------------------------------+
 * </pre>
 */
public final class RdsHeaderFlyweight {
    /** Octets of the header. */
    public static final int LENGTH = 48;
    /** Offset of the 64-bit sequence number. */
    public static final int SEQUENCE_OFFSET = 0;
    /** Offset of the 64-bit acknowledgement, unused on TCP. */
    public static final int ACK_OFFSET = 8;
    /** Offset of the 32-bit payload length. */
    public static final int LENGTH_OFFSET = 16;
    /** Offset of the 16-bit source port. */
    public static final int SOURCE_PORT_OFFSET = 20;
    /** Offset of the 16-bit destination port. */
    public static final int DESTINATION_PORT_OFFSET = 22;
    /** Offset of the flags octet. */
    public static final int FLAGS_OFFSET = 24;
    /** Offset of the credit octet, unused on TCP. */
    public static final int CREDIT_OFFSET = 25;
    /** Offset of the 4 octets of padding. */
    public static final int PADDING_OFFSET = 26;
    /** Offset of the 16-bit checksum, unused on TCP. */
    public static final int CHECKSUM_OFFSET = 30;
    /** Offset of the extension area. */
    public static final int EXTENSIONS_OFFSET = 32;
    /** Octets of the extension area. */
    public static final int EXTENSIONS_LENGTH = 16;

    /** Octets of a congestion map: a bit for each port. */
    public static final int MAP_LENGTH = 8192;

    /** Flag: the payload is a congestion map, if no other flag is set. */
    public static final int FLAG_CONG_BITMAP = 0x01;
    /** Flag: unused on TCP. */
    public static final int FLAG_ACK_REQUIRED = 0x02;
    /** Flag: the message may have been sent before. */
    public static final int FLAG_RETRANSMITTED = 0x04;

    /** Port of pings and pongs. */
    public static final int PING_PORT = 0;
    /** Port of the probes that open a carrier. */
    public static final int PROBE_PORT = 1;

    private long address;

    /**
     * Looks at a header.
     *
     * @param headerAddress of its first octet; borrowed until the next wrap.
     * @return this.
     */
    public RdsHeaderFlyweight wrap(final long headerAddress) {
        address = headerAddress;
        return this;
    }

    /**
     * Writes a whole header: fields that TCP does not use are 0, so are the extensions.
     *
     * @param sequence        number of the message.
     * @param payloadLength   octets that follow.
     * @param sourcePort      of the sender.
     * @param destinationPort of the receiver.
     * @param flags           {@code FLAG_} bits.
     * @return this.
     */
    public RdsHeaderFlyweight write(
        final long sequence, final int payloadLength, final int sourcePort, final int destinationPort, final int flags) {
        OffHeap.putLong(address + SEQUENCE_OFFSET, sequence);
        OffHeap.putLong(address + ACK_OFFSET, 0);
        OffHeap.putInt(address + LENGTH_OFFSET, payloadLength);
        OffHeap.putInt(address + SOURCE_PORT_OFFSET, (sourcePort << 16) | (destinationPort & 0xffff));
        OffHeap.putLong(address + FLAGS_OFFSET, (long) flags << 56);
        return extensions(0, 0);
    }

    /**
     * Writes the extension area.
     *
     * @param high its octets 0 to 7, first octet most significant.
     * @param low  its octets 8 to 15.
     * @return this.
     */
    public RdsHeaderFlyweight extensions(final long high, final long low) {
        OffHeap.putLong(address + EXTENSIONS_OFFSET, high);
        OffHeap.putLong(address + EXTENSIONS_OFFSET + Long.BYTES, low);
        return this;
    }

    /**
     * Sequence number, per path and direction.
     *
     * @return 64 bits; the first message of a path has 1.
     */
    public long sequence() {
        return OffHeap.getLong(address + SEQUENCE_OFFSET);
    }

    /**
     * Octets of payload behind the header, as the sender claims.
     *
     * @return unsigned 32 bits.
     */
    public long payloadLength() {
        return OffHeap.getInt(address + LENGTH_OFFSET) & 0xffff_ffffL;
    }

    /**
     * Port of the sender.
     *
     * @return 0 to 65535.
     */
    public int sourcePort() {
        return OffHeap.getShort(address + SOURCE_PORT_OFFSET);
    }

    /**
     * Port of the receiver.
     *
     * @return 0 to 65535.
     */
    public int destinationPort() {
        return OffHeap.getShort(address + DESTINATION_PORT_OFFSET);
    }

    /**
     * The flags.
     *
     * @return 8 bits.
     */
    public int flags() {
        return UnsafeApi.getByte(address + FLAGS_OFFSET) & 0xff;
    }

    /**
     * Octets 0 to 7 of the extension area.
     *
     * @return first octet most significant.
     */
    public long extensionsHigh() {
        return OffHeap.getLong(address + EXTENSIONS_OFFSET);
    }

    /**
     * Octets 8 to 15 of the extension area.
     *
     * @return first octet most significant.
     */
    public long extensionsLow() {
        return OffHeap.getLong(address + EXTENSIONS_OFFSET + Long.BYTES);
    }

    /**
     * Whether this is the ping that opens a carrier.
     *
     * @return true for ports 1 to 0.
     */
    public boolean isProbePing() {
        return sourcePort() == PROBE_PORT && destinationPort() == PING_PORT;
    }

    /**
     * Whether this is the answer to a probe ping.
     *
     * @return true for ports 0 to 1.
     */
    public boolean isProbePong() {
        return sourcePort() == PING_PORT && destinationPort() == PROBE_PORT;
    }
}
