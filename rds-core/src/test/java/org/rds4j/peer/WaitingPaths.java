package org.rds4j.peer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.rds4j.carrier.PathKey;

/** Looks whether a path that waits does so rightly: a path that nobody lists when it should be is silent for ever. */
public final class WaitingPaths {
    private WaitingPaths() {
    }

    public static void check(final PeerPath path) {
        if (!path.isListed) {
            assertFalse(path.hasWork(), () -> path.key() + " has work and waits, " + path.state());
            final long wantedNs = path.nextDeadlineNs();
            assertTrue(path.deadlineNs <= wantedNs || (path.isHeard() && isCovered(path.peer(), wantedNs)),
                () -> path.key() + " waits beyond its deadline, " + path.state());
        }
    }

    /** A map that is due goes over any one of the paths that are up. */
    private static boolean isCovered(final Peer peer, final long deadlineNs) {
        for (int lane = 0; lane < PathKey.MAX_LANES; lane++) {
            for (int index = 0; index < PathKey.MAX_PATHS; index++) {
                final PeerPath other = peer.path(lane, index);
                if (other != null && other.isHeard() && (other.isListed || other.deadlineNs <= deadlineNs)) {
                    return true;
                }
            }
        }
        return false;
    }

    public static boolean isListed(final PeerPath path) {
        return path.isListed;
    }
}
