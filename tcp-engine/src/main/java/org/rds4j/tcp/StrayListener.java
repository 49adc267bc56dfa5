package org.rds4j.tcp;

/**
 * Told of segments of connections that this engine does not have: most often of those that an engine before it had at the same
 * address, and that the peer still believes in. Called on the engine's thread.
 */
@FunctionalInterface
public interface StrayListener {
    /** Nobody wants to know. */
    StrayListener NONE = (remoteHigh, remoteLow, remotePort, localPort) -> { };

    /**
     * A segment inside a connection (ACK is set, SYN and RST are not) has come for a port on which nobody listens. The reset
     * that RFC 9293 section 3.10.7.1 asks for was queued before this call, within the budget of resets; segments beyond that
     * budget are not told. The source may be forged.
     *
     * @param remoteHigh bits 127..64 of the source address.
     * @param remoteLow  bits 63..0 of the source address.
     * @param remotePort source port.
     * @param localPort  destination port.
     */
    void onStray(long remoteHigh, long remoteLow, int remotePort, int localPort);
}
