package org.rds4j.tcp.steering;

import org.rds4j.tcp.sequence.InitialNumbers;

/**
 * What an engine has to agree on with the other engines of its device: which flows are whose, and numbers that go on from one
 * engine's connection to another's. Used by the engine's thread.
 */
public interface FlowOwner {
    /** Every flow is this engine's: there is no other. */
    FlowOwner ALL = new OnlyOwner();

    /**
     * Whether packets of a flow, if it were opened now, would come to this engine.
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
     * Takes a flow that this engine does not have: it {@link #owns} it, and no other engine has one from before, of any state
     * from SYN-SENT to TIME-WAIT, which would be shown its packets. From then on no other engine takes it until the flow was
     * {@link #opened} and {@link #closed}, or the next is taken.
     *
     * @param remoteHigh bits 127..64 of the remote address.
     * @param remoteLow  bits 63..0 of the remote address.
     * @param localHigh  bits 127..64 of the local address.
     * @param localLow   bits 63..0 of the local address.
     * @param remotePort the remote port.
     * @param localPort  the local port.
     * @return true if it is this engine's to open.
     */
    boolean claim(long remoteHigh, long remoteLow, long localHigh, long localLow, int remotePort, int localPort);

    /**
     * The engine has a flow more.
     *
     * @param localPort of the flow.
     */
    void opened(int localPort);

    /**
     * The engine has a flow less.
     *
     * @param localPort of the flow.
     */
    void closed(int localPort);

    /**
     * Makes an engine's initial numbers go on from those of the others.
     *
     * @param numbers of the engine, none of which has been used yet.
     */
    void unify(InitialNumbers numbers);
}
