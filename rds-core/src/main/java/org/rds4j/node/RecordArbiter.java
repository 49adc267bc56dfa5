package org.rds4j.node;

import org.agrona.concurrent.NanoClock;
import org.rds4j.crypto.agent.EncryptionTask;
import org.rds4j.crypto.agent.LaneOrder;
import org.rds4j.qos.classify.QosConfiguration;
import org.rds4j.qos.schedule.EgressArbiter;
import org.rds4j.qos.schedule.LaneBacklog;
import org.rds4j.qos.status.QosCounters;

/**
 * The order of lanes for records: that of frames, by an arbiter of its own, whose unit covers a whole record. An encryption
 * thread's alone.
 */
final class RecordArbiter implements LaneOrder, LaneBacklog {
    private final EgressArbiter arbiter;
    private final NanoClock clock;
    private LaneHeads heads;
    private boolean isRanked;

    RecordArbiter(final QosConfiguration qos, final NanoClock clock) {
        this.arbiter = new EgressArbiter(qos, EncryptionTask.MAX_WEIGHT, QosCounters.allocate(qos.laneCount()));
        this.clock = clock;
    }

    /** A lane of which the tables say nothing has no frames, but records may come in it. */
    @Override
    public int next(final LaneHeads waiting) {
        heads = waiting;
        final int lane = arbiter.pick(this, clock.nanoTime());
        isRanked = lane != EgressArbiter.NONE;
        return isRanked ? lane : BY_NUMBER.next(waiting);
    }

    @Override
    public void onServed(final int lane, final int octets) {
        if (isRanked) {
            arbiter.charge(lane, octets);
        }
    }

    @Override
    public int nextFrameLength(final int lane) {
        return heads.length(lane);
    }
}
