package org.rds4j.qos.classify;

import java.util.ArrayList;
import java.util.List;

/**
 * Service levels, lanes and arbitration tables of one instance, checked as a whole. Immutable: a change is a new object,
 * given to the arbiter between two bursts. The lookups by service level allocate nothing and may be used on the packet path.
 */
public final class QosConfiguration {
    /** Most lanes an instance has. */
    public static final int MAX_LANES = 16;
    /** Limit of high priority that lets low starve. */
    public static final int UNLIMITED = 255;
    /** Octets in one unit of the limit of high priority. */
    public static final int LIMIT_UNIT = 4096;

    private final ServiceLevel[] levels;
    private final int[] lanes = new int[ServiceLevel.COUNT];
    private final int[] dscps = new int[ServiceLevel.COUNT];
    private final int[] priorityCodePoints = new int[ServiceLevel.COUNT];
    private final int laneCount;
    private final List<ArbitrationEntry> high;
    private final List<ArbitrationEntry> low;
    private final int limit;
    private final long starvationFloorNs;
    private final boolean controlAllowed;
    private final int lowerEffortLanes;

    private QosConfiguration(final Builder builder) {
        levels = builder.levels.clone();
        laneCount = builder.laneCount;
        high = builder.tableOf(ArbitrationTable.HIGH);
        low = builder.tableOf(ArbitrationTable.LOW);
        limit = builder.limit;
        starvationFloorNs = builder.starvationFloorNs;
        controlAllowed = builder.controlAllowed;
        for (final ServiceLevel level : levels) {
            lanes[level.number()] = level.lane();
            dscps[level.number()] = level.dscp();
            priorityCodePoints[level.number()] = level.priorityCodePoint();
        }
        lowerEffortLanes = lanesOfLowerEffortOnly();
        validate();
    }

    /**
     * The levels of the design: control and latency-critical calls on lane 0 (high table), storage and transactions on 1,
     * default on 2, bulk and scavenger on 3; levels 8 to 15 behave like level 0 until they are defined.
     *
     * @return the default configuration.
     */
    public static QosConfiguration defaults() {
        return builder().build();
    }

    /**
     * A builder that starts from the defaults.
     *
     * @return a new builder.
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The meaning of a service level.
     *
     * @param serviceLevel 0 to 15.
     * @return its definition.
     */
    public ServiceLevel level(final int serviceLevel) {
        return levels[serviceLevel];
    }

    /**
     * Lane of a service level.
     *
     * @param serviceLevel 0 to 15.
     * @return the lane, less than {@link #laneCount()}.
     */
    public int laneOf(final int serviceLevel) {
        return lanes[serviceLevel];
    }

    /**
     * The octet for IPv4 TOS or IPv6 traffic class. Only the six DSCP bits come from the level: the two ECN bits belong to
     * the transport and pass unchanged (RFC 2474 section 3, RFC 3168 section 5).
     *
     * @param serviceLevel 0 to 15.
     * @param ecn          the ECN field in the low two bits; higher bits are ignored, so a whole TOS octet may be given.
     * @return DSCP and ECN in 8 bits.
     */
    public int trafficClass(final int serviceLevel, final int ecn) {
        return dscps[serviceLevel] << 2 | (ecn & 0x3);
    }

    /**
     * 802.1p priority of a service level.
     *
     * @param serviceLevel 0 to 15.
     * @return 0 to 7.
     */
    public int priorityCodePoint(final int serviceLevel) {
        return priorityCodePoints[serviceLevel];
    }

    /**
     * The service level that a DSCP asks for.
     *
     * @param dscp 0 to 63.
     * @return the lowest level marked with it; level 0 when there is none, as RFC 2474 section 4 wants of an unknown mark.
     */
    public int serviceLevelOfDscp(final int dscp) {
        for (int i = 0; i < ServiceLevel.COUNT; i++) {
            if (dscps[i] == dscp) {
                return i;
            }
        }
        return ServiceLevel.DEFAULT;
    }

    /**
     * Whether a lane carries lower effort only (RFC 8622), so that it may be starved.
     *
     * @param lane of the instance.
     * @return true when every level on it is marked as lower effort.
     */
    public boolean isLowerEffortLane(final int lane) {
        return (lowerEffortLanes & 1 << lane) != 0;
    }

    /**
     * Number of lanes; they are numbered from 0.
     *
     * @return 1 to 16.
     */
    public int laneCount() {
        return laneCount;
    }

    /**
     * Lines of the high table.
     *
     * @return in the order they are served.
     */
    public List<ArbitrationEntry> high() {
        return high;
    }

    /**
     * Lines of the low table.
     *
     * @return in the order they are served.
     */
    public List<ArbitrationEntry> low() {
        return low;
    }

    /**
     * Limit of high priority in units of 4096 octets on the wire: 0 lets one high frame pass before low gets its chance,
     * 255 is no limit.
     *
     * @return 0 to 255.
     */
    public int limit() {
        return limit;
    }

    /**
     * How long a lane other than lower effort may wait with work before it gets one frame out of turn.
     *
     * @return nanoseconds.
     */
    public long starvationFloorNs() {
        return starvationFloorNs;
    }

    /**
     * Whether applications of this instance may use service level 7.
     *
     * @return true when they may.
     */
    public boolean isControlAllowed() {
        return controlAllowed;
    }

    private int lanesOfLowerEffortOnly() {
        int carrying = 0;
        int carryingMore = 0;
        for (final ServiceLevel level : levels) {
            carrying |= 1 << level.lane();
            carryingMore |= level.isLowerEffort() ? 0 : 1 << level.lane();
        }
        return carrying & ~carryingMore;
    }

    private void validate() {
        require(limit >= 0 && limit <= UNLIMITED, "limit " + limit + " is not 0 to 255");
        require(starvationFloorNs > 0, "starvation floor of " + starvationFloorNs + " ns is not positive");
        final int served = lanesOf(high) | lanesOf(low);
        for (final ServiceLevel level : levels) {
            require(level.lane() < laneCount, "service level " + level.number() + " uses lane " + level.lane() +
                " but there are " + laneCount + " lanes: raise lanes() or move the level");
            require((served & 1 << level.lane()) != 0, "service level " + level.number() + " uses lane " + level.lane() +
                " which has no weight in either table: give it a line");
        }
        require(served >>> laneCount == 0, "a table serves a lane beyond the " + laneCount + " lanes of this instance");
    }

    private static int lanesOf(final List<ArbitrationEntry> table) {
        int mask = 0;
        for (final ArbitrationEntry entry : table) {
            mask |= entry.weight() > 0 ? 1 << entry.lane() : 0;
        }
        return mask;
    }

    private static void require(final boolean holds, final String message) {
        if (!holds) {
            throw new IllegalArgumentException("QoS configuration: " + message);
        }
    }

    /** Collects the parts of a configuration. Not thread safe. */
    public static final class Builder {
        private final ServiceLevel[] levels = defaultLevels();
        private final List<ArbitrationEntry> explicitHigh = new ArrayList<>();
        private final List<ArbitrationEntry> explicitLow = new ArrayList<>();
        private int laneCount = 4;
        private int limit = 6;
        private long starvationFloorNs = 50_000_000L;
        private boolean controlAllowed;

        private Builder() {
        }

        /**
         * Sets the number of lanes.
         *
         * @param count 1 to 16; 4 unless told.
         * @return this.
         */
        public Builder lanes(final int count) {
            require(count >= 1 && count <= MAX_LANES, count + " lanes are not 1 to " + MAX_LANES);
            laneCount = count;
            return this;
        }

        /**
         * Defines a service level anew.
         *
         * @param level replaces the one of the same number.
         * @return this.
         */
        public Builder level(final ServiceLevel level) {
            levels[level.number()] = level;
            return this;
        }

        /**
         * Puts all service levels on one lane, keeping their marks: for a peer or a test that has one lane.
         *
         * @param lane for every level.
         * @return this.
         */
        public Builder everyLevelOn(final int lane) {
            for (final ServiceLevel old : levels.clone()) {
                level(new ServiceLevel(old.number(), lane, old.dscp(), old.priorityCodePoint(), old.table(), old.weight()));
            }
            return this;
        }

        /**
         * Adds a line to the high table. With any line given, both tables are as given and weights of levels are not used.
         *
         * @param lane   it serves.
         * @param weight 0 to 255.
         * @return this.
         */
        public Builder high(final int lane, final int weight) {
            explicitHigh.add(new ArbitrationEntry(lane, weight));
            return this;
        }

        /**
         * Adds a line to the low table. With any line given, both tables are as given and weights of levels are not used.
         *
         * @param lane   it serves.
         * @param weight 0 to 255.
         * @return this.
         */
        public Builder low(final int lane, final int weight) {
            explicitLow.add(new ArbitrationEntry(lane, weight));
            return this;
        }

        /**
         * Sets the limit of high priority.
         *
         * @param units of 4096 octets, 0 to 255; 6 unless told.
         * @return this.
         */
        public Builder limit(final int units) {
            limit = units;
            return this;
        }

        /**
         * Sets how long a lane may wait.
         *
         * @param durationNs more than 0; 50 ms unless told.
         * @return this.
         */
        public Builder starvationFloorNs(final long durationNs) {
            starvationFloorNs = durationNs;
            return this;
        }

        /**
         * Lets applications use service level 7.
         *
         * @param allowed false unless told.
         * @return this.
         */
        public Builder controlAllowed(final boolean allowed) {
            controlAllowed = allowed;
            return this;
        }

        /**
         * Checks the parts against each other.
         *
         * @return the configuration.
         * @throws IllegalArgumentException saying what to change.
         */
        public QosConfiguration build() {
            return new QosConfiguration(this);
        }

        private List<ArbitrationEntry> tableOf(final ArbitrationTable table) {
            if (!explicitHigh.isEmpty() || !explicitLow.isEmpty()) {
                return List.copyOf(table == ArbitrationTable.HIGH ? explicitHigh : explicitLow);
            }
            final List<ArbitrationEntry> entries = new ArrayList<>();
            for (final ServiceLevel level : levels) {
                if (level.table() == table && level.weight() > 0) {
                    entries.add(new ArbitrationEntry(level.lane(), level.weight()));
                }
            }
            return List.copyOf(entries);
        }

        private static ServiceLevel[] defaultLevels() {
            final ServiceLevel[] levels = new ServiceLevel[ServiceLevel.COUNT];
            levels[0] = new ServiceLevel(0, 2, 0, 0, ArbitrationTable.LOW, 64);
            levels[1] = new ServiceLevel(1, 3, ServiceLevel.DSCP_LOWER_EFFORT, 1, ArbitrationTable.LOW, 4);
            levels[2] = new ServiceLevel(2, 3, 10, 1, ArbitrationTable.LOW, 16);
            levels[3] = new ServiceLevel(3, 2, 18, 2, ArbitrationTable.LOW, 64);
            levels[4] = new ServiceLevel(4, 1, 26, 3, ArbitrationTable.LOW, 128);
            levels[5] = new ServiceLevel(5, 1, 34, 4, ArbitrationTable.LOW, 128);
            levels[6] = new ServiceLevel(6, 0, 46, 5, ArbitrationTable.HIGH, 64);
            levels[7] = new ServiceLevel(7, 0, 48, 6, ArbitrationTable.HIGH, 64);
            for (int tenantDefined = 8; tenantDefined < ServiceLevel.COUNT; tenantDefined++) {
                levels[tenantDefined] = new ServiceLevel(tenantDefined, 2, 0, 0, ArbitrationTable.LOW, 0);
            }
            return levels;
        }
    }
}
