package org.rds4j.peer;

import org.rds4j.carrier.ByteCarrier;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.message.SendLog;

/** What this host says first on a carrier: the opener, if it has one to send there. Engine thread only. */
final class Opening {
    private enum Opener { NONE, DUE, SENT }

    private final Probe probe;
    private final OpenerMessage message = new OpenerMessage();
    private Opener opener = Opener.NONE;
    private boolean hasSpoken;

    Opening(final Probe probe) {
        this.probe = probe;
    }

    /** Nothing is said yet on a new carrier. */
    void onCarrierUp() {
        opener = Opener.NONE;
        hasSpoken = false;
    }

    /** This host dialed, for a lane or {@link ExtensionHeaderFlyweight#ABSENT}. */
    void ask(final SendLog log, final boolean isRetransmitted, final int lane) {
        final ExtensionHeaderFlyweight extensions = probe.extensions();
        message.ping(log.firstSequence() - 1, isRetransmitted,
            lane == ExtensionHeaderFlyweight.ABSENT ? extensions : extensions.lane(lane));
        opener = Opener.DUE;
    }

    /** The peer dialed, and asked. */
    void answer(final SendLog log, final boolean isRetransmitted) {
        message.pong(log.firstSequence() - 1, isRetransmitted, probe.extensions());
        opener = Opener.DUE;
    }

    boolean isDue() {
        return opener == Opener.DUE;
    }

    /** Sends what is due, if the carrier takes it. */
    boolean send(final ByteCarrier carrier) {
        final boolean isSent = probe.open(carrier, message);
        opener = isSent ? Opener.SENT : Opener.DUE;
        hasSpoken |= isSent;
        return isSent;
    }

    /** Messages go out without an opener. */
    void speakWithout() {
        hasSpoken = true;
    }

    /** Whether the peer may have heard something on this carrier. */
    boolean hasSpoken() {
        return hasSpoken;
    }
}
