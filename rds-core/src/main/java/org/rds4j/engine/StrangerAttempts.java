package org.rds4j.engine;

import java.util.HashSet;
import java.util.Set;
import org.rds4j.carrier.PathConnector;
import org.rds4j.carrier.PathKey;
import org.rds4j.peer.ConnectBudget;

/**
 * Attempts to connect to hosts of which nothing is known but that they knocked, or have connections that nobody here knows of: a
 * share of the budget for each reason, and one at a time for each host. When such a host becomes a peer meanwhile, the attempt
 * is its path's, so that there is no second one beside it.
 */
final class StrangerAttempts implements PathConnector {
    /** Of the attempts to connect, at most one in so many goes to strangers that knock, and as many to the others. */
    private static final int SHARE = 10;
    /** As many as may be out. */
    private static final int CAPACITY = 256;

    private final PathConnector connector;
    private final ConnectBudget budget;
    private final ConnectBudget knocks;
    private final ConnectBudget orphans;
    private final Set<PathKey> underWay = new HashSet<>();

    /**
     * No attempts.
     *
     * @param connector         makes them, and all others.
     * @param budget            of all attempts.
     * @param attemptsPerSecond of that budget.
     */
    StrangerAttempts(final PathConnector connector, final ConnectBudget budget, final int attemptsPerSecond) {
        this.connector = connector;
        this.budget = budget;
        this.knocks = new ConnectBudget(Math.max(1, attemptsPerSecond / SHARE));
        this.orphans = new ConnectBudget(Math.max(1, attemptsPerSecond / SHARE));
    }

    /** Dials a host that has knocked, if that may be done at once. Its address is its own: it completed a handshake. */
    boolean tryConnect(final PathKey key, final long nowNs) {
        return tryConnect(key, knocks, nowNs);
    }

    /** Dials a host of which a segment came. Its address may be forged, so this costs those that knock nothing. */
    boolean tryConnectToOrphan(final PathKey key, final long nowNs) {
        return tryConnect(key, orphans, nowNs);
    }

    private boolean tryConnect(final PathKey key, final ConnectBudget ownBudget, final long nowNs) {
        if (underWay.size() >= CAPACITY || !ownBudget.isFree(nowNs) || !budget.isFree(nowNs) || !underWay.add(key)) {
            return false;
        }
        ownBudget.reserve(nowNs);
        budget.reserve(nowNs);
        connector.connect(key, nowNs);
        return true;
    }

    /** An attempt, whoever's, has ended. */
    void onEnded(final PathKey key) {
        underWay.remove(key);
    }

    @Override
    public void connect(final PathKey key, final long nowNs) {
        if (!underWay.remove(key)) {
            connector.connect(key, nowNs);
        }
    }

    @Override
    public void knock(final PathKey key, final long nowNs) {
        connector.knock(key, nowNs);
    }
}
