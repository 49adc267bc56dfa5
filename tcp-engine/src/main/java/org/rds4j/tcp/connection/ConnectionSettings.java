package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.link.SegmentSink;

/**
 * What may be settled for one connection alone. Most owners settle nothing: their connections share the settings of the engine,
 * or of the listener they came by, until the first is needed that differs. Shared settings never change. One thread.
 */
final class ConnectionSettings {
    /** Stands for no limit: the largest value of the MSS option. */
    static final int ANY_SEGMENT_SIZE = 0xffff;

    final boolean isShared;
    int maxSegmentSize;
    long keepaliveIdleNs;
    long keepaliveIntervalNs;
    int keepaliveProbes;
    int synRetries;
    long finWait2Ns;
    /** Null until the owner ends a segment. */
    SegmentEnds ends;
    /** Where segments with payload go; null for wherever the engine sends. */
    SegmentSink payloadSink;

    /** As the engine is configured; shared. */
    ConnectionSettings(final TcpConfiguration configuration) {
        isShared = true;
        maxSegmentSize = ANY_SEGMENT_SIZE;
        keepaliveIdleNs = configuration.keepaliveIdleNs();
        keepaliveIntervalNs = configuration.keepaliveIntervalNs();
        keepaliveProbes = configuration.keepaliveProbes();
        synRetries = configuration.synRetries();
        finWait2Ns = configuration.finWait2Ns();
    }

    private ConnectionSettings(final ConnectionSettings other, final int maxSegmentSize, final boolean isShared) {
        this.isShared = isShared;
        this.maxSegmentSize = maxSegmentSize;
        keepaliveIdleNs = other.keepaliveIdleNs;
        keepaliveIntervalNs = other.keepaliveIntervalNs;
        keepaliveProbes = other.keepaliveProbes;
        synRetries = other.synRetries;
        finWait2Ns = other.finWait2Ns;
    }

    /** The same with another segment size; shared. */
    ConnectionSettings withMaxSegmentSize(final int octets) {
        return new ConnectionSettings(this, octets, true);
    }

    /** The same, to be changed for one connection. */
    ConnectionSettings own() {
        return isShared ? new ConnectionSettings(this, maxSegmentSize, false) : this;
    }

    /** Whether a segment ends where the owner wants one to. */
    boolean endsSegment(final long position, final long end) {
        return ends != null && end == ends.behind(position);
    }
}
