package org.rds4j.peer;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.rds4j.carrier.PathKey;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.frame.RdsHeaderFlyweight;

/**
 * The first message of this host on a carrier: a probe ping from the host that dialed, a probe pong from the other. It tells
 * the generation before anything else can be misread, and the ping names the lane unless it is the default one. It stands
 * outside the send log and is never sent again: each carrier gets one of its own, numbered just below the first message that
 * follows it.
 */
public final class OpenerMessage {
    /** Octets of an opener. */
    public static final int LENGTH = RdsHeaderFlyweight.LENGTH;
    /** Answer of {@link #laneOf} when the octets name no lane. */
    public static final int NO_LANE = -1;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(LENGTH);
    private final long address = BufferUtil.address(memory);
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight().wrap(address);

    /**
     * The lane a dialing node of this kind names in the first octets of a carrier; for the node's acceptor.
     *
     * @param first48 address of the first {@link #LENGTH} octets received; borrowed for the call.
     * @return the lane, or {@link #NO_LANE} when this is no probe ping or names none, as from Linux.
     */
    public static int laneOf(final long first48) {
        final ExtensionHeaderFlyweight extensions = extensionsOf(first48);
        return extensions == null ? NO_LANE : extensions.lane();
    }

    /**
     * The path's index that a dialing node tells by its source port, if it says in the first octets of a carrier that it does.
     *
     * @param first48    as of {@link #laneOf}.
     * @param remotePort the dialer's port.
     * @return the index, or {@link PathKey#UNKNOWN_INDEX}.
     */
    public static int indexOf(final long first48, final int remotePort) {
        final ExtensionHeaderFlyweight extensions = extensionsOf(first48);
        return extensions == null || !extensions.hasSourcePortIndex()
            ? PathKey.UNKNOWN_INDEX : remotePort & PathKey.MAX_PATHS - 1;
    }

    private static ExtensionHeaderFlyweight extensionsOf(final long first48) {
        final RdsHeaderFlyweight header = new RdsHeaderFlyweight().wrap(first48);
        return header.isProbePing()
            ? new ExtensionHeaderFlyweight().parse(header.extensionsHigh(), header.extensionsLow()) : null;
    }

    long address() {
        return address;
    }

    void ping(final long sequence, final boolean isRetransmitted, final ExtensionHeaderFlyweight extensions) {
        write(sequence, RdsHeaderFlyweight.PROBE_PORT, RdsHeaderFlyweight.PING_PORT, isRetransmitted, extensions);
    }

    void pong(final long sequence, final boolean isRetransmitted, final ExtensionHeaderFlyweight extensions) {
        write(sequence, RdsHeaderFlyweight.PING_PORT, RdsHeaderFlyweight.PROBE_PORT, isRetransmitted, extensions);
    }

    private void write(
        final long sequence, final int sourcePort, final int destinationPort, final boolean isRetransmitted,
        final ExtensionHeaderFlyweight extensions) {
        header.write(
            sequence, 0, sourcePort, destinationPort, isRetransmitted ? RdsHeaderFlyweight.FLAG_RETRANSMITTED : 0)
            .extensions(extensions.high(), extensions.low());
    }
}
