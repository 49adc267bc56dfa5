package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpConfiguration;

/**
 * What the owner of a connection has settled for it alone. Most owners settle nothing, so that a connection has none of these
 * until the first is needed; what is not settled is as the engine is configured. One thread.
 */
final class ConnectionSettings {
    /** Stands for no limit: the largest value of the MSS option. */
    static final int ANY_SEGMENT_SIZE = 0xffff;

    int maxSegmentSize = ANY_SEGMENT_SIZE;
    long keepaliveIdleNs;
    long keepaliveIntervalNs;
    int keepaliveProbes;
    int synRetries;
    long finWait2Ns;
    /** End of the last burst that was planned; an engine that pushes bursts has settings of every connection for it. */
    long burstEnd;
    /** Null until the owner ends a segment. */
    SegmentEnds ends;

    ConnectionSettings(final TcpConfiguration configuration) {
        keepaliveIdleNs = configuration.keepaliveIdleNs();
        keepaliveIntervalNs = configuration.keepaliveIntervalNs();
        keepaliveProbes = configuration.keepaliveProbes();
        synRetries = configuration.synRetries();
        finWait2Ns = configuration.finWait2Ns();
    }

    /** Whether a segment ends where the owner wants one to. */
    boolean endsSegment(final long position, final long end) {
        return ends != null && end == ends.behind(position);
    }
}
