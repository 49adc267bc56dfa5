package org.rds4j.crypto.offload.wqe;

import org.agrona.UnsafeApi;

/**
 * SEND and LSO: control, Ethernet segment with the headers inline ({@code struct mlx5_wqe_eth_seg}), then data segments.
 * <pre>
 *   16-19  software parser offsets, 0     20  checksum flags, 0xc0      21  0
 *   22-23  MSS, 0 for SEND                24-27  metadata, 0
 *   28-29  octets of inline header        30-  the header, filled up with zeros to a multiple of 16
 * </pre>
 * The header inlined is all of Ethernet, IP and TCP with options and no octet more: the cipher starts behind it.
 */
public final class SendWqe {
    /** Most segments of 16 octets an element may have. */
    public static final int MAX_SEGMENTS = 63;
    /** Shortest header that is accepted: Ethernet, IPv4 and TCP without options. */
    public static final int MIN_HEADER_LENGTH = 54;

    private static final int CHECKSUM_FLAGS = 20;
    /** The device writes the checksums of IPv4 and TCP. */
    private static final int CHECKSUM_L3_L4 = 0xc0;
    private static final int MSS = 22;
    private static final int HEADER_LENGTH = 28;
    private static final int HEADER = 30;
    /** Octets of a header that stand in the Ethernet segment before the next segment begins. */
    private static final int HEADER_START = 2;

    private SendWqe() {
    }

    /**
     * Segments of 16 octets before the first data segment.
     *
     * @param headerLength octets of headers.
     * @return at least 2.
     */
    public static int headSegments(final int headerLength) {
        return 2 + (headerLength - HEADER_START + 15) / 16;
    }

    /**
     * Writes all but the data segments.
     *
     * @param address      of {@code headSegments} times 16 octets.
     * @param index        of the first unit.
     * @param queue        number of the send queue.
     * @param flags        fence and completion.
     * @param tis          whose cipher takes the payload, 0 for none.
     * @param segments     of 16 octets in the whole element.
     * @param mss          payload octets of each packet, 0 for a single packet.
     * @param header       address of the headers; copied.
     * @param headerLength octets of headers.
     */
    public static void write(
        final long address,
        final int index,
        final int queue,
        final int flags,
        final int tis,
        final int segments,
        final int mss,
        final long header,
        final int headerLength) {
        BigEndian.clear(address, headSegments(headerLength) * ControlSegment.LENGTH);
        final int opcode = mss == 0 ? ControlSegment.OPCODE_SEND : ControlSegment.OPCODE_LSO;
        ControlSegment.write(address, opcode, index, queue, segments, flags, tis);
        BigEndian.putByte(address + CHECKSUM_FLAGS, CHECKSUM_L3_L4);
        BigEndian.putShort(address + MSS, mss);
        BigEndian.putShort(address + HEADER_LENGTH, headerLength);
        UnsafeApi.copyMemory(header, address + HEADER, headerLength);
    }

    /**
     * Payload octets of each packet.
     *
     * @param address of the element.
     * @return 0 for a single packet.
     */
    public static int mss(final long address) {
        return BigEndian.getShort(address + MSS);
    }

    /**
     * Octets of headers.
     *
     * @param address of the element.
     * @return 0 to 65535, not yet judged.
     */
    public static int headerLength(final long address) {
        return BigEndian.getShort(address + HEADER_LENGTH);
    }

    /**
     * Where the headers are.
     *
     * @param address of the element.
     * @return their first octet.
     */
    public static long header(final long address) {
        return address + HEADER;
    }

    /**
     * How many data segments there are.
     *
     * @param address of an element already {@link #check checked}.
     * @return at least 0.
     */
    public static int dataSegments(final long address) {
        return ControlSegment.segments(address) - headSegments(headerLength(address));
    }

    /**
     * A data segment.
     *
     * @param address of the element.
     * @param number  from 0.
     * @return address of the {@link DataSegment}.
     */
    public static long dataSegment(final long address, final int number) {
        return address + (headSegments(headerLength(address)) + number) * (long) ControlSegment.LENGTH;
    }

    /**
     * Judges an element, its headers by length only.
     *
     * @param address of as many octets as it says.
     * @return {@link WqeError#NONE} when it is one that {@link #write} makes.
     */
    public static WqeError check(final long address) {
        if (ControlSegment.modifier(address) != 0) {
            return WqeError.OPCODE_MODIFIER;
        }
        final WqeError control = ControlSegment.check(address);
        if (control != WqeError.NONE) {
            return control;
        }
        final int headerLength = headerLength(address);
        if (headerLength < MIN_HEADER_LENGTH || headSegments(headerLength) > ControlSegment.segments(address)) {
            return WqeError.INLINE_HEADER;
        }
        final boolean isTrain = ControlSegment.opcode(address) == ControlSegment.OPCODE_LSO;
        if (isTrain != mss(address) > 0 || (isTrain && dataSegments(address) == 0)) {
            return WqeError.SEGMENT_SIZE;
        }
        return checkEthernet(address);
    }

    private static WqeError checkEthernet(final long address) {
        final int end = headSegments(headerLength(address)) * ControlSegment.LENGTH;
        final int headerEnd = HEADER + headerLength(address);
        if (BigEndian.getShort(address + CHECKSUM_FLAGS) != CHECKSUM_L3_L4 << 8
            || BigEndian.getInt(address + 16) != 0
            || BigEndian.getInt(address + 24) != 0
            || !BigEndian.isZero(address + headerEnd, end - headerEnd)) {
            return WqeError.RESERVED;
        }
        for (int i = 0; i < dataSegments(address); i++) {
            if (DataSegment.length(dataSegment(address, i)) <= 0) {
                return WqeError.DATA_LENGTH;
            }
        }
        return WqeError.NONE;
    }
}
