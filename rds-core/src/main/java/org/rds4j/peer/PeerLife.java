package org.rds4j.peer;

import org.rds4j.message.SendLog;
import org.rds4j.status.RdsCounter;

/**
 * Which of the peer's lives a path speaks to: a peer that has restarted tells another generation, and what was sent to its
 * earlier life is not sent to this one. Engine thread only.
 */
final class PeerLife {
    private final PathServices services;
    private final SendLog log;
    private int generation;
    private boolean isRestartDue;
    private long dropBeforeSequence;

    PeerLife(final PathServices services, final SendLog log) {
        this.services = services;
        this.log = log;
    }

    /** The peer's generation, 0 while unknown. */
    int generation() {
        return generation;
    }

    /** Whether what the peer tells counts: a carrier of its earlier life has nothing to say of the present one. */
    boolean isNews(final int told) {
        return told != 0 && !isRestartDue;
    }

    /** Takes the generation that the peer tells; true if it has restarted. */
    boolean begin(final int told) {
        final boolean isRestart = generation != 0 && generation != told;
        generation = told;
        return isRestart;
    }

    /** The restart is to come once the carrier, which is of the earlier life, is over. */
    void postponeRestart() {
        isRestartDue = true;
    }

    boolean isRestartDue() {
        return isRestartDue;
    }

    /**
     * Drops what was sent to the earlier life, as far as no carrier has hold of it, and counts anew.
     *
     * @param firstSequence to count from.
     * @return whether the log counts from there; it cannot while the present carrier has messages.
     */
    boolean restart(final long firstSequence) {
        isRestartDue = false;
        dropOffered(log.nextSequence());
        if (!log.hasOffered() && log.unacknowledgedLength() == 0) {
            log.renumber(firstSequence);
            return true;
        }
        dropBeforeSequence = log.firstUnsentSequence();
        return false;
    }

    /** The rest of what was sent to the earlier life can be dropped. */
    void onCarrierGone() {
        if (dropBeforeSequence > 0) {
            dropOffered(dropBeforeSequence);
        }
    }

    private void dropOffered(final long beforeSequence) {
        dropBeforeSequence = 0;
        services.counters().add(RdsCounter.SEND_DROP_GENERATION, log.dropOffered(beforeSequence, services.released()));
    }
}
