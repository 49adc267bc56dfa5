package org.rds4j.tcp.congestion;

/** Makes the congestion control of connections: one of {@link CongestionAlgorithm}, or somebody's own. */
@FunctionalInterface
public interface CongestionFactory {
    /**
     * Makes the congestion control of one connection. Called when an engine makes its connections and when an owner chooses
     * another for one of them, not while data flows.
     *
     * @param configuration of the engine.
     * @return an instance that no other connection has.
     */
    CongestionControl create(FlowConfiguration configuration);
}
