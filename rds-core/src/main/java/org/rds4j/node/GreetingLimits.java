package org.rds4j.node;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.rds4j.RdsContext;

/**
 * How many accepted connections may be on their way to a path at once, and how many handshakes may begin in a second: of one
 * address, and of all. Engine thread only.
 */
final class GreetingLimits {
    /** Addresses remembered; each has completed a TCP handshake, so it is its own. */
    private static final int MAX_HOSTS = 4096;

    private final boolean isSecure;
    private final int maxPerHost;
    private final Rate rate;
    private final int ratePerHost;
    private final Map<Address, Host> hosts = new HashMap<>();

    private record Address(long high, long low) {
    }

    /** An address that has come lately. */
    private static final class Host {
        private final Rate rate;
        private int greetings;

        Host(final Rate rate) {
            this.rate = rate;
        }
    }

    /**
     * Limits of a node.
     *
     * @param context  their figures.
     * @param isSecure whether a greeting is a handshake; without encryption it costs nothing worth a rate.
     */
    GreetingLimits(final RdsContext context, final boolean isSecure) {
        this.isSecure = isSecure;
        this.maxPerHost = context.maxHandshakesPerHost();
        this.rate = new Rate(context.handshakeRate());
        this.ratePerHost = context.handshakeRatePerHost();
    }

    /**
     * A connection has been accepted.
     *
     * @return null when its greeting may begin, which then is to be followed by {@link #onEnd}; else which limit it has met.
     */
    NodeCounter onBegin(final long high, final long low, final long nowNs) {
        final Host host = host(new Address(high, low), nowNs);
        if (host == null) {
            return NodeCounter.GREETINGS_FULL;
        }
        if (host.greetings >= maxPerHost) {
            return NodeCounter.GREETINGS_FULL_HOST;
        }
        if (isSecure && !host.rate.has(nowNs)) {
            return NodeCounter.HANDSHAKE_RATE_HOST;
        }
        if (isSecure && !rate.has(nowNs)) {
            return NodeCounter.HANDSHAKE_RATE;
        }
        host.greetings++;
        host.rate.take(nowNs);
        rate.take(nowNs);
        return null;
    }

    /** The greeting is over, either way. */
    void onEnd(final long high, final long low) {
        hosts.get(new Address(high, low)).greetings--;
    }

    private Host host(final Address address, final long nowNs) {
        final Host known = hosts.get(address);
        if (known != null) {
            return known;
        }
        if (hosts.size() >= MAX_HOSTS) {
            forgetIdle(nowNs);
        }
        if (hosts.size() >= MAX_HOSTS) {
            return null;
        }
        final Host host = new Host(new Rate(ratePerHost));
        hosts.put(address, host);
        return host;
    }

    private void forgetIdle(final long nowNs) {
        final Iterator<Host> all = hosts.values().iterator();
        while (all.hasNext()) {
            final Host host = all.next();
            if (host.greetings == 0 && host.rate.isIdle(nowNs)) {
                all.remove();
            }
        }
    }
}
