package org.rds4j.peer;

import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.PathKey;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.message.SendLog;

/** Gives a path's carriers what is to go out: the opener, congestion maps, and the messages of the log. Engine thread only. */
final class PathSender {
    private final Peer peer;
    private final PathKey key;
    private final SendLog log;
    private final Opening opening;
    private boolean hasOffered;

    PathSender(final PathServices services, final Peer peer, final PathKey key, final SendLog log) {
        this.peer = peer;
        this.key = key;
        this.log = log;
        this.opening = new Opening(services.probe());
    }

    void onCarrierUp() {
        opening.onCarrierUp();
        peer.mapSender().onCarrierUp();
    }

    void onCarrierGone(final ByteCarrier carrier) {
        peer.mapSender().onCarrierGone(carrier);
    }

    /** This host dialed, for a lane or {@link ExtensionHeaderFlyweight#ABSENT}: a probe that asks opens the carrier. */
    void ask(final int lane) {
        opening.ask(log, hasOffered, lane);
    }

    /** The peer dialed, and asked. */
    void answer() {
        opening.answer(log, hasOffered);
    }

    /** Messages go out without an opener. */
    void speakWithoutOpener() {
        opening.speakWithout();
    }

    /** Whether the peer may have heard something on this carrier. */
    boolean hasSpoken() {
        return opening.hasSpoken();
    }

    /** Whether there is something that the carrier could take now. */
    boolean hasWork(final ByteCarrier carrier, final boolean isHeard) {
        return opening.isDue() || (isHeard && (log.hasUnsent() || peer.mapSender().isOffering(carrier)));
    }

    /** The log counts anew. */
    void onRenumbered() {
        hasOffered = false;
    }

    /** Sends what is due, once the peer was heard; before that the opener only. How many chunks. */
    int send(final ByteCarrier carrier, final boolean isHeard, final long nowNs) {
        if ((opening.isDue() && !opening.send(carrier)) || !isHeard
            || (!log.isInsideMessage() && !peer.mapSender().poll(carrier, !peer.isForeign(), nowNs))
            || !log.hasUnsent() || !peer.isCaughtUp(key)) {
            return 0;
        }
        int work = 0;
        while (log.hasUnsent() && carrier.isReady()) {
            final int length = log.prepareChunk(carrier.maxChunkLength());
            final long position = carrier.offer(log.chunkAddress(), length);
            if (position == ByteCarrier.NOT_NOW) {
                break;
            }
            log.onChunkTaken(position);
            hasOffered = true;
            work++;
        }
        return work;
    }
}
