package org.rds4j.perf.stress;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The payload behind the header of a verified message: a walk through all values of an octet, shifted by one with every 256
 * octets so that exchanged blocks show.
 */
final class StressPattern {
    private static final int FIRST = 11;

    private final UnsafeBuffer octets;

    StressPattern(final int length) {
        octets = new UnsafeBuffer(new byte[length]);
        int value = FIRST;
        for (int i = 0; i < length; i++) {
            octets.putByte(i, (byte) value);
            value = (41 * (value + 3) + ((i + 1) >> 8)) & 0xff;
        }
    }

    void fill(final MutableDirectBuffer target, final int offset, final int length) {
        target.putBytes(offset, octets, 0, length);
    }

    /** Checks a payload; answers null when it is whole, or what is wrong with it. */
    String check(final DirectBuffer buffer, final int offset, final int length) {
        int first = -1;
        int damaged = 0;
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) != octets.getByte(i)) {
                first = first < 0 ? i : first;
                damaged++;
            }
        }
        return damaged == 0 ? null : "An incoming message has a corrupted payload at offset " + first + "; " + damaged
            + " out of " + length + " bytes corrupted\n";
    }
}
