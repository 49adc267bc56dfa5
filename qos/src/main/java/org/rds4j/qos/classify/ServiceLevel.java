package org.rds4j.qos.classify;

/**
 * What one of the 16 service levels means on this host.
 *
 * @param number            0 to 15.
 * @param lane              whose TCP connections carry it.
 * @param dscp              differentiated services code point, 0 to 63 (RFC 2474).
 * @param priorityCodePoint 802.1p priority, 0 to 7, in the order 1 &lt; 0 &lt; 2 &lt; 3 &lt; 4 &lt; 5 &lt; 6 &lt; 7 (802.1Q).
 * @param table             arbitration table that its share of the lane stands in.
 * @param weight            0 to 255, what it adds to the share of its lane; 0 adds nothing.
 */
public record ServiceLevel(int number, int lane, int dscp, int priorityCodePoint, ArbitrationTable table, int weight) {
    /** Number of service levels: 4 bits, as in InfiniBand. */
    public static final int COUNT = 16;
    /** The level of a socket that asks for none. */
    public static final int DEFAULT = 0;
    /** Cluster control and heartbeats; needs permission of the configuration. */
    public static final int CONTROL = 7;
    /** Lower effort (RFC 8622), the one class that may be starved on purpose. */
    public static final int DSCP_LOWER_EFFORT = 1;

    /** Checks the ranges. */
    public ServiceLevel {
        requireRange("service level", number, number, COUNT - 1);
        requireRange("lane", number, lane, QosConfiguration.MAX_LANES - 1);
        requireRange("DSCP", number, dscp, 63);
        requireRange("priority code point", number, priorityCodePoint, 7);
        requireRange("weight", number, weight, ArbitrationEntry.MAX_WEIGHT);
        if (table == null) {
            throw new IllegalArgumentException("service level " + number + " names no arbitration table: say HIGH or LOW");
        }
    }

    private static void requireRange(final String what, final int number, final int value, final int max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(
                what + " " + value + " of service level " + number + " is not 0 to " + max);
        }
    }

    /**
     * Whether the level is marked as lower effort.
     *
     * @return true when it may be starved.
     */
    public boolean isLowerEffort() {
        return dscp == DSCP_LOWER_EFFORT;
    }
}
