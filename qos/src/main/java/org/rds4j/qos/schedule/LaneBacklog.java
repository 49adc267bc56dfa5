package org.rds4j.qos.schedule;

/** What the arbiter asks about the lanes; the TCP engine answers. */
@FunctionalInterface
public interface LaneBacklog {
    /**
     * Length of the frame that a lane would send next.
     *
     * @param lane of the instance.
     * @return octets, Ethernet header included, FCS excluded; 0 when the lane has nothing that may be sent now.
     */
    int nextFrameLength(int lane);
}
