package org.rds4j.carrier;

/** Opens carriers to peers; the node's part of connection making. Called on the engine's thread. */
@FunctionalInterface
public interface PathConnector {
    /**
     * Starts one attempt. It ends in exactly one {@code RdsEngine.onCarrierUp(key, carrier, true, nowNs)} or
     * {@code RdsEngine.onConnectFailed(key, nowNs)}, possibly before this call returns; the engine makes no second
     * attempt for the same key meanwhile, and waits between attempts by itself.
     *
     * @param key   of the path that wants a carrier.
     * @param nowNs the engine's time.
     */
    void connect(PathKey key, long nowNs);
}
