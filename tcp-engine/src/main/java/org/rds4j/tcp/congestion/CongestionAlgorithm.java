package org.rds4j.tcp.congestion;

/** The algorithms that come with the engine. */
public enum CongestionAlgorithm implements CongestionFactory {
    /** RFC 5681, RFC 6582: what all others are measured against. */
    NEW_RENO {
        @Override
        public CongestionControl create(final FlowConfiguration configuration) {
            return new NewReno(configuration.slowStartSegments());
        }
    },
    /** RFC 9438 with HyStart++ (RFC 9406): for wide-area paths. */
    CUBIC {
        @Override
        public CongestionControl create(final FlowConfiguration configuration) {
            return new Cubic(configuration.hyStartLeastNs(), configuration.hyStartMostNs(), configuration.slowStartSegments());
        }
    },
    /** RFC 8257: for datacenters whose switches mark; both ends must use it. */
    DCTCP {
        @Override
        public CongestionControl create(final FlowConfiguration configuration) {
            return new Dctcp(configuration.slowStartSegments());
        }
    }
}
