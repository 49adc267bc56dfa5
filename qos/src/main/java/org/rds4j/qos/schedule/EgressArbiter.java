package org.rds4j.qos.schedule;

import org.rds4j.qos.classify.ArbitrationEntry;
import org.rds4j.qos.classify.QosConfiguration;
import org.rds4j.qos.status.QosCounter;
import org.rds4j.qos.status.QosCounters;

/**
 * Decides which lane sends the next frame: InfiniBand's two tables of weighted lanes, each served by deficit round robin,
 * so that shares hold in octets on the wire whatever the frame sizes. Lanes of the high table go first until they have
 * used up the limit; then one frame of the low table passes and the limit is whole again. A lane that goes idle loses its
 * credit. A lane other than lower effort that has had work for the starvation floor without service gets one frame out
 * of turn; time in which the link took nothing counts too.
 * <p>
 * For lines i and j of one table whose lanes stay busy, octets per weight never differ by more than
 * {@code unit + longest frame * (1 / weight i + 1 / weight j)}, however long the interval.
 * <p>
 * Use by one thread: {@link #pick}, then exactly one of {@link #charge} and {@link #withdraw} for the lane picked.
 * Allocates nothing and never throws on that path; a pick costs one question per lane and at most one turn of a table.
 */
public final class EgressArbiter {
    /** No lane has anything to send. */
    public static final int NONE = -1;
    /** Preamble, start delimiter, FCS and gap: what a frame takes on the wire beyond its own octets. */
    public static final int WIRE_OVERHEAD = 24;

    private static final int MAX_FRAME_LENGTH = 1 << 18;
    private static final long UNLIMITED_BUDGET = Long.MAX_VALUE / 2;

    private final QosCounters counters;
    private final int laneCount;
    private final int maxFrameLength;
    private final DeficitTable high = new DeficitTable();
    private final DeficitTable low = new DeficitTable();
    private final int[] wireLengths = new int[QosConfiguration.MAX_LANES];
    private final long[] waitingSinceNs = new long[QosConfiguration.MAX_LANES];
    private int lanesToRescue;
    private long starvationFloorNs;
    private long unit;
    private long wholeHighBudget;
    private long highBudget;
    private int busyLanes;
    private long pickedAtNs;
    private DeficitTable pickedTable;
    private int pickedEntry = NONE;

    /**
     * An arbiter with no lane busy.
     *
     * @param configuration  tables, limit and floor.
     * @param maxFrameLength octets of the longest frame of the link, Ethernet header included, 64 to 262144; fixes the quantum.
     * @param counters       for as many lanes as the configuration has.
     */
    public EgressArbiter(final QosConfiguration configuration, final int maxFrameLength, final QosCounters counters) {
        if (maxFrameLength < 64 || maxFrameLength > MAX_FRAME_LENGTH) {
            throw new IllegalArgumentException(
                "a longest frame of " + maxFrameLength + " octets is not 64 to " + MAX_FRAME_LENGTH);
        }
        if (counters.laneCount() != configuration.laneCount()) {
            throw new IllegalArgumentException("counters for " + counters.laneCount() + " lanes, configuration for " +
                configuration.laneCount() + ": make the counters from the same configuration");
        }
        this.counters = counters;
        this.laneCount = configuration.laneCount();
        this.maxFrameLength = maxFrameLength;
        reload(configuration);
        highBudget = wholeHighBudget;
    }

    /**
     * Takes new weights, limit and floor between two picks. Deficits of lines that serve the same lane as before are kept,
     * so no lane gains or loses by the change itself. Not for the packet path: allocates.
     *
     * @param configuration with as many lanes as before.
     * @throws IllegalArgumentException when the number of lanes differs; the old configuration stays in force.
     */
    public void reload(final QosConfiguration configuration) {
        if (configuration.laneCount() != laneCount) {
            throw new IllegalArgumentException("the arbiter has " + laneCount + " lanes, the new configuration " +
                configuration.laneCount() + ": the number of lanes is fixed while an instance runs");
        }
        unit = unitFor(configuration);
        high.load(configuration.high(), unit);
        low.load(configuration.low(), unit);
        wholeHighBudget = budgetOf(configuration.limit());
        highBudget = Math.min(highBudget, wholeHighBudget);
        starvationFloorNs = configuration.starvationFloorNs();
        lanesToRescue = 0;
        for (int lane = 0; lane < laneCount; lane++) {
            lanesToRescue |= configuration.isLowerEffortLane(lane) ? 0 : 1 << lane;
        }
        forgetPick();
    }

    /**
     * Octets of quantum per weight: so many that the smallest weight covers the longest frame in one turn.
     *
     * @return the unit.
     */
    public long unit() {
        return unit;
    }

    /**
     * Chooses the lane that sends next.
     *
     * @param backlog what each lane would send.
     * @param nowNs   the engine's time, which never runs backwards.
     * @return the lane, or {@link #NONE}.
     */
    public int pick(final LaneBacklog backlog, final long nowNs) {
        forgetPick();
        pickedAtNs = nowNs;
        survey(backlog, nowNs);
        if (busyLanes == 0) {
            return NONE;
        }
        final int starving = longestStarving(nowNs);
        return starving == NONE ? schedule() : starving;
    }

    /**
     * How many frames of its next frame's length the lane picked would be served before another lane had its turn, were it
     * picked again and again. That many may be sent, and charged, at once without a change in what the wire sees.
     *
     * @param lane as picked.
     * @return 1 or more.
     */
    public int framesGranted(final int lane) {
        long octets = UNLIMITED_BUDGET;
        if (pickedTable == null || (pickedTable == low && (busyLanes & high.lanesServed()) != 0)) {
            return 1;
        }
        if (pickedEntry != NONE) {
            octets = pickedTable.deficit(pickedEntry);
        }
        if (pickedTable == high && (busyLanes & low.lanesServed()) != 0) {
            octets = Math.min(octets, highBudget);
        }
        return Math.clamp(octets / wireLengths[lane], 1, Integer.MAX_VALUE);
    }

    /**
     * The lane picked has sent a frame.
     *
     * @param lane   as picked.
     * @param octets of the frame, Ethernet header included, FCS excluded.
     */
    public void charge(final int lane, final int octets) {
        charge(lane, octets, 1);
    }

    /**
     * The lane picked has sent frames.
     *
     * @param lane   as picked.
     * @param octets of all of them, Ethernet headers included, FCS excluded.
     * @param frames at most {@link #framesGranted}.
     */
    public void charge(final int lane, final int octets, final int frames) {
        final int wireLength = octets + frames * WIRE_OVERHEAD;
        counters.add(lane, QosCounter.FRAMES, frames);
        counters.add(lane, QosCounter.BYTES, octets);
        if (pickedTable == null) {
            counters.add(lane, QosCounter.STARVATION_RESCUES, 1);
        } else if (pickedEntry != NONE) {
            pickedTable.charge(pickedEntry, wireLength);
        }
        highBudget -= pickedTable == high ? wireLength : 0;
        waitingSinceNs[lane] = pickedAtNs;
    }

    /**
     * The lane picked had no frame after all, or the link had no buffer. The lane gives up its turn, so that lanes which
     * can send are not held up by one which cannot; it is asked again when its next turn comes. A caller whose link is
     * full stops picking until the link has room.
     *
     * @param lane as picked.
     */
    public void withdraw(final int lane) {
        counters.add(lane, QosCounter.WITHDRAWALS, 1);
        if (pickedEntry != NONE) {
            pickedTable.forfeit(pickedEntry);
        }
        if (pickedTable == high) {
            highBudget = 0;
        }
        waitingSinceNs[lane] = pickedAtNs;
    }

    private void survey(final LaneBacklog backlog, final long nowNs) {
        int busy = 0;
        for (int lane = 0; lane < laneCount; lane++) {
            final int length = backlog.nextFrameLength(lane);
            if (length > 0) {
                wireLengths[lane] = length + WIRE_OVERHEAD;
                busy |= 1 << lane;
                if ((busyLanes & 1 << lane) == 0) {
                    waitingSinceNs[lane] = nowNs;
                }
            }
        }
        final int wentIdle = busyLanes & ~busy;
        if (wentIdle != 0) {
            high.clear(wentIdle);
            low.clear(wentIdle);
        }
        busyLanes = busy;
    }

    private int longestStarving(final long nowNs) {
        int longest = NONE;
        long longestWaitNs = starvationFloorNs - 1;
        for (int candidates = busyLanes & lanesToRescue; candidates != 0; candidates &= candidates - 1) {
            final int lane = Integer.numberOfTrailingZeros(candidates);
            final long waitNs = nowNs - waitingSinceNs[lane];
            if (waitNs > longestWaitNs) {
                longest = lane;
                longestWaitNs = waitNs;
            }
        }
        return longest;
    }

    private int schedule() {
        final int highBusy = busyLanes & high.lanesServed();
        final int lowBusy = busyLanes & low.lanesServed();
        if (highBusy != 0 && (highBudget > 0 || lowBusy == 0)) {
            return take(high, highBusy);
        }
        if (lowBusy == 0) {
            return NONE;
        }
        highBudget = wholeHighBudget;
        return take(low, lowBusy);
    }

    /** A lane with no rival in its table needs no accounts: it is served without touching a deficit. */
    private int take(final DeficitTable table, final int candidates) {
        pickedTable = table;
        if ((candidates & candidates - 1) == 0) {
            return Integer.numberOfTrailingZeros(candidates);
        }
        pickedEntry = table.select(wireLengths, candidates);
        return table.laneOf(pickedEntry);
    }

    private void forgetPick() {
        pickedTable = null;
        pickedEntry = NONE;
    }

    private long unitFor(final QosConfiguration configuration) {
        int smallest = ArbitrationEntry.MAX_WEIGHT;
        for (final ArbitrationEntry entry : configuration.high()) {
            smallest = entry.weight() > 0 ? Math.min(smallest, entry.weight()) : smallest;
        }
        for (final ArbitrationEntry entry : configuration.low()) {
            smallest = entry.weight() > 0 ? Math.min(smallest, entry.weight()) : smallest;
        }
        return ((long) maxFrameLength + WIRE_OVERHEAD + smallest - 1) / smallest;
    }

    private static long budgetOf(final int limit) {
        if (limit == QosConfiguration.UNLIMITED) {
            return UNLIMITED_BUDGET;
        }
        return limit == 0 ? 1 : (long) limit * QosConfiguration.LIMIT_UNIT;
    }
}
