package org.rds4j.crypto.handshake;

import java.nio.ByteBuffer;

/**
 * The 16 octets with which each side ends its use of TLS on a connection. The client's marker is the identity of the
 * connection and binds the exported keys to it; what the octets mean is the caller's affair.
 *
 * @param high octets 0 to 7, big-endian.
 * @param low  octets 8 to 15, big-endian.
 */
public record Marker(long high, long low) {
    /** Octets of a marker. */
    public static final int LENGTH = 16;

    /**
     * Reads a marker.
     *
     * @param octets 16 of them.
     * @return the marker.
     */
    public static Marker of(final byte[] octets) {
        if (octets.length != LENGTH) {
            throw new IllegalArgumentException("a marker has " + LENGTH + " octets, not " + octets.length);
        }
        final ByteBuffer buffer = ByteBuffer.wrap(octets);
        return new Marker(buffer.getLong(), buffer.getLong());
    }

    /**
     * The marker as it goes into TLS.
     *
     * @return 16 new octets.
     */
    public byte[] octets() {
        return ByteBuffer.allocate(LENGTH).putLong(high).putLong(low).array();
    }
}
