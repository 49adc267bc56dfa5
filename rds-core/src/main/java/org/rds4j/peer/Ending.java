package org.rds4j.peer;

/** The end of a carrier: it may close in good order, within a time. Engine thread only. */
final class Ending {
    private final long patienceNs;
    private boolean isDown;
    private long deadlineNs;

    Ending(final long patienceNs) {
        this.patienceNs = patienceNs;
    }

    void onCarrierUp() {
        isDown = false;
    }

    void begin(final long nowNs) {
        deadlineNs = nowNs + patienceNs;
    }

    /** It was aborted, and goes down now. */
    void onAborted() {
        deadlineNs = Long.MAX_VALUE;
    }

    void onDown() {
        isDown = true;
    }

    /** Whether the carrier is down, though not all of it may have been read. */
    boolean isDown() {
        return isDown;
    }

    boolean isOverdue(final long nowNs) {
        return nowNs >= deadlineNs() && !isDown;
    }

    /** When it has to be aborted. */
    long deadlineNs() {
        return isDown ? Long.MAX_VALUE : deadlineNs;
    }
}
