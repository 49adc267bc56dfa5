package org.rds4j.frame;

/**
 * The 16 octets of extensions, as two longs: repeated {@code type (1), data (fixed length by type)} until type 0 or the end.
 * <pre>
 *   type  name       data                                        length
 *      1  VERSION    be32 version                                     4
 *      2  RDMA       be32 rkey                                        4
 *      3  RDMA_DEST  be32 rkey, be32 offset                           8
 *      4  RDMA_BYTES be32 bytes, u8 direction, 3 pad                  8
 *      5  NPATHS     be16 path count                                  2
 *      6  GEN_NUM    be32 generation, 0 is none                       4
 *      7  CAP_BITS   be32                                             4
 *      8  SPORT_IDX  u8 0                                             1
 *      9  CSUM       be32 value, u8 enabled, 3 pad                    8
 *     32  LANE       u8 lane; private, Linux stops parsing here       1
 * </pre>
 * Reading stops at anything not listed. Meaningful on probes, and the generation
 * on numbered congestion maps.
 */
public final class ExtensionHeaderFlyweight {
    /** Type: how many paths the sender supports. */
    public static final int TYPE_NPATHS = 5;
    /** Type: number that changes with each start of the sender. */
    public static final int TYPE_GEN_NUM = 6;
    /** Type: the sender's TCP source port tells the path index. */
    public static final int TYPE_SPORT_IDX = 8;
    /** Type: lane the carrier belongs to. */
    public static final int TYPE_LANE = 0x20;
    /** Value of what is absent. */
    public static final int ABSENT = -1;

    private static final int AREA_LENGTH = RdsHeaderFlyweight.EXTENSIONS_LENGTH;

    private long high;
    private long low;
    private int pathCount;
    private int generation;
    private int lane;
    private boolean hasSourcePortIndex;
    private int end;

    /**
     * Starts an empty area.
     *
     * @return this.
     */
    public ExtensionHeaderFlyweight clear() {
        high = 0;
        low = 0;
        end = 0;
        pathCount = ABSENT;
        generation = 0;
        lane = ABSENT;
        hasSourcePortIndex = false;
        return this;
    }

    /**
     * Reads an area.
     *
     * @param areaHigh octets 0 to 7, first octet most significant.
     * @param areaLow  octets 8 to 15.
     * @return this.
     */
    public ExtensionHeaderFlyweight parse(final long areaHigh, final long areaLow) {
        clear();
        high = areaHigh;
        low = areaLow;
        while (end < AREA_LENGTH) {
            final int type = bits(end, 1);
            final int length = dataLength(type);
            if (type == 0 || length == 0 || end + 1 + length > AREA_LENGTH) {
                break;
            }
            accept(type, bits(end + 1, Math.min(length, Integer.BYTES)));
            end += 1 + length;
        }
        return this;
    }

    private void accept(final int type, final int value) {
        switch (type) {
            case TYPE_NPATHS -> pathCount = value;
            case TYPE_GEN_NUM -> generation = value;
            case TYPE_SPORT_IDX -> hasSourcePortIndex = true;
            case TYPE_LANE -> lane = value;
            default -> {
                // known, of no use here: skipped by its length
            }
        }
    }

    private static int dataLength(final int type) {
        return switch (type) {
            case 1, 2, TYPE_GEN_NUM, 7 -> 4;
            case 3, 4, 9 -> 8;
            case TYPE_NPATHS -> 2;
            case TYPE_SPORT_IDX, TYPE_LANE -> 1;
            default -> 0;
        };
    }

    private int bits(final int offset, final int length) {
        int bits = 0;
        for (int i = offset; i < offset + length; i++) {
            bits = (bits << 8) | ((int) ((i < Long.BYTES ? high : low) >>> (56 - 8 * (i & 7))) & 0xff);
        }
        return bits;
    }

    private ExtensionHeaderFlyweight append(final int type, final int value, final int length) {
        put(type);
        for (int shift = 8 * (length - 1); shift >= 0; shift -= 8) {
            put(value >>> shift);
        }
        accept(type, value);
        return this;
    }

    private void put(final int octet) {
        final long bits = (octet & 0xffL) << (56 - 8 * (end & 7));
        if (end < Long.BYTES) {
            high |= bits;
        } else {
            low |= bits;
        }
        end++;
    }

    /**
     * Appends NPATHS.
     *
     * @param count paths supported, 1 to 8.
     * @return this.
     */
    public ExtensionHeaderFlyweight pathCount(final int count) {
        return append(TYPE_NPATHS, count, 2);
    }

    /**
     * Appends GEN_NUM.
     *
     * @param number not 0.
     * @return this.
     */
    public ExtensionHeaderFlyweight generation(final int number) {
        return append(TYPE_GEN_NUM, number, 4);
    }

    /**
     * Appends SPORT_IDX.
     *
     * @return this.
     */
    public ExtensionHeaderFlyweight sourcePortIndex() {
        return append(TYPE_SPORT_IDX, 0, 1);
    }

    /**
     * Appends LANE; must be last, since Linux reads nothing behind it.
     *
     * @param number of the lane.
     * @return this.
     */
    public ExtensionHeaderFlyweight lane(final int number) {
        return append(TYPE_LANE, number, 1);
    }

    /**
     * Octets 0 to 7 of the area.
     *
     * @return first octet most significant.
     */
    public long high() {
        return high;
    }

    /**
     * Octets 8 to 15 of the area.
     *
     * @return first octet most significant.
     */
    public long low() {
        return low;
    }

    /**
     * Paths the sender supports.
     *
     * @return 16 bits, or {@link #ABSENT}.
     */
    public int pathCount() {
        return pathCount;
    }

    /**
     * The sender's generation.
     *
     * @return 32 bits, 0 when absent.
     */
    public int generation() {
        return generation;
    }

    /**
     * The lane the carrier belongs to.
     *
     * @return 8 bits, or {@link #ABSENT}.
     */
    public int lane() {
        return lane;
    }

    /**
     * Whether the TCP source port tells the path index.
     *
     * @return true when SPORT_IDX is there.
     */
    public boolean hasSourcePortIndex() {
        return hasSourcePortIndex;
    }
}
