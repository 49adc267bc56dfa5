package org.rds4j.crypto.record;

import org.agrona.UnsafeApi;

/** The one handshake message of our record layer: KeyUpdate (RFC 8446 section 4.6.3), {@code 18 00 00 01 rr}. */
final class KeyUpdate {
    static final int LENGTH = 5;
    /** The peer need not change its own key. */
    static final int NOT_REQUESTED = 0;
    /** The peer is to change its own key before it sends more data. */
    static final int REQUESTED = 1;

    private static final byte HANDSHAKE_TYPE = 24;
    private static final int REQUEST_OFFSET = 4;

    private KeyUpdate() {
    }

    static void write(final long address, final int request) {
        UnsafeApi.putByte(address, HANDSHAKE_TYPE);
        UnsafeApi.putByte(address + 1, (byte) 0);
        UnsafeApi.putByte(address + 2, (byte) 0);
        UnsafeApi.putByte(address + 3, (byte) 1);
        UnsafeApi.putByte(address + REQUEST_OFFSET, (byte) request);
    }

    /** Whether the content is a KeyUpdate and nothing else, so that no message straddles a change of key. */
    static boolean isAt(final long address, final int length) {
        return length == LENGTH
            && UnsafeApi.getByte(address) == HANDSHAKE_TYPE
            && UnsafeApi.getByte(address + 1) == 0
            && UnsafeApi.getByte(address + 2) == 0
            && UnsafeApi.getByte(address + 3) == 1;
    }

    /** What a KeyUpdate asks for; any value but the two above is an error. */
    static int request(final long address) {
        return UnsafeApi.getByte(address + REQUEST_OFFSET) & 0xff;
    }
}
