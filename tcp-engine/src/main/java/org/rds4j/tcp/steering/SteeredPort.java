package org.rds4j.tcp.steering;

import java.util.Arrays;
import java.util.function.Consumer;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.ForwardingPort;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.LinkStatistics;
import org.rds4j.tcp.sequence.InitialNumbers;
import org.rds4j.tcp.table.FourTuple;

/**
 * A queue of a multi-queue device as one engine sees it: only frames of flows that it owns come in, wherever the device
 * delivered them. Those of others are handed to their engine by a ring; what neighbours say of themselves goes to every engine,
 * their requests and all else to the first. One thread, its engine's.
 * <p>
 * A bucket that has changed hands goes to its former owners first, each of which keeps what belongs to a connection it still has
 * or to a handshake it has under way, so a table may be rewritten under load. {@link #sweep} ends that once nothing is left.
 * <p>
 * No flow is ever two engines'. All frames of a burst are judged by one version of the table, and a frame that comes to the owner
 * under a version has been looked at by all former owners under the same: by then what one of them took by an older version was
 * in an earlier burst, and is a flow that it knows. A flow opened from here is announced by its port before it is opened.
 */
public final class SteeredPort extends ForwardingPort implements FlowOwner {
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
    private final ReturnedCookies returnedCookies;
    private final Consumer<FourTuple> markUsed = this::markUsed;
    private final PortUse portUse;
    private final SteeringCounters counters = new SteeringCounters();
    private final long[] formerBuckets;
    private final long[] usedBuckets;
    private EngineFlows flows;
    private SteeringTable.Owners owners;
    private boolean hasLooked;
    private int nextRing;
    private int sweptVersion;
    private long cookiesExpireNs = Long.MIN_VALUE / 2;

    SteeredPort(final Steering steering, final LinkPort queue, final int engine, final int burst) {
        super(queue);
        this.steering = steering;
        this.table = steering.table();
        this.queue = queue;
        this.engine = engine;
        this.owners = table.current();
        this.portUse = steering.portUse(engine);
        this.arrived = new FrameBurst(Math.max(1, burst / 2));
        this.refused = new FrameBurst(Math.max(2, burst));
        this.returnedCookies = new ReturnedCookies(Math.max(2, burst));
        this.formerBuckets = new long[(table.buckets() + Long.SIZE - 1) / Long.SIZE];
        this.usedBuckets = new long[formerBuckets.length];
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

    @Override
    public boolean claim(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        final int bucket = table.bucket(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort);
        if (!isFree(bucket, localPort)) {
            return false;
        }
        portUse.claim(localPort);
        return isFree(bucket, localPort); // once more: a rewrite meanwhile is seen here, or its new owner sees the claim
    }

    private boolean isFree(final int bucket, final int localPort) {
        if (table.owner(bucket) != engine) {
            return false;
        }
        long others = table.formerOwners(bucket) & ~(1L << engine);
        while (others != 0 && !steering.portUse(Long.numberOfTrailingZeros(others)).isUsed(localPort)) {
            others &= others - 1;
        }
        return others == 0;
    }

    @Override
    public void opened(final int localPort) {
        portUse.opened(localPort);
    }

    @Override
    public void closed(final int localPort) {
        portUse.closed(localPort);
    }

    @Override
    public void unify(final InitialNumbers numbers) {
        numbers.secret(steering.secret());
    }

    /** {@inheritDoc} Half of the room is the device's, so that neither it nor the other engines are kept waiting. */
    @Override
    public int receiveBurst(final FrameBurst frames) {
        frames.clear();
        returnedCookies.clear();
        owners = table.current();
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
            while (ring != null && hasRoom(frames) && !ring.isEmpty()) {
                final long visited = ring.take(forwarded, owners.version);
                counters.increment(SteeringCounter.TAKEN_OVER);
                place(forwarded, 0, visited, frames);
                forwarded.clear();
            }
        }
        nextRing = (nextRing + 1) % engines;
    }

    private boolean hasRoom(final FrameBurst frames) {
        return frames.room() > 0 && refused.room() > 0 && !returnedCookies.isFull();
    }

    /** Keeps a frame or hands it on. A frame that was copied for this engine carries all engines as having had it. */
    private void place(final FrameBurst source, final int index, final long visited, final FrameBurst frames) {
        final int to = visited == FrameRing.ALL ? engine : destination(source, index, visited);
        if (to == engine) {
            source.copyTo(index, frames);
        } else if (steering.ring(engine, to).offer(
            source, index, hasLooked ? visited | 1L << engine : visited, owners.version)) {
            counters.increment(SteeringCounter.FORWARDED);
        } else {
            counters.increment(SteeringCounter.DROP_RING_FULL);
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
        return former == NOBODY ? owners.of(bucket) : former;
    }

    /** A former owner that may have the flow. This engine looks first, so that it has looked before it hands the frame on. */
    private int formerOwner(final long former) {
        hasLooked = former != 0;
        if (hasLooked && (hasFlow() || hasCookie())) {
            return engine;
        }
        final long others = former & ~(1L << engine);
        return others == 0 ? NOBODY : Long.numberOfTrailingZeros(others);
    }

    private boolean hasFlow() {
        return flows != null && flows.hasFlow(classifier.remoteHigh, classifier.remoteLow, classifier.localHigh,
            classifier.localLow, classifier.remotePort, classifier.localPort);
    }

    private boolean hasCookie() {
        if (flows == null || !classifier.isAcknowledgement) {
            return false;
        }
        if (returnedCookies.has(classifier)) {
            return true;
        }
        final boolean isCookie = flows.hasCookie(classifier.remoteHigh, classifier.remoteLow, classifier.localHigh,
            classifier.localLow, classifier.remotePort, classifier.localPort, classifier.sequence, classifier.acknowledgement);
        if (isCookie) {
            returnedCookies.add(classifier);
        }
        return isCookie;
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
            counters.increment(SteeringCounter.DROP_NO_FRAME);
            return;
        }
        final int copy = copied.count() - 1;
        SteeringCounter outcome = SteeringCounter.DROP_NO_FRAME;
        if (length <= copied.capacity(copy)) {
            UnsafeApi.copyMemory(source.address(index), copied.address(copy), length);
            copied.length(copy, length);
            copied.flags(copy, source.flags(index));
            copied.vlanTci(copy, source.vlanTci(index));
            outcome = steering.ring(engine, to).offer(copied, copy, FrameRing.ALL, owners.version)
                ? SteeringCounter.COPIED : SteeringCounter.DROP_RING_FULL;
        }
        counters.increment(outcome);
        if (outcome == SteeringCounter.COPIED) {
            copied.clear();
        } else {
            queue.release(copied);
        }
    }

    /**
     * Gives up buckets that this engine had before and of which it has no connection left, nor a cookie under way. For now and
     * then, not for every duty cycle: walks all flows if there is such a bucket.
     *
     * @param nowNs the engine's time.
     */
    public void sweep(final long nowNs) {
        if (flows == null || !isQuiet() || nowNs - cookiesExpireNs < 0) {
            return;
        }
        Arrays.fill(usedBuckets, 0);
        flows.forEachFlow(markUsed);
        for (int bucket = 0; bucket < table.buckets(); bucket++) {
            if (isUnused(bucket)) {
                table.forget(bucket, engine);
            }
        }
        if (table.version() != sweptVersion) {
            for (int bucket = 0; bucket < table.buckets(); bucket++) {
                if (isUnused(bucket)) {
                    table.remember(bucket, engine);
                }
            }
        }
    }

    private boolean isUnused(final int bucket) {
        final int word = bucket / Long.SIZE;
        return (formerBuckets[word] & ~usedBuckets[word] & 1L << bucket) != 0;
    }

    /**
     * Notes which buckets this engine had before; false if there is none, or the table is being rewritten. No cookie has been
     * sent for those since the table was last rewritten.
     */
    private boolean isQuiet() {
        final int version = table.version();
        if (version != sweptVersion) {
            sweptVersion = version;
            cookiesExpireNs = flows.cookiesExpireNs();
        }
        boolean isAny = false;
        Arrays.fill(formerBuckets, 0);
        for (int bucket = 0; bucket < table.buckets(); bucket++) {
            if ((table.formerOwners(bucket) & 1L << engine) != 0) {
                formerBuckets[bucket / Long.SIZE] |= 1L << bucket;
                isAny = true;
            }
        }
        return isAny && (version & 1) == 0 && version == table.version();
    }

    private void markUsed(final FourTuple flow) {
        final int bucket = table.bucket(flow.remoteHigh(), flow.remoteLow(), flow.localHigh(), flow.localLow(),
            flow.remotePort(), flow.localPort());
        usedBuckets[bucket / Long.SIZE] |= 1L << bucket;
    }

    /**
     * What this engine's part of steering counts.
     *
     * @return live counters, readable from any thread.
     */
    public SteeringCounters counters() {
        return counters;
    }

    /** {@inheritDoc} Frames for which a ring to another engine had no room count as missed. */
    @Override
    public void statistics(final LinkStatistics statistics) {
        super.statistics(statistics);
        statistics.missed += counters.get(SteeringCounter.DROP_RING_FULL);
    }

    /** Gives waiting frames back and closes the queue. The other engines must have stopped. */
    @Override
    public void close() {
        for (int from = 0; from < table.engines(); from++) {
            final FrameRing ring = steering.ring(from, engine);
            while (ring != null && !ring.isEmpty()) {
                ring.take(forwarded, owners.version);
                queue.release(forwarded);
            }
        }
        super.close();
    }
}
