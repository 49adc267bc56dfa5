package org.rds4j.tcp.control;

/** A raw IP packet that the engine sent. */
public final class Packet {
    private final long timeUs;
    private final byte[] octets;

    Packet(final long timeUs, final byte[] octets) {
        this.timeUs = timeUs;
        this.octets = octets;
    }

    /** When it left, in the session's time. */
    public long timeUs() {
        return timeUs;
    }

    /** From the first octet of the IP header to the packet's end, without padding of the link. */
    public byte[] octets() {
        return octets;
    }
}
