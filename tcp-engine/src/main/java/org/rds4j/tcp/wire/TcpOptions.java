package org.rds4j.tcp.wire;

/**
 * TCP options (RFC 9293 section 3.2, RFC 7323): a reused object that holds what was parsed, and writers for those this stack
 * sends. Writers return the address behind what they wrote, so that further kinds (SACK, TCP-AO) join in line. One thread.
 */
public final class TcpOptions {
    /** Kind of the end of the list. */
    public static final int KIND_END = 0;
    /** Kind of padding. */
    public static final int KIND_NOP = 1;
    /** Kind of the maximum segment size. */
    public static final int KIND_MSS = 2;
    /** Kind of the window scale. */
    public static final int KIND_WINDOW_SCALE = 3;
    /** Kind of the permission to send SACK. */
    public static final int KIND_SACK_PERMITTED = 4;
    /** Kind of SACK blocks. */
    public static final int KIND_SACK = 5;
    /** Kind of timestamps. */
    public static final int KIND_TIMESTAMPS = 8;
    /** Octets of the maximum segment size option. */
    public static final int MSS_LENGTH = 4;
    /** Octets of the window scale option with its padding. */
    public static final int WINDOW_SCALE_LENGTH = 4;
    /** Octets of the timestamps option with its padding. */
    public static final int TIMESTAMPS_LENGTH = 12;
    /** Octets of the permission to send SACK with its padding. */
    public static final int SACK_PERMITTED_LENGTH = 4;
    /** Octets of SACK blocks with their padding, without the blocks. */
    public static final int SACK_LENGTH = 4;
    /** Octets of a SACK block. */
    public static final int SACK_BLOCK_LENGTH = 8;
    /** Most SACK blocks that fit. */
    public static final int MAX_SACK_BLOCKS = 4;
    /** Most octets of all options. */
    public static final int MAX_LENGTH = 40;
    /** What stands for an option that is absent. */
    public static final int ABSENT = -1;

    private static final int TIMESTAMPS_PREFIX = KIND_NOP << 24 | KIND_NOP << 16 | KIND_TIMESTAMPS << 8 | 10;
    private static final int WINDOW_SCALE_PREFIX = KIND_NOP << 24 | KIND_WINDOW_SCALE << 16 | 3 << 8;
    private static final int SACK_PERMITTED_PREFIX = KIND_NOP << 24 | KIND_NOP << 16 | KIND_SACK_PERMITTED << 8 | 2;
    private static final int TIMESTAMPS_AFTER_SACK_PREFIX = KIND_SACK_PERMITTED << 24 | 2 << 16 | KIND_TIMESTAMPS << 8 | 10;
    private static final int SACK_PREFIX = KIND_NOP << 24 | KIND_NOP << 16 | KIND_SACK << 8 | 2;
    private static final int MSS_PREFIX = KIND_MSS << 24 | 4 << 16;

    private int maxSegmentSize;
    private int windowShift;
    private boolean hasTimestamps;
    private int timestamp;
    private int timestampEcho;
    private boolean sackPermitted;
    private int sackBlocks;
    private final int[] sackStarts = new int[MAX_SACK_BLOCKS];
    private final int[] sackEnds = new int[MAX_SACK_BLOCKS];

    /** Options of which none is present. */
    public TcpOptions() {
        clear();
    }

    /** Forgets what was parsed. */
    public void clear() {
        maxSegmentSize = ABSENT;
        windowShift = ABSENT;
        hasTimestamps = false;
        timestamp = 0;
        timestampEcho = 0;
        sackPermitted = false;
        sackBlocks = 0;
    }

    /**
     * Parses a list of options. Unknown kinds are skipped by their length.
     *
     * @param address of the first.
     * @param length  octets of the list.
     * @return false if an option is shorter than 2 octets, goes past the end, or a known one has the wrong length.
     */
    public boolean parse(final long address, final int length) {
        clear();
        if (length == TIMESTAMPS_LENGTH && NetworkOrder.getInt(address) == TIMESTAMPS_PREFIX) {
            timestamps(address + 4);
            return true;
        }
        final long end = address + length;
        long at = address;
        while (at < end) {
            final int kind = NetworkOrder.getByte(at);
            if (kind == KIND_END) {
                return true;
            }
            if (kind == KIND_NOP) {
                at++;
                continue;
            }
            final int octets = at + 1 < end ? NetworkOrder.getByte(at + 1) : 0;
            if (octets < 2 || at + octets > end || !take(kind, at, octets)) {
                return false;
            }
            at += octets;
        }
        return true;
    }

    private boolean take(final int kind, final long address, final int octets) {
        return switch (kind) {
            case KIND_MSS -> {
                maxSegmentSize = octets == 4 ? NetworkOrder.getShort(address + 2) : ABSENT;
                yield octets == 4;
            }
            case KIND_WINDOW_SCALE -> {
                windowShift = octets == 3 ? NetworkOrder.getByte(address + 2) : ABSENT;
                yield octets == 3;
            }
            case KIND_TIMESTAMPS -> {
                if (octets == 10) {
                    timestamps(address + 2);
                }
                yield octets == 10;
            }
            case KIND_SACK_PERMITTED -> {
                sackPermitted = octets == 2;
                yield octets == 2;
            }
            case KIND_SACK -> sack(address + 2, octets - 2);
            default -> true;
        };
    }

    private boolean sack(final long address, final int octets) {
        if (octets == 0 || octets % SACK_BLOCK_LENGTH != 0) {
            return false;
        }
        sackBlocks = octets / SACK_BLOCK_LENGTH;
        for (int i = 0; i < sackBlocks; i++) {
            sackStarts[i] = NetworkOrder.getInt(address + (long) i * SACK_BLOCK_LENGTH);
            sackEnds[i] = NetworkOrder.getInt(address + (long) i * SACK_BLOCK_LENGTH + 4);
        }
        return true;
    }

    private void timestamps(final long address) {
        hasTimestamps = true;
        timestamp = NetworkOrder.getInt(address);
        timestampEcho = NetworkOrder.getInt(address + 4);
    }

    /**
     * The maximum segment size.
     *
     * @return 0..65535 or {@link #ABSENT}.
     */
    public int maxSegmentSize() {
        return maxSegmentSize;
    }

    /**
     * The window scale.
     *
     * @return the shift as sent, 0..255, or {@link #ABSENT}.
     */
    public int windowShift() {
        return windowShift;
    }

    /**
     * Whether timestamps are present.
     *
     * @return true if so.
     */
    public boolean hasTimestamps() {
        return hasTimestamps;
    }

    /**
     * TSval.
     *
     * @return 32 bits.
     */
    public int timestamp() {
        return timestamp;
    }

    /**
     * TSecr.
     *
     * @return 32 bits.
     */
    public int timestampEcho() {
        return timestampEcho;
    }

    /**
     * Whether the sender understands SACK (RFC 2018 section 2).
     *
     * @return true if the option is present.
     */
    public boolean isSackPermitted() {
        return sackPermitted;
    }

    /**
     * SACK blocks (RFC 2018 section 3).
     *
     * @return 0 to {@value #MAX_SACK_BLOCKS}.
     */
    public int sackBlocks() {
        return sackBlocks;
    }

    /**
     * Left edge of a SACK block.
     *
     * @param index below {@link #sackBlocks()}.
     * @return a sequence number.
     */
    public int sackStart(final int index) {
        return sackStarts[index];
    }

    /**
     * Right edge of a SACK block.
     *
     * @param index below {@link #sackBlocks()}.
     * @return a sequence number.
     */
    public int sackEnd(final int index) {
        return sackEnds[index];
    }

    /**
     * Writes the maximum segment size option.
     *
     * @param address        where.
     * @param maxSegmentSize 0..65535.
     * @return the address behind it.
     */
    public static long writeMaxSegmentSize(final long address, final int maxSegmentSize) {
        NetworkOrder.putInt(address, MSS_PREFIX | maxSegmentSize);
        return address + MSS_LENGTH;
    }

    /**
     * Writes the window scale option with its padding.
     *
     * @param address where.
     * @param shift   0..14.
     * @return the address behind it.
     */
    public static long writeWindowShift(final long address, final int shift) {
        NetworkOrder.putInt(address, WINDOW_SCALE_PREFIX | shift);
        return address + WINDOW_SCALE_LENGTH;
    }

    /**
     * Writes the timestamps option with its padding.
     *
     * @param address   where.
     * @param timestamp TSval.
     * @param echo      TSecr.
     * @return the address behind it.
     */
    public static long writeTimestamps(final long address, final int timestamp, final int echo) {
        NetworkOrder.putInt(address, TIMESTAMPS_PREFIX);
        NetworkOrder.putInt(address + 4, timestamp);
        NetworkOrder.putInt(address + 8, echo);
        return address + TIMESTAMPS_LENGTH;
    }

    /**
     * Writes the timestamps option of a SYN with the permission to send SACK in place of its padding.
     *
     * @param address   where.
     * @param timestamp TSval.
     * @param echo      TSecr.
     * @return the address behind it.
     */
    public static long writeSackPermittedAndTimestamps(final long address, final int timestamp, final int echo) {
        final long end = writeTimestamps(address, timestamp, echo);
        NetworkOrder.putInt(address, TIMESTAMPS_AFTER_SACK_PREFIX);
        return end;
    }

    /**
     * Writes the permission to send SACK with its padding.
     *
     * @param address where.
     * @return the address behind it.
     */
    public static long writeSackPermitted(final long address) {
        NetworkOrder.putInt(address, SACK_PERMITTED_PREFIX);
        return address + SACK_PERMITTED_LENGTH;
    }

    /**
     * Writes the head of the SACK option with its padding; {@link #writeSackBlock} follows for each block.
     *
     * @param address where.
     * @param blocks  1 to {@value #MAX_SACK_BLOCKS}.
     * @return the address behind it.
     */
    public static long writeSack(final long address, final int blocks) {
        NetworkOrder.putInt(address, SACK_PREFIX + blocks * SACK_BLOCK_LENGTH);
        return address + SACK_LENGTH;
    }

    /**
     * Writes a SACK block.
     *
     * @param address where.
     * @param start   left edge, a sequence number.
     * @param end     right edge.
     * @return the address behind it.
     */
    public static long writeSackBlock(final long address, final int start, final int end) {
        NetworkOrder.putInt(address, start);
        NetworkOrder.putInt(address + 4, end);
        return address + SACK_BLOCK_LENGTH;
    }
}
