package org.rds4j.peer;

import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.PathKey;
import org.rds4j.status.RdsCounter;

/**
 * When a path without a carrier tries to get one: after a delay of its own, at a moment reserved of the engine's budget, and one
 * attempt at a time. Engine thread only.
 */
final class Attempts {
    /** How late a reserved attempt may be made: later its moment is lost, because others have had theirs since. */
    private static final long RESERVATION_NS = 100_000_000L;
    /** How often a knock may cut a wait short. */
    private static final long KNOCK_INTERVAL_NS = 1_000_000_000L;

    private final PathServices services;
    private final PathKey key;
    private final boolean isDialer;
    private final ReconnectPolicy reconnect;
    private long nextNs;
    private long nextKnockNs;
    private boolean isReserved;
    /** An attempt outlasts a carrier that came meanwhile. */
    private boolean isOut;

    /** The first is due at once. */
    Attempts(final PathServices services, final PathKey key, final boolean isDialer, final long nowNs) {
        this.services = services;
        this.key = key;
        this.isDialer = isDialer;
        this.reconnect = new ReconnectPolicy(
            services.context().reconnectMinDelayNs(), services.context().reconnectMaxDelayNs(), services.random());
        planNext(nowNs);
    }

    /** The one before it came to nothing, or its carrier is over. */
    void planNext(final long nowNs) {
        nextNs = nowNs + reconnect.nextDelayNs();
    }

    /** When the next may be made, as far as is known now; {@link Long#MAX_VALUE} while one is under way. */
    long dueNs() {
        return isOut ? Long.MAX_VALUE : nextNs;
    }

    /** Asks for a moment of the budget; false if it is later than now. */
    boolean reserve(final long nowNs) {
        if (!isReserved || nowNs - nextNs > RESERVATION_NS) {
            isReserved = true;
            nextNs = services.budget().reserve(nowNs);
            if (nextNs > nowNs) {
                services.counters().increment(RdsCounter.CONN_ATTEMPTS_DEFERRED);
                return false;
            }
        }
        return true;
    }

    /** Uses the moment reserved: dials, or asks the peer to dial. May end before this returns. */
    void make(final long nowNs) {
        isReserved = false;
        isOut = true;
        services.counters().increment(RdsCounter.CONN_ATTEMPTS);
        if (isDialer) {
            services.connector().connect(key, nowNs);
        } else {
            services.connector().knock(key, nowNs);
        }
    }

    void onEnded() {
        isOut = false;
    }

    void onCarrierUp() {
        isReserved = false;
    }

    /** The peer asks to be dialed: now and then that cuts the delay short, but not the wait for the budget. */
    void onKnock(final long nowNs) {
        if (!isReserved && nowNs >= nextKnockNs) {
            nextKnockNs = nowNs + KNOCK_INTERVAL_NS;
            nextNs = nowNs;
        }
    }

    /** What went wrong tells how soon it may go right. */
    void onFailed(final CarrierDownReason reason) {
        if (reason == CarrierDownReason.SECURITY) {
            reconnect.onAuthenticationFailed();
        }
    }

    /** The peer was heard. */
    void onHeard() {
        if (services.context().reconnectResetAfterNs() == 0) {
            reconnect.reset();
        }
    }

    /** A carrier on which the peer was heard is over. */
    void onServed(final long durationNs) {
        if (durationNs >= services.context().reconnectResetAfterNs()) {
            reconnect.reset();
        }
    }
}
