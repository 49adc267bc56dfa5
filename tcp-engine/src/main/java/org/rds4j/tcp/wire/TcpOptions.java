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
    /** Kind of timestamps. */
    public static final int KIND_TIMESTAMPS = 8;
    /** Octets of the maximum segment size option. */
    public static final int MSS_LENGTH = 4;
    /** Octets of the window scale option with its padding. */
    public static final int WINDOW_SCALE_LENGTH = 4;
    /** Octets of the timestamps option with its padding. */
    public static final int TIMESTAMPS_LENGTH = 12;
    /** What stands for an option that is absent. */
    public static final int ABSENT = -1;

    private static final int TIMESTAMPS_PREFIX = KIND_NOP << 24 | KIND_NOP << 16 | KIND_TIMESTAMPS << 8 | 10;
    private static final int WINDOW_SCALE_PREFIX = KIND_NOP << 24 | KIND_WINDOW_SCALE << 16 | 3 << 8;
    private static final int MSS_PREFIX = KIND_MSS << 24 | 4 << 16;

    private int maxSegmentSize;
    private int windowShift;
    private boolean hasTimestamps;
    private int timestamp;
    private int timestampEcho;

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
            default -> true;
        };
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
}
