package org.rds4j.peer;

import java.util.Arrays;
import org.rds4j.carrier.PathKey;

/**
 * A peer that knew no lanes has come back as one that does. What its default lane had taken for all of them goes first: the other
 * lanes wait until that is acknowledged, lest a message overtake another of its socket. Engine thread only.
 */
final class LanesRegained {
    private static final long NOTHING = Long.MIN_VALUE;

    /** For each path of the default lane the number in its log from which on messages may be overtaken. */
    private final long[] untilSequence = new long[PathKey.MAX_PATHS];
    private Lane defaultLane;

    /** The other lanes of the peer take messages again; the default one is null if nothing ever went over it. */
    void begin(final Lane lane) {
        defaultLane = lane;
        Arrays.fill(untilSequence, NOTHING);
        for (int i = 0; lane != null && i < untilSequence.length; i++) {
            if (lane.path(i) != null) {
                untilSequence[i] = lane.path(i).log().nextSequence();
            }
        }
    }

    /** A path counts anew, or has taken messages that another one held. */
    void onLogChanged(final PeerPath path) {
        if (defaultLane != null && path.equals(defaultLane.path(path.key().index()))) {
            untilSequence[path.key().index()] = path.log().nextSequence();
        }
    }

    /** Whether the other lanes may transmit. */
    boolean isOver() {
        for (int i = 0; defaultLane != null && i < untilSequence.length; i++) {
            final PeerPath path = defaultLane.path(i);
            if (path != null && path.log().firstSequence() < untilSequence[i]) {
                return false;
            }
        }
        defaultLane = null;
        return true;
    }
}
