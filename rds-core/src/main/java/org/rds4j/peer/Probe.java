package org.rds4j.peer;

import org.rds4j.carrier.ByteCarrier;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.message.SendLog;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/**
 * What this host tells peers of itself, in Linux's order: how many paths it has, which of its lives this is, and that its ports
 * tell the index of a path. It is said in openers, and in the middle of a carrier in ordinary messages of the log, which are
 * counted when they are given to the one or the other. Engine thread only.
 */
public final class Probe {
    private static final int NO_OWNER = 0;

    private final int pathCount;
    private final int generation;
    private final RdsCounters counters;
    private final ExtensionHeaderFlyweight extensions = new ExtensionHeaderFlyweight();

    /**
     * The same for all peers.
     *
     * @param pathCount  of a lane of this host.
     * @param generation random, not 0, new with each start.
     * @param counters   of the engine.
     */
    public Probe(final int pathCount, final int generation, final RdsCounters counters) {
        this.pathCount = pathCount;
        this.generation = generation;
        this.counters = counters;
    }

    /** Valid until the next call of anything here. */
    ExtensionHeaderFlyweight extensions() {
        return extensions.clear().pathCount(pathCount).generation(generation).sourcePortIndex();
    }

    /** Sends an opener, if the carrier takes it. */
    boolean open(final ByteCarrier carrier, final OpenerMessage opener) {
        return carrier.isReady() && count(carrier.offer(opener.address(), OpenerMessage.LENGTH) != ByteCarrier.NOT_NOW);
    }

    /** Asks in the middle of a carrier. */
    boolean ping(final SendLog log) {
        return append(log, RdsHeaderFlyweight.PROBE_PORT, RdsHeaderFlyweight.PING_PORT);
    }

    /**
     * Answers a ping that came in the middle of a carrier, as from Linux.
     *
     * @param log of the path it came over.
     * @return false when the log has no room.
     */
    public boolean pong(final SendLog log) {
        return append(log, RdsHeaderFlyweight.PING_PORT, RdsHeaderFlyweight.PROBE_PORT);
    }

    private boolean append(final SendLog log, final int sourcePort, final int destinationPort) {
        extensions();
        return count(log.append(sourcePort, destinationPort, 0, 0, NO_OWNER, extensions.high(), extensions.low()));
    }

    private boolean count(final boolean isSent) {
        if (isSent) {
            counters.increment(RdsCounter.SEND_PONG);
        }
        return isSent;
    }
}
