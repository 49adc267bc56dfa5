package org.rds4j.peer;

import org.rds4j.frame.RdsHeaderFlyweight;

/** Takes messages that passed a path's sequence rule. Engine thread. */
@FunctionalInterface
public interface InboundHandler {
    /**
     * One message, neither seen before nor a congestion map.
     *
     * @param path    it came over.
     * @param header  of the message; borrowed for the call.
     * @param payload address of the payload; borrowed for the call.
     * @param length  octets of payload.
     * @return false when there is no room for it now; the path stops reading and offers it again.
     */
    boolean onMessage(PeerPath path, RdsHeaderFlyweight header, long payload, int length);
}
