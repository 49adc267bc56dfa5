package org.rds4j.node;

import java.util.random.RandomGenerator;
import org.rds4j.RecordCipher;
import org.rds4j.crypto.handshake.Marker;

/**
 * The 16 octets with which each side ends its use of TLS. The dialer's marker is the connection's identity: it names the
 * lane and path it wants and is the exporter's context, so keys are bound to it. The acceptor answers with the same path
 * and randomness of its own. Each tells how many paths a lane has by its own setting; the probe that opens RDS inside says the
 * same. Flag 1 asks for AES-256-GCM. Flag 2 says that who sends it cannot follow a change of key, as with kTLS in Linux before
 * 6.14: on such a connection this host does not send KeyUpdate, and makes a new connection when a key is due.
 * <pre>
 *   0        4      5       6       7       8                        16
 *   +--------+------+-------+-------+-------+------------------------+
 *   | "RDS1" | lane | index | paths | flags |         random         |
 *   +--------+------+-------+-------+-------+------------------------+
 * </pre>
 */
final class PathMarker {
    private static final long MAGIC = 0x52445331L;
    private static final int FLAG_AES_256 = 1;
    private static final int FLAG_KEYS_STAY = 2;

    private PathMarker() {
    }

    static Marker of(final int lane, final int index, final int paths, final RecordCipher cipher, final RandomGenerator random) {
        final int flags = cipher == RecordCipher.AES_256_GCM ? FLAG_AES_256 : 0;
        final long high = MAGIC << 32 | (long) lane << 24 | (long) index << 16 | (long) paths << 8 | flags;
        return new Marker(high, random.nextLong());
    }

    /** The stronger cipher that either side asks for. */
    static int keyLength(final Marker client, final Marker server) {
        return ((client.high() | server.high()) & FLAG_AES_256) != 0 ? 32 : 16;
    }

    /** Whether the keys of the connection must not change. */
    static boolean keysStay(final Marker ofPeer) {
        return (ofPeer.high() & FLAG_KEYS_STAY) != 0;
    }

    static boolean isValid(final Marker marker) {
        return marker.high() >>> 32 == MAGIC;
    }

    static int lane(final Marker marker) {
        return (int) (marker.high() >>> 24) & 0xff;
    }

    static int index(final Marker marker) {
        return (int) (marker.high() >>> 16) & 0xff;
    }
}
