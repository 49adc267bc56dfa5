package org.rds4j.tcp.wire;

/**
 * The TCP header (RFC 9293 section 3.1), read and written at raw addresses. Whoever calls the readers has checked that
 * {@link #MIN_LENGTH} octets are there.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-------------------------------+
 *  |          source port          |       destination port        |
 *  +-------------------------------+-------------------------------+
 *  |                        sequence number                        |
 *  +---------------------------------------------------------------+
 *  |                     acknowledgement number                    |
 *  +-------+-------+---------------+-------------------------------+
 *  |offset |  rsv  |C E U A P R S F|            window             |
 *  +-------+-------+---------------+-------------------------------+
 *  |           checksum            |         urgent pointer        |
 *  +-------------------------------+-------------------------------+
 *  |                  options, padded to 4 octets                  |
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class TcpHeaderFlyweight {
    /** IP protocol number of TCP. */
    public static final int PROTOCOL = 6;
    /** Octets without options. */
    public static final int MIN_LENGTH = 20;
    /** Octets with the most options that fit. */
    public static final int MAX_LENGTH = 60;
    /** Offset of the 16-bit source port. */
    public static final int SOURCE_PORT_OFFSET = 0;
    /** Offset of the 16-bit destination port. */
    public static final int DESTINATION_PORT_OFFSET = 2;
    /** Offset of the 32-bit sequence number. */
    public static final int SEQUENCE_OFFSET = 4;
    /** Offset of the 32-bit acknowledgement number. */
    public static final int ACKNOWLEDGEMENT_OFFSET = 8;
    /** Offset of the octet whose high half is the header length in 32-bit words. */
    public static final int DATA_OFFSET_OFFSET = 12;
    /** Offset of the octet of flags. */
    public static final int FLAGS_OFFSET = 13;
    /** Offset of the 16-bit window. */
    public static final int WINDOW_OFFSET = 14;
    /** Offset of the 16-bit checksum. */
    public static final int CHECKSUM_OFFSET = 16;
    /** Offset of the 16-bit urgent pointer. */
    public static final int URGENT_OFFSET = 18;

    /** The sender has finished. */
    public static final int FIN = 0x01;
    /** Sequence numbers are synchronised. */
    public static final int SYN = 0x02;
    /** The connection is reset. */
    public static final int RST = 0x04;
    /** The receiver need not wait for more. */
    public static final int PSH = 0x08;
    /** The acknowledgement number counts. */
    public static final int ACK = 0x10;
    /** Congestion was experienced (RFC 3168). */
    public static final int ECE = 0x40;
    /** The congestion window was reduced (RFC 3168). */
    public static final int CWR = 0x80;

    private TcpHeaderFlyweight() {
    }

    /**
     * Reads the source port.
     *
     * @param address of the header.
     * @return 0..65535.
     */
    public static int sourcePort(final long address) {
        return NetworkOrder.getShort(address + SOURCE_PORT_OFFSET);
    }

    /**
     * Reads the destination port.
     *
     * @param address of the header.
     * @return 0..65535.
     */
    public static int destinationPort(final long address) {
        return NetworkOrder.getShort(address + DESTINATION_PORT_OFFSET);
    }

    /**
     * Reads the sequence number.
     *
     * @param address of the header.
     * @return 32 bits.
     */
    public static int sequence(final long address) {
        return NetworkOrder.getInt(address + SEQUENCE_OFFSET);
    }

    /**
     * Reads the acknowledgement number.
     *
     * @param address of the header.
     * @return 32 bits.
     */
    public static int acknowledgement(final long address) {
        return NetworkOrder.getInt(address + ACKNOWLEDGEMENT_OFFSET);
    }

    /**
     * Reads the header length.
     *
     * @param address of the header.
     * @return 0 to 60 octets.
     */
    public static int headerLength(final long address) {
        return (NetworkOrder.getByte(address + DATA_OFFSET_OFFSET) >> 4) * 4;
    }

    /**
     * Reads the flags.
     *
     * @param address of the header.
     * @return 8 bits.
     */
    public static int flags(final long address) {
        return NetworkOrder.getByte(address + FLAGS_OFFSET);
    }

    /**
     * Reads the window.
     *
     * @param address of the header.
     * @return 0..65535, not scaled.
     */
    public static int window(final long address) {
        return NetworkOrder.getShort(address + WINDOW_OFFSET);
    }

    /**
     * Reads the checksum.
     *
     * @param address of the header.
     * @return 16 bits.
     */
    public static int checksum(final long address) {
        return NetworkOrder.getShort(address + CHECKSUM_OFFSET);
    }

    /**
     * Writes the checksum.
     *
     * @param address  of the header.
     * @param checksum 16 bits.
     */
    public static void checksum(final long address, final int checksum) {
        NetworkOrder.putShort(address + CHECKSUM_OFFSET, checksum);
    }

    /**
     * Writes the fixed part; checksum and urgent pointer become 0.
     *
     * @param address         of the header.
     * @param sourcePort      16 bits.
     * @param destinationPort 16 bits.
     * @param sequence        32 bits.
     * @param acknowledgement 32 bits.
     * @param headerLength    octets with options, a multiple of 4.
     * @param flags           8 bits.
     * @param window          16 bits.
     */
    public static void write(
        final long address, final int sourcePort, final int destinationPort,
        final int sequence, final int acknowledgement, final int headerLength, final int flags, final int window) {
        NetworkOrder.putInt(address + SOURCE_PORT_OFFSET, sourcePort << 16 | destinationPort);
        NetworkOrder.putInt(address + SEQUENCE_OFFSET, sequence);
        NetworkOrder.putInt(address + ACKNOWLEDGEMENT_OFFSET, acknowledgement);
        NetworkOrder.putInt(address + DATA_OFFSET_OFFSET, headerLength << 26 | flags << 16 | window);
        NetworkOrder.putInt(address + CHECKSUM_OFFSET, 0);
    }
}
