package org.rds4j.peer;

import java.util.Arrays;
import org.rds4j.carrier.PathKey;
import org.rds4j.status.RdsCounter;

/**
 * The paths of one lane to a peer, and which of them takes a socket's messages, so that none overtakes another of its socket
 * when there are more or fewer paths than before. Both counts are powers of two, and a socket has a number of which path takes
 * as many low bits as there are paths; so path i of the greater count takes sockets of path i mod the smaller one.
 * <p>
 * <b>More.</b> Sockets take their new paths at once; each of these waits until what the path before it had taken is acknowledged.
 * <p>
 * <b>Fewer.</b> Sockets keep their paths for the moment. Those beyond the new count do not dial any more, and hand what they hold
 * and are given to the path that will take its place, in order. When they hold nothing, sockets take that one themselves. Engine
 * thread only.
 */
final class Lane {
    private static final long NO_CATCH_UP = Long.MIN_VALUE;

    private final PathServices services;
    private final PeerPath[] paths = new PeerPath[PathKey.MAX_PATHS];
    /** For each path the number in the log of the path before it from which on messages may be overtaken. */
    private final long[] catchUpSequence = new long[PathKey.MAX_PATHS];
    private final PeerPath[] before = new PeerPath[PathKey.MAX_PATHS];
    private int taken;

    /**
     * A lane without paths.
     *
     * @param services of its engine.
     * @param count    of paths that messages are spread over.
     */
    Lane(final PathServices services, final int count) {
        this.services = services;
        this.taken = count;
        Arrays.fill(catchUpSequence, NO_CATCH_UP);
    }

    void add(final PeerPath path) {
        paths[path.key().index()] = path;
    }

    PeerPath path(final int index) {
        return paths[index];
    }

    PeerPath first() {
        return paths[0];
    }

    /** Index of the path that takes messages of a socket. */
    int indexOf(final int port) {
        return ((port * 0x9e37_79b1) >>> 16) & (taken - 1);
    }

    /** Whether any path has messages, or had no room for one. */
    boolean hasQueued() {
        for (final PeerPath path : paths) {
            if (path != null && path.log().wantsCarrier()) {
                return true;
            }
        }
        return false;
    }

    /** Whether no path has messages. */
    boolean isEmpty() {
        return isEmptyFrom(0);
    }

    /**
     * Has messages spread over another number of paths; when these are fewer, only once the others hold nothing.
     *
     * @param count of paths.
     * @return whether sockets must ask for their paths again.
     */
    boolean spreadOver(final int count) {
        if (count == taken || (count < taken && !isEmptyFrom(count))) {
            return false;
        }
        for (int i = taken; i < count; i++) {
            final PeerPath previous = paths[i & taken - 1];
            if (previous != null && !previous.log().isEmpty()) {
                before[i] = previous;
                catchUpSequence[i] = previous.log().nextSequence();
            }
        }
        taken = count;
        return true;
    }

    private boolean isEmptyFrom(final int count) {
        for (int i = count; i < paths.length; i++) {
            if (paths[i] != null && !paths[i].log().isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Whether a path may transmit without overtaking what the path before it had taken. */
    boolean isCaughtUp(final int index) {
        if (catchUpSequence[index] == NO_CATCH_UP) {
            return true;
        }
        if (before[index].log().firstSequence() >= catchUpSequence[index]) {
            catchUpSequence[index] = NO_CATCH_UP;
            before[index] = null;
            return true;
        }
        services.counters().increment(RdsCounter.MPRDS_CATCHUP_TX0_RETRIES);
        return false;
    }

    /** The first path has taken messages of any socket: the others wait until these are acknowledged. */
    void stayBehindFirst() {
        for (int i = 1; i < taken; i++) {
            before[i] = paths[0];
            catchUpSequence[i] = paths[0].log().nextSequence();
        }
    }

    /** Whether no path waits for another than the first: what the first takes now can be waited for. */
    boolean isBehindFirstOnly() {
        for (int i = 1; i < taken; i++) {
            if (!isCaughtUp(i) && !before[i].equals(paths[0])) {
                return false;
            }
        }
        return true;
    }

    /** A path counts anew. */
    void onRenumbered(final PeerPath path) {
        for (int i = 0; i < before.length; i++) {
            if (path.equals(before[i])) {
                catchUpSequence[i] = path.log().nextSequence();
            }
        }
    }

    void touchPaths() {
        for (final PeerPath path : paths) {
            if (path != null) {
                path.touch();
            }
        }
    }
}
