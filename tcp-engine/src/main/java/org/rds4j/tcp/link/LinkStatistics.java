package org.rds4j.tcp.link;

/** Totals of one port since it opened. A reused value: plain fields, written by {@link LinkPort#statistics}. */
public final class LinkStatistics {
    /** Frames received. */
    public long receivedFrames;
    /** Octets received, Ethernet header included, FCS excluded. */
    public long receivedBytes;
    /** Frames accepted for transmission. */
    public long transmittedFrames;
    /** Octets accepted for transmission. */
    public long transmittedBytes;
    /** Frames that the device dropped because nobody took them in time. */
    public long missed;
    /** Frames received with an error and dropped by the device. */
    public long receiveErrors;
    /** Frames that the device failed to send. */
    public long transmitErrors;
    /** Times that {@link LinkPort#allocate} or the device found the pool empty. */
    public long noFrames;
}
