package org.rds4j.sim.check;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Payloads that can be verified without being stored: every octet follows from the seed, the two sockets, the index of the
 * message and the position. Immutable, any thread.
 */
public final class PayloadPattern {
    private static final long STEP = 0x9e3779b97f4a7c15L;

    private final long seed;

    /**
     * A family of payloads.
     *
     * @param seed that sets it apart from others.
     */
    public PayloadPattern(final long seed) {
        this.seed = seed;
    }

    /**
     * Writes the payload of a message.
     *
     * @param source      socket that sends it.
     * @param destination socket that it is for.
     * @param index       of the message between the two, from 0.
     * @param buffer      written to.
     * @param offset      of the first octet.
     * @param length      octets.
     */
    public void fill(final long source, final long destination, final long index, final MutableDirectBuffer buffer,
        final int offset, final int length) {
        final long base = base(source, destination, index);
        final int whole = length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            buffer.putLong(offset + i, word(base, i), ByteOrder.LITTLE_ENDIAN);
        }
        for (int i = whole; i < length; i++) {
            buffer.putByte(offset + i, octet(base, i));
        }
    }

    /**
     * Compares octets with the payload of a message.
     *
     * @param source      socket that sent it.
     * @param destination socket that it is for.
     * @param index       of the message between the two, from 0.
     * @param buffer      read from.
     * @param offset      of the first octet.
     * @param length      octets.
     * @return position of the first octet that differs, -1 when none does.
     */
    public int firstMismatch(final long source, final long destination, final long index, final DirectBuffer buffer,
        final int offset, final int length) {
        final long base = base(source, destination, index);
        int i = 0;
        while (i + Long.BYTES <= length && buffer.getLong(offset + i, ByteOrder.LITTLE_ENDIAN) == word(base, i)) {
            i += Long.BYTES;
        }
        while (i < length && buffer.getByte(offset + i) == octet(base, i)) {
            i++;
        }
        return i < length ? i : -1;
    }

    /**
     * What tells the octets of a message from those of others.
     *
     * @param buffer read from.
     * @param offset of the first octet.
     * @param length octets.
     * @return the same for the same octets, and hardly ever for others.
     */
    public static long digest(final DirectBuffer buffer, final int offset, final int length) {
        final int whole = length & -Long.BYTES;
        long digest = length;
        for (int i = 0; i < whole; i += Long.BYTES) {
            digest = mix(digest * STEP + buffer.getLong(offset + i, ByteOrder.LITTLE_ENDIAN));
        }
        for (int i = whole; i < length; i++) {
            digest = mix(digest * STEP + buffer.getByte(offset + i));
        }
        return digest;
    }

    private long base(final long source, final long destination, final long index) {
        return mix(mix(mix(seed + STEP) + source) * 31 + mix(destination + STEP)) + mix(index);
    }

    private static long word(final long base, final int position) {
        return mix(base + (position >>> 3) * STEP);
    }

    private static byte octet(final long base, final int position) {
        return (byte) (word(base, position) >>> ((position & 7) << 3));
    }

    private static long mix(final long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
