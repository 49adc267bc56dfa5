package org.rds4j.tcp.link;

/**
 * Where an engine writes the frames it wants sent: memory of the link itself, so that a frame is built once, in place.
 * Used by one thread; at most one claim is open at a time.
 */
public interface FrameSink {
    /**
     * Opens a frame.
     *
     * @param length most octets that will be written.
     * @return address of the first octet, or 0 when the link has no frame now; nothing is open then and the engine tries
     * again on a later poll.
     */
    long claim(int length);

    /**
     * Queues the open frame for transmission.
     *
     * @param length octets written.
     * @param flags  {@code FrameBurst.FLAG_COMPUTE_} bits, and {@link FrameBurst#vlanFlags} when the device inserts a tag.
     */
    void commit(int length, int flags);

    /** Gives the open frame back unused. */
    void abort();
}
