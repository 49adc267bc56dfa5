package org.rds4j.crypto.handshake;

import java.lang.ref.Reference;
import java.util.Arrays;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.Memory;

/** Carries octets between two handshakes, in pieces of a chosen size, and keeps what an ended handshake did not take. */
final class Pump {
    private final int pieceLength;
    private long carried;

    Pump(final int pieceLength) {
        this.pieceLength = pieceLength;
    }

    /** Runs both sides until neither has anything to say. Returns what the client did not take. */
    byte[] run(final TlsHandshake client, final TlsHandshake server) {
        byte[] rest = new byte[0];
        client.onInput(0, 0);
        while (client.outputLength() > 0 || server.outputLength() > 0) {
            deliver(takeOutput(client), server);
            rest = deliver(takeOutput(server), client);
        }
        return rest;
    }

    long carried() {
        return carried;
    }

    static byte[] takeOutput(final TlsHandshake from) {
        final byte[] octets = new byte[from.outputLength()];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = UnsafeApi.getByte(from.outputAddress() + i);
        }
        from.clearOutput();
        return octets;
    }

    /** Hands octets to a handshake, and keeps their memory until it has returned. */
    static int feed(final TlsHandshake to, final byte[] octets) {
        final Memory memory = Memory.of(octets);
        try {
            return to.onInput(memory.address(), octets.length);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** Returns what was not taken. */
    byte[] deliver(final byte[] octets, final TlsHandshake to) {
        carried += octets.length;
        int offset = 0;
        while (offset < octets.length) {
            final byte[] piece = Arrays.copyOfRange(octets, offset, Math.min(octets.length, offset + pieceLength));
            final int taken = feed(to, piece);
            offset += taken;
            if (taken < piece.length) {
                return Arrays.copyOfRange(octets, offset, octets.length);
            }
        }
        return new byte[0];
    }
}
