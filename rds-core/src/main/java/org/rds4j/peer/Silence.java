package org.rds4j.peer;

/** Whether the peer has said something on the present carrier, and how long it may take. Engine thread only. */
final class Silence {
    /** A foreign acceptor that refuses does so within a round trip and a turn of its worker thread. */
    private static final long CONSENT_NS = 250_000_000L;
    /** A peer of this kind answers at once, unless it still reads an old carrier of the path. */
    private static final long FIRST_MESSAGE_NS = 10_000_000_000L;

    private boolean isHeard;
    private boolean isTried;
    private long sinceNs;
    private long endsNs;

    void onCarrierUp(final boolean isForeign, final long nowNs) {
        isHeard = false;
        isTried = false;
        sinceNs = nowNs;
        endsNs = nowNs + (isForeign ? CONSENT_NS : FIRST_MESSAGE_NS);
    }

    void onCarrierGone() {
        isHeard = false;
    }

    /** The peer was heard, or need not be. */
    void end() {
        isHeard = true;
    }

    boolean isHeard() {
        return isHeard;
    }

    /** When the present carrier was taken. */
    long sinceNs() {
        return sinceNs;
    }

    /** When the peer has been silent for too long. */
    long endsNs() {
        return endsNs;
    }

    /** The peer is asked whether it still is there. */
    void onTried() {
        isTried = true;
    }

    void onMessage() {
        isTried = false;
    }

    /** Whether it has said nothing since it was asked. */
    boolean isTried() {
        return isTried;
    }
}
