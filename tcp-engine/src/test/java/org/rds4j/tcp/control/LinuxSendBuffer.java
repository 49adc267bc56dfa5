package org.rds4j.tcp.control;

import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.connection.ConnectionProbe;

/**
 * How much Linux takes from a program that writes. SO_SNDBUF counts twice what was asked for, since the memory around the octets
 * counts too; what is queued lies in buffers of up to half the peer's window, of which one more is begun while there is memory at
 * all and then filled; and a program that had to wait goes on when a third is free.
 */
final class LinuxSendBuffer {
    private static final long LEAST = 4608;
    private static final long OVERHEAD = 1280;
    private static final long MOST_OF_A_BUFFER = 65_200;
    private static final long MOST_GROWN = 4L << 20;
    private static final long BOOKED_FOR_A_SEGMENT = 2304;
    private static final int SMALL_WINDOW = 536;

    private final Endpoint endpoint;
    private final TcpConfiguration configuration;
    private final ConnectionProbe probe;

    LinuxSendBuffer(final Endpoint endpoint) {
        this.endpoint = endpoint;
        configuration = endpoint.knobs.configuration();
        probe = endpoint.connection == null ? null : new ConnectionProbe(endpoint.connection, configuration);
    }

    /** What SO_SNDBUF reads as. */
    long limit() {
        if (endpoint.settings.has("SO_SNDBUF")) {
            return Math.max(LEAST, 2 * endpoint.settings.get("SO_SNDBUF"));
        }
        final long segments = probe == null ? 0 : Math.max(10, probe.windowSegments());
        return Math.max(endpoint.knobs.defaultSendSpace, Math.min(2 * segments * BOOKED_FOR_A_SEGMENT, MOST_GROWN));
    }

    /** Octets that go in before the next buffer is full; 0 if another may not be begun. */
    long room() {
        final long unsent = probe.bytesNotSent();
        final long size = bufferSize();
        final long begun = unsent % size;
        if (begun > 0) {
            return size - begun;
        }
        return used() < limit() && unsent < Sockets.leastUnsent(endpoint) ? size : 0;
    }

    /** Whether poll tells of room, and a call that waits for it goes on. */
    boolean isWritable() {
        final long used = used();
        return limit() - used >= used / 2 && 2 * probe.bytesNotSent() < Sockets.leastUnsent(endpoint);
    }

    private long bufferSize() {
        final long window = probe.largestSendWindow();
        final long most = Math.min(MOST_OF_A_BUFFER, window > SMALL_WINDOW ? window / 2 : window);
        return Math.max(probe.sendMss(), most - most % probe.sendMss());
    }

    /** Octets with the memory around them: what was sent lies in one buffer for each burst. */
    private long used() {
        final TcpConnection c = endpoint.connection;
        final long unsent = probe.bytesNotSent();
        final long octets = c.sendCommitted() - c.acknowledgedPosition();
        final long burst = Math.clamp(probe.windowSegments() / 2, 1, Math.max(1, configuration.pushedBurst())) * probe.sendMss();
        return octets + OVERHEAD * (Math.ceilDiv(unsent, bufferSize()) + Math.ceilDiv(octets - unsent, burst));
    }
}
