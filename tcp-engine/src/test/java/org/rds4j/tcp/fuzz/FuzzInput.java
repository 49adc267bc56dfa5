package org.rds4j.tcp.fuzz;

import org.agrona.UnsafeApi;

/** Octets that decide what a run does, read from the front; zeros come when they have run out. */
final class FuzzInput {
    private final byte[] octets;
    private int at;

    FuzzInput(final byte[] octets) {
        this.octets = octets;
    }

    boolean hasMore() {
        return at < octets.length;
    }

    int octet() {
        return at < octets.length ? octets[at++] & 0xff : 0;
    }

    int signedOctet() {
        return (byte) octet();
    }

    int twoOctets() {
        return octet() << 8 | octet();
    }

    int signedTwoOctets() {
        return (short) twoOctets();
    }

    int fourOctets() {
        return twoOctets() << 16 | twoOctets();
    }

    /** Copies so many octets, or as many as are left; returns how many. */
    int copy(final long address, final int most) {
        final int length = Math.min(most, octets.length - at);
        for (int i = 0; i < length; i++) {
            UnsafeApi.putByte(address + i, octets[at + i]);
        }
        at += length;
        return length;
    }
}
