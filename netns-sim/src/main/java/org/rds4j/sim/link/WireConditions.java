package org.rds4j.sim.link;

/**
 * How one direction of a link treats frames. Immutable; a link takes new conditions at any time, and frames that are
 * already on the way keep the fate they had.
 *
 * @param delayNs        propagation time.
 * @param bitsPerSecond  rate at which frames are put on the wire, each with 24 octets of overhead; 0 is without limit.
 * @param queueLimit     octets on the wire that may wait for a wire with a rate; a frame that finds the wire idle always passes.
 * @param pushBack       true when a full queue makes the port refuse frames, as the ring of a NIC does; false when it drops
 *                       them, as a switch does.
 * @param loss           chance that a frame is lost.
 * @param duplication    chance that a frame arrives twice.
 * @param reordering     chance that a frame is held up.
 * @param reorderDelayNs longest time that a frame is held up; the time is drawn evenly from 1 to this.
 * @param corruption     chance that one bit of a frame is flipped.
 * @param markThreshold  octets that wait for a wire with a rate above which packets that can be are marked as having met
 *                       congestion (RFC 3168), as a switch with a step threshold does (RFC 8257 section 3.1); 2^30 is never.
 */
public record WireConditions(
    long delayNs,
    long bitsPerSecond,
    long queueLimit,
    boolean pushBack,
    double loss,
    double duplication,
    double reordering,
    long reorderDelayNs,
    double corruption,
    long markThreshold) {

    private static final long NO_LIMIT = 1L << 30;

    /** No delay, no limit, no fault. */
    public static final WireConditions PERFECT = new WireConditions(0, 0, NO_LIMIT, false, 0, 0, 0, 0, 0, NO_LIMIT);

    /** Checks the ranges. */
    public WireConditions {
        require(delayNs >= 0, "delay", delayNs);
        require(bitsPerSecond >= 0, "rate", bitsPerSecond);
        require(queueLimit >= 0 && queueLimit <= NO_LIMIT, "queue limit", queueLimit);
        require(loss >= 0 && loss <= 1, "loss", loss);
        require(duplication >= 0 && duplication <= 1, "duplication", duplication);
        require(reordering >= 0 && reordering <= 1, "reordering", reordering);
        require(reorderDelayNs >= 0, "reorder delay", reorderDelayNs);
        require(reordering == 0 || reorderDelayNs > 0, "reorder delay with reordering", reorderDelayNs);
        require(corruption >= 0 && corruption <= 1, "corruption", corruption);
        require(markThreshold >= 0 && markThreshold <= NO_LIMIT, "mark threshold", markThreshold);
    }

    private static void require(final boolean holds, final String what, final Object value) {
        if (!holds) {
            throw new IllegalArgumentException(what + " of " + value + " is out of range");
        }
    }

    /**
     * Other delay.
     *
     * @param ns propagation time.
     * @return changed conditions.
     */
    public WireConditions withDelayNs(final long ns) {
        return new WireConditions(
            ns, bitsPerSecond, queueLimit, pushBack, loss, duplication, reordering, reorderDelayNs, corruption,
            markThreshold);
    }

    /**
     * Other rate and a queue that drops when full.
     *
     * @param rate  bits per second, 0 without limit.
     * @param limit octets on the wire that may wait.
     * @return changed conditions.
     */
    public WireConditions withRate(final long rate, final long limit) {
        return new WireConditions(delayNs, rate, limit, false, loss, duplication, reordering, reorderDelayNs, corruption,
            markThreshold);
    }

    /**
     * Other rate and a queue that pushes back when full.
     *
     * @param rate  bits per second, 0 without limit.
     * @param limit octets on the wire that may wait.
     * @return changed conditions.
     */
    public WireConditions withPushBackRate(final long rate, final long limit) {
        return new WireConditions(delayNs, rate, limit, true, loss, duplication, reordering, reorderDelayNs, corruption,
            markThreshold);
    }

    /**
     * Other loss.
     *
     * @param chance 0 to 1.
     * @return changed conditions.
     */
    public WireConditions withLoss(final double chance) {
        return new WireConditions(
            delayNs, bitsPerSecond, queueLimit, pushBack, chance, duplication, reordering, reorderDelayNs, corruption,
            markThreshold);
    }

    /**
     * Other duplication.
     *
     * @param chance 0 to 1.
     * @return changed conditions.
     */
    public WireConditions withDuplication(final double chance) {
        return new WireConditions(
            delayNs, bitsPerSecond, queueLimit, pushBack, loss, chance, reordering, reorderDelayNs, corruption,
            markThreshold);
    }

    /**
     * Other reordering.
     *
     * @param chance 0 to 1.
     * @param ns     longest hold-up, more than 0 with a chance.
     * @return changed conditions.
     */
    public WireConditions withReordering(final double chance, final long ns) {
        return new WireConditions(
            delayNs, bitsPerSecond, queueLimit, pushBack, loss, duplication, chance, ns, corruption, markThreshold);
    }

    /**
     * Other corruption.
     *
     * @param chance 0 to 1.
     * @return changed conditions.
     */
    public WireConditions withCorruption(final double chance) {
        return new WireConditions(
            delayNs, bitsPerSecond, queueLimit, pushBack, loss, duplication, reordering, reorderDelayNs, chance, markThreshold);
    }

    /**
     * Other marking.
     *
     * @param threshold octets that wait above which packets are marked, 2^30 for never.
     * @return changed conditions.
     */
    public WireConditions withMarking(final long threshold) {
        return new WireConditions(
            delayNs, bitsPerSecond, queueLimit, pushBack, loss, duplication, reordering, reorderDelayNs, corruption, threshold);
    }
}
