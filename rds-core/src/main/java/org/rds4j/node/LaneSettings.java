package org.rds4j.node;

import java.util.function.IntUnaryOperator;
import org.rds4j.qos.classify.QosConfiguration;
import org.rds4j.qos.classify.ServiceLevel;

/**
 * How lanes reach the wire.
 *
 * @param tcpPort    where peers listen.
 * @param laneCount  lanes in use.
 * @param dscpOfLane code point of a lane's connections.
 */
record LaneSettings(int tcpPort, int laneCount, IntUnaryOperator dscpOfLane) {
    /** The lane of service level 0, and of a peer that knows no lanes. */
    static final int DEFAULT_LANE = 2;

    /**
     * A TCP connection has one code point, so a lane takes that of the service level which weighs most in it, the lower
     * number when two weigh the same.
     */
    static LaneSettings of(final QosConfiguration qos, final int tcpPort) {
        final int[] dscp = new int[qos.laneCount()];
        final int[] weight = new int[qos.laneCount()];
        for (int number = 0; number < ServiceLevel.COUNT; number++) {
            final ServiceLevel level = qos.level(number);
            if (level != null && level.weight() > weight[level.lane()]) {
                weight[level.lane()] = level.weight();
                dscp[level.lane()] = level.dscp();
            }
        }
        return new LaneSettings(tcpPort, qos.laneCount(), lane -> dscp[lane]);
    }

    /** The service levels that share each lane, one bit each. */
    static int[] levels(final QosConfiguration qos) {
        final int[] levels = new int[qos.laneCount()];
        for (int number = 0; number < ServiceLevel.COUNT; number++) {
            if (qos.level(number) != null) {
                levels[qos.level(number).lane()] |= 1 << number;
            }
        }
        return levels;
    }
}
