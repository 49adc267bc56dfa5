package org.rds4j.tcp.steering;

/** Says whether the packets of a flow, if it were opened now, would come to this engine. Used by the engine's thread. */
@FunctionalInterface
public interface FlowOwner {
    /** Every flow is this engine's: there is no other. */
    FlowOwner ALL = (remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort) -> true;

    /**
     * Whether packets of a flow would come to this engine.
     *
     * @param remoteHigh bits 127..64 of the remote address.
     * @param remoteLow  bits 63..0 of the remote address.
     * @param localHigh  bits 127..64 of the local address.
     * @param localLow   bits 63..0 of the local address.
     * @param remotePort the remote port.
     * @param localPort  the local port.
     * @return true if so.
     */
    boolean owns(long remoteHigh, long remoteLow, long localHigh, long localLow, int remotePort, int localPort);

    /**
     * Whether packets of a flow would come to this engine, and no other engine can have had such a flow before, which would be
     * shown them first.
     *
     * @param remoteHigh bits 127..64 of the remote address.
     * @param remoteLow  bits 63..0 of the remote address.
     * @param localHigh  bits 127..64 of the local address.
     * @param localLow   bits 63..0 of the local address.
     * @param remotePort the remote port.
     * @param localPort  the local port.
     * @return true if so.
     */
    default boolean ownsAlone(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        return owns(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort);
    }
}
