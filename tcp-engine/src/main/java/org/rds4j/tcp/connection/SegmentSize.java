package org.rds4j.tcp.connection;

import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;
import org.rds4j.tcp.wire.TcpOptions;

/** The maximum segment size of either side (RFC 9293 section 3.7.1, RFC 6691): options are not subtracted. */
final class SegmentSize {
    private static final int LEAST = 88;
    private static final int DEFAULT_IPV4 = 536;
    private static final int DEFAULT_IPV6 = 1220;

    private SegmentSize() {
    }

    /** What is announced on a route. */
    static int announced(final NetworkRoute route) {
        return Math.min(route.linkTransportLength() - TcpHeaderFlyweight.MIN_LENGTH, 0xffff);
    }

    /** What a connection announces. */
    static int announced(final Connection c) {
        return Math.min(announced(c.route), c.settings.maxSegmentSize);
    }

    /** What the peer may be sent, by the option on its SYN or {@link TcpOptions#ABSENT}; no larger than what it may send. */
    static int ofPeer(final Connection c, final int option) {
        final int absent = c.isRemoteIpv4() ? DEFAULT_IPV4 : DEFAULT_IPV6;
        return Math.min(Math.max(option == TcpOptions.ABSENT ? absent : option, LEAST), announced(c));
    }
}
