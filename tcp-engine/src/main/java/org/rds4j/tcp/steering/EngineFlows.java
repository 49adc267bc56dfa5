package org.rds4j.tcp.steering;

import java.util.function.Consumer;
import org.rds4j.tcp.table.FourTuple;

/** The flows that one engine has, in any state from half-open to TIME-WAIT. Used by the engine's thread. */
public interface EngineFlows {
    /**
     * Whether the engine has a flow, by whichever interface.
     *
     * @param remoteHigh bits 127..64 of the remote address.
     * @param remoteLow  bits 63..0 of the remote address.
     * @param localHigh  bits 127..64 of the local address.
     * @param localLow   bits 63..0 of the local address.
     * @param remotePort the remote port.
     * @param localPort  the local port.
     * @return true if so.
     */
    boolean hasFlow(long remoteHigh, long remoteLow, long localHigh, long localLow, int remotePort, int localPort);

    /**
     * Whether a segment brings back a cookie of this engine, which is all there is of its handshake.
     *
     * @param remoteHigh      bits 127..64 of the remote address.
     * @param remoteLow       bits 63..0 of the remote address.
     * @param localHigh       bits 127..64 of the local address.
     * @param localLow        bits 63..0 of the local address.
     * @param remotePort      the remote port.
     * @param localPort       the local port.
     * @param sequence        of the segment, which has ACK and neither SYN nor RST.
     * @param acknowledgement of the segment.
     * @return true if so.
     */
    boolean hasCookie(
        long remoteHigh, long remoteLow, long localHigh, long localLow, int remotePort, int localPort,
        int sequence, int acknowledgement);

    /**
     * When the last cookie sent so far ceases to be good.
     *
     * @return the engine's time, long past when there was none.
     */
    long cookiesExpireNs();

    /**
     * Shows every flow. Walks whole tables: for control, not for the packet path.
     *
     * @param action done with the four-tuple of each; must not change anything.
     */
    void forEachFlow(Consumer<FourTuple> action);
}
