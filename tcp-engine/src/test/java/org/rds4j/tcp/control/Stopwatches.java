package org.rds4j.tcp.control;

import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.connection.ConnectionProbe;

/**
 * How long a connection had something to send, and what kept it from sending: Linux's busy_time, rwnd_limited and sndbuf_limited.
 * Between two events nothing changes, so the state at the beginning of a stretch of time is that of all of it. Microseconds.
 */
final class Stopwatches {
    long busyUs;
    long windowLimitedUs;
    long bufferLimitedUs;

    /** Time passes, and nothing else has happened yet. */
    void run(final Endpoint endpoint, final TcpConfiguration configuration, final long us) {
        if (endpoint.unacknowledged() > 0) {
            final ConnectionProbe probe = new ConnectionProbe(endpoint.connection, configuration);
            busyUs += us;
            windowLimitedUs += probe.isWindowLimited() ? us : 0;
            bufferLimitedUs += endpoint.wantsRoom && probe.bytesNotSent() == 0 ? us : 0;
        }
    }
}
