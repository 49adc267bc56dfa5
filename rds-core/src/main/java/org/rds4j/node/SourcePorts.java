package org.rds4j.node;

import java.util.random.RandomGenerator;
import org.rds4j.RdsAddress;
import org.rds4j.carrier.PathKey;
import org.rds4j.tcp.TcpEngine;

/**
 * Source ports that tell the path: in the dynamic range, the port modulo 8 is the path's index (as Linux since 7.0 reads it), and
 * modulo 128 the lane stands above it, which tells a peer of this kind what a connection without octets is for. Engine thread
 * only.
 */
final class SourcePorts {
    private static final int FIRST = 49_152;
    private static final int GROUP = PathKey.MAX_LANES * PathKey.MAX_PATHS;
    private static final int GROUPS = ((1 << 16) - FIRST) / GROUP;

    private final TcpEngine tcp;
    private final RdsAddress local;
    private final RandomGenerator random;

    SourcePorts(final TcpEngine tcp, final RdsAddress local, final RandomGenerator random) {
        this.tcp = tcp;
        this.local = local;
        this.random = random;
    }

    /** A port for a path that no connection to the peer's port uses, from a random group on; 0 when there is none. */
    int choose(final PathKey key, final int remotePort) {
        final int first = random.nextInt(GROUPS);
        for (int i = 0; i < GROUPS; i++) {
            final int port =
                FIRST + (first + i) % GROUPS * GROUP + key.lane() * PathKey.MAX_PATHS + key.index();
            if (!tcp.hasFlow(key.remoteHigh(), key.remoteLow(), local.high(), local.low(), remotePort, port)) {
                return port;
            }
        }
        return 0;
    }

    /** The lane that a port of a peer of this kind tells. */
    static int laneOf(final int port) {
        return port / PathKey.MAX_PATHS % PathKey.MAX_LANES;
    }

    /** The index that a port of a peer of this kind tells. */
    static int indexOf(final int port) {
        return port % PathKey.MAX_PATHS;
    }
}
