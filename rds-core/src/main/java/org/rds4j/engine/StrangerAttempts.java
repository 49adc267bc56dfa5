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
    /** As many as may be out to hosts that knocked. */
    private static final int MOST_KNOCKERS = 256;
    /** As many as may be out to the others, which forged addresses can make wait: each takes a connection meanwhile. */
    private static final int MOST_ORPHANS = 8;

    private final PathConnector connector;
    private final ConnectBudget budget;
    private final Share knockers;
    private final Share orphans;

    /** What attempts for one reason may take. */
    private static final class Share {
        final ConnectBudget budget;
        final int most;
        final Set<PathKey> underWay = new HashSet<>();

        Share(final int attemptsPerSecond, final int most) {
            this.budget = new ConnectBudget(Math.max(1, attemptsPerSecond / SHARE));
            this.most = most;
        }
    }

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
        this.knockers = new Share(attemptsPerSecond, MOST_KNOCKERS);
        this.orphans = new Share(attemptsPerSecond, MOST_ORPHANS);
    }

    /** Dials a host that has knocked, if that may be done at once. Its address is its own: it completed a handshake. */
    boolean tryConnect(final PathKey key, final long nowNs) {
        return isFree(knockers, nowNs) && dial(knockers, key, nowNs);
    }

    /** Dials a host of which a segment came, which may be forged, if that may be done at once. */
    boolean tryConnectToOrphan(final long high, final long low, final int lane, final long nowNs) {
        return isFree(orphans, nowNs) && dial(orphans, new PathKey(high, low, lane, 0), nowNs);
    }

    private boolean isFree(final Share share, final long nowNs) {
        return share.underWay.size() < share.most && share.budget.isFree(nowNs) && budget.isFree(nowNs);
    }

    private boolean dial(final Share share, final PathKey key, final long nowNs) {
        if (knockers.underWay.contains(key) || orphans.underWay.contains(key)) {
            return false;
        }
        share.underWay.add(key);
        share.budget.reserve(nowNs);
        budget.reserve(nowNs);
        connector.connect(key, nowNs);
        return true;
    }

    /** An attempt, whoever's, has ended. */
    void onEnded(final PathKey key) {
        takeOver(key);
    }

    private boolean takeOver(final PathKey key) {
        return knockers.underWay.remove(key) || orphans.underWay.remove(key);
    }

    @Override
    public void connect(final PathKey key, final long nowNs) {
        if (!takeOver(key)) {
            connector.connect(key, nowNs);
        }
    }

    @Override
    public void knock(final PathKey key, final long nowNs) {
        connector.knock(key, nowNs);
    }
}
