package org.rds4j.tcp.send;

/**
 * F-RTO (RFC 5682): after a timeout only the head is sent again, and if that brings an acknowledgement, new data follows. When
 * the next one acknowledges what was never sent again, the first transmissions have arrived and the timeout was for nothing.
 */
final class SpuriousTimeout {
    /** What an acknowledgement has shown. */
    enum Verdict {
        /** Nothing yet. */
        OPEN,
        /** The timeout was for nothing. */
        SPURIOUS,
        /** It was not, or that cannot be known: what is held for lost is sent again. */
        CONVENTIONAL
    }

    private enum Step {
        IDLE, REPEATED, NEW_DATA
    }

    private Step step = Step.IDLE;

    void reset() {
        step = Step.IDLE;
    }

    /** The timer expired; the algorithm works only for the first timeout of a flight. */
    void begin() {
        step = Step.REPEATED;
    }

    /** Whether only new data may be sent, in order to find out. */
    boolean isProving() {
        return step == Step.NEW_DATA;
    }

    Verdict onAcknowledgement(final Acknowledgement ack, final long recoveryPoint, final boolean sack) {
        return switch (step) {
            case IDLE -> Verdict.OPEN;
            case REPEATED -> onFirst(ack, recoveryPoint, sack);
            case NEW_DATA -> onSecond(ack, recoveryPoint);
        };
    }

    private Verdict onFirst(final Acknowledgement ack, final long recoveryPoint, final boolean sack) {
        if (ack.acknowledged() == 0) {
            // with SACK a duplicate is only noted (section 3.1 step 2); without, it says that the flight is gone
            return ack.isDuplicate() && !sack ? end(Verdict.CONVENTIONAL) : Verdict.OPEN;
        }
        if (ack.position() >= recoveryPoint || !ack.hasUnsent()) {
            return end(Verdict.CONVENTIONAL);
        }
        step = Step.NEW_DATA;
        return Verdict.OPEN;
    }

    private Verdict onSecond(final Acknowledgement ack, final long recoveryPoint) {
        if (ack.acknowledged() == 0 && ack.delivered() == 0 && !ack.isDuplicate()) {
            return Verdict.OPEN;
        }
        final long covered = ack.blocks() == 0 ? ack.position() : ack.end(ack.blocks() - 1);
        if (covered > recoveryPoint || !ack.hasOriginals()) {
            return end(Verdict.CONVENTIONAL);
        }
        return end(Verdict.SPURIOUS);
    }

    private Verdict end(final Verdict verdict) {
        step = Step.IDLE;
        return verdict;
    }
}
