package org.rds4j.carrier;

/**
 * Opens carriers to peers; the node's part of connection making. Called on the engine's thread.
 * <p>
 * The host with the numerically smaller address dials. The other one can only <i>knock</i>: it opens a TCP connection that
 * carries nothing and is closed at once, and thereby asks to be dialed.
 */
public interface PathConnector {
    /**
     * Starts one attempt. It ends in exactly one {@code RdsEngine.onCarrierUp(key, carrier, true, nowNs)} or
     * {@code RdsEngine.onConnectFailed(key, reason, nowNs)}, possibly before this call returns; the engine makes no second
     * attempt for the same key meanwhile, and waits between attempts by itself.
     *
     * @param key   of the path that wants a carrier.
     * @param nowNs the engine's time.
     */
    void connect(PathKey key, long nowNs);

    /**
     * Starts one knock. It ends in exactly one {@code RdsEngine.onConnectFailed(key, reason, nowNs)}, also when the peer heard
     * it; possibly before this call returns.
     *
     * @param key   of the path that wants a carrier.
     * @param nowNs the engine's time.
     */
    void knock(PathKey key, long nowNs);
}
