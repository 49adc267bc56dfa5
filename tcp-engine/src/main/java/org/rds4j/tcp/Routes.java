package org.rds4j.tcp;

import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.network.NetworkRoute;

/** Where the engine finds the way to a host. */
@FunctionalInterface
public interface Routes {
    /**
     * The route to a host. Called when a connection is opened; must be quick and should hand out one instance per host.
     *
     * @param remoteHigh bits 127..64 of the host's address.
     * @param remoteLow  bits 63..0 of the host's address.
     * @return the route, or null when the host cannot be reached from here.
     */
    NetworkRoute route(long remoteHigh, long remoteLow);

    /**
     * The route by which a host that has spoken is answered: in the name of the address it spoke to, by the interface it came
     * by. Called when a connection is accepted and when a segment that belongs to none is answered. Who remembers it beyond
     * the segment at hand holds it ({@link NetworkRoute#hold}).
     *
     * @param interfaceId by which the segment came.
     * @param localHigh   bits 127..64 of the address it was for.
     * @param localLow    bits 63..0 of the address it was for.
     * @param remoteHigh  bits 127..64 of the host's address.
     * @param remoteLow   bits 63..0 of the host's address.
     * @return the route, or null when the host cannot be reached from here; unless overridden that of
     * {@link #route(long, long)}, which serves who has one address per family and one interface.
     */
    default NetworkRoute replyRoute(
        final int interfaceId, final long localHigh, final long localLow, final long remoteHigh, final long remoteLow) {
        return route(remoteHigh, remoteLow);
    }

    /**
     * The routes of a network layer with all its addresses and interfaces.
     *
     * @param network retained.
     * @return its routes.
     */
    static Routes of(final NetworkLayer network) {
        return new Routes() {
            @Override
            public NetworkRoute route(final long remoteHigh, final long remoteLow) {
                return network.route(remoteHigh, remoteLow);
            }

            @Override
            public NetworkRoute replyRoute(
                final int interfaceId, final long localHigh, final long localLow,
                final long remoteHigh, final long remoteLow) {
                return network.replyRoute(interfaceId, localHigh, localLow, remoteHigh, remoteLow);
            }
        };
    }
}
