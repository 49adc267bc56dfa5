package org.rds4j.tcp;

import org.rds4j.tcp.network.NetworkRoute;

/** Where the engine finds the way to a host. */
@FunctionalInterface
public interface Routes {
    /**
     * The route to a host. Called when a connection is opened and when a segment that belongs to none is answered; must be
     * quick and should hand out one instance per host.
     *
     * @param remoteHigh bits 127..64 of the host's address.
     * @param remoteLow  bits 63..0 of the host's address.
     * @return the route, or null when the host cannot be reached from here.
     */
    NetworkRoute route(long remoteHigh, long remoteLow);
}
