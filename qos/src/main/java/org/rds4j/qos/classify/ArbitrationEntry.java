package org.rds4j.qos.classify;

/**
 * One line of an arbitration table. A lane may stand on several lines and in both tables; its share is the sum.
 *
 * @param lane   that the line serves.
 * @param weight 0 to 255, its share relative to the other lines of the table; 0 skips the line.
 */
public record ArbitrationEntry(int lane, int weight) {
    /** Largest weight of a line. */
    public static final int MAX_WEIGHT = 255;

    /** Checks the ranges. */
    public ArbitrationEntry {
        if (lane < 0 || lane >= QosConfiguration.MAX_LANES) {
            throw new IllegalArgumentException("lane " + lane + " is not 0 to " + (QosConfiguration.MAX_LANES - 1));
        }
        if (weight < 0 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight " + weight + " of lane " + lane + " is not 0 to " + MAX_WEIGHT);
        }
    }
}
