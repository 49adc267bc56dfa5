package org.rds4j.tcp.steering;

import java.util.Arrays;
import java.util.function.Consumer;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.LinkStatistics;
import org.rds4j.tcp.table.FourTuple;

/**
 * A queue of a multi-queue device as one engine sees it: only frames of flows that it owns come in, wherever the device
 * delivered them. Those of others are handed to their engine by a ring; answers of neighbours go to every engine, their requests
 * and all else to the first. One thread, its engine's.
 * <p>
 * A bucket that has changed hands goes to its former owners first, each of which keeps what belongs to a connection it still has,
 * so a table may be rewritten under load. {@link #sweep()} ends that once no such connection is left.
 */
public final class SteeredPort implements LinkPort, FlowOwner {
    private static final int NOBODY = -1;

    private final Steering steering;
    private final SteeringTable table;
    private final LinkPort queue;
    private final int engine;
    private final FrameClassifier classifier = new FrameClassifier();
    private final FrameBurst arrived;
    private final FrameBurst forwarded = new FrameBurst(1);
    private final FrameBurst copied = new FrameBurst(1);
    private final FrameBurst refused;
    private final Consumer<FourTuple> markUsed = this::markUsed;
    private final long[] usedBuckets;
    private EngineFlows flows;
    private boolean hasLooked;
    private int nextRing;
    private long framesForwarded;
    private long framesTakenOver;
    private long framesDropped;

    SteeredPort(final Steering steering, final LinkPort queue, final int engine, final int burst) {
        this.steering = steering;
        this.table = steering.table();
        this.queue = queue;
        this.engine = engine;
        this.arrived = new FrameBurst(Math.max(1, burst / 2));
        this.refused = new FrameBurst(Math.max(2, burst));
        this.usedBuckets = new long[(table.buckets() + Long.SIZE - 1) / Long.SIZE];
    }

    /**
     * Names the engine's own flows; once, before the first frame.
     *
     * @param ownFlows of the engine. Retained.
     */
    public void flows(final EngineFlows ownFlows) {
        flows = ownFlows;
    }

    @Override
    public boolean owns(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        return table.owner(table.bucket(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort)) == engine;
    }

    /** {@inheritDoc} Half of the room is the device's, so that neither it nor the other engines are kept waiting. */
    @Override
    public int receiveBurst(final FrameBurst frames) {
        frames.clear();
        if (frames.capacity() >= arrived.capacity()) {
            queue.receiveBurst(arrived);
            for (int i = 0; i < arrived.count(); i++) {
                place(arrived, i, 0, frames);
            }
            arrived.clear();
        }
        takeOver(frames);
        queue.release(refused);
        return frames.count();
    }

    /** Frames from the other engines, ring by ring in turn. */
    private void takeOver(final FrameBurst frames) {
        final int engines = table.engines();
        for (int i = 0; i < engines; i++) {
            final int from = (nextRing + i) % engines;
            final FrameRing ring = steering.ring(from, engine);
            while (ring != null && frames.room() > 0 && refused.room() > 0 && !ring.isEmpty()) {
                final long visited = ring.take(forwarded);
                framesTakenOver++;
                place(forwarded, 0, visited, frames);
                forwarded.clear();
            }
        }
        nextRing = (nextRing + 1) % engines;
    }

    /** Keeps a frame or hands it on. A frame that was copied for this engine carries all engines as having had it. */
    private void place(final FrameBurst source, final int index, final long visited, final FrameBurst frames) {
        final int to = visited == -1 ? engine : destination(source, index, visited);
        if (to == engine) {
            source.copyTo(index, frames);
        } else if (steering.ring(engine, to).offer(source, index, hasLooked ? visited | 1L << engine : visited)) {
            framesForwarded++;
        } else {
            framesDropped++;
            source.copyTo(index, refused);
        }
    }

    private int destination(final FrameBurst source, final int index, final long visited) {
        hasLooked = false;
        final int kind = classifier.classify(source.address(index), source.length(index));
        if (kind == FrameClassifier.FIRST) {
            return 0;
        }
        if (kind == FrameClassifier.EVERYBODY) {
            copyToOthers(source, index);
            return engine;
        }
        final int bucket = table.bucket(classifier.remoteHigh, classifier.remoteLow, classifier.localHigh,
            classifier.localLow, classifier.remotePort, classifier.localPort);
        final int former = formerOwner(table.formerOwners(bucket) & ~visited);
        return former == NOBODY ? table.owner(bucket) : former;
    }

    /** A former owner that may have the flow. This engine looks first, so that it has looked before it hands the frame on. */
    private int formerOwner(final long former) {
        hasLooked = former != 0;
        if (hasLooked && hasFlow()) {
            return engine;
        }
        final long others = former & ~(1L << engine);
        return others == 0 ? NOBODY : Long.numberOfTrailingZeros(others);
    }

    private boolean hasFlow() {
        return flows != null && flows.hasFlow(classifier.remoteHigh, classifier.remoteLow, classifier.localHigh,
            classifier.localLow, classifier.remotePort, classifier.localPort);
    }

    private void copyToOthers(final FrameBurst source, final int index) {
        for (int to = 0; to < table.engines(); to++) {
            if (to != engine) {
                copyTo(to, source, index);
            }
        }
    }

    private void copyTo(final int to, final FrameBurst source, final int index) {
        final int length = source.length(index);
        if (queue.allocate(copied, 1) == 0) {
            framesDropped++;
            return;
        }
        final int copy = copied.count() - 1;
        if (length <= copied.capacity(copy)) {
            UnsafeApi.copyMemory(source.address(index), copied.address(copy), length);
            copied.length(copy, length);
            copied.flags(copy, source.flags(index));
            copied.vlanTci(copy, source.vlanTci(index));
            if (steering.ring(engine, to).offer(copied, copy, -1)) {
                copied.clear();
                return;
            }
        }
        framesDropped++;
        queue.release(copied);
    }

    /**
     * Gives up buckets that this engine had before and of which it has no connection left. For now and then, not for every
     * duty cycle: walks all flows.
     */
    public void sweep() {
        if (flows == null || !isFormerOwner()) {
            return;
        }
        Arrays.fill(usedBuckets, 0);
        flows.forEachFlow(markUsed);
        for (int bucket = 0; bucket < table.buckets(); bucket++) {
            if ((usedBuckets[bucket / Long.SIZE] & 1L << bucket) == 0) {
                table.forget(bucket, engine);
            }
        }
    }

    private boolean isFormerOwner() {
        for (int bucket = 0; bucket < table.buckets(); bucket++) {
            if ((table.formerOwners(bucket) & 1L << engine) != 0) {
                return true;
            }
        }
        return false;
    }

    private void markUsed(final FourTuple flow) {
        final int bucket = table.bucket(flow.remoteHigh(), flow.remoteLow(), flow.localHigh(), flow.localLow(),
            flow.remotePort(), flow.localPort());
        usedBuckets[bucket / Long.SIZE] |= 1L << bucket;
    }

    /**
     * Frames that were handed to another engine.
     *
     * @return a count.
     */
    public long framesForwarded() {
        return framesForwarded;
    }

    /**
     * Frames that other engines handed over.
     *
     * @return a count.
     */
    public long framesTakenOver() {
        return framesTakenOver;
    }

    /**
     * Frames lost because the ring to another engine was full or no frame was left for a copy.
     *
     * @return a count.
     */
    public long framesDropped() {
        return framesDropped;
    }

    @Override
    public LinkCapabilities capabilities() {
        return queue.capabilities();
    }

    @Override
    public long macAddress() {
        return queue.macAddress();
    }

    @Override
    public boolean isUp() {
        return queue.isUp();
    }

    @Override
    public int transmitBurst(final FrameBurst frames) {
        return queue.transmitBurst(frames);
    }

    @Override
    public int allocate(final FrameBurst frames, final int count) {
        return queue.allocate(frames, count);
    }

    @Override
    public void release(final FrameBurst frames) {
        queue.release(frames);
    }

    /** {@inheritDoc} Frames that this engine had no room to hand on count as missed. */
    @Override
    public void statistics(final LinkStatistics statistics) {
        queue.statistics(statistics);
        statistics.missed += framesDropped;
    }

    /** Gives waiting frames back and closes the queue. The other engines must have stopped. */
    @Override
    public void close() {
        for (int from = 0; from < table.engines(); from++) {
            final FrameRing ring = steering.ring(from, engine);
            while (ring != null && !ring.isEmpty()) {
                ring.take(forwarded);
                queue.release(forwarded);
            }
        }
        queue.close();
    }
}
