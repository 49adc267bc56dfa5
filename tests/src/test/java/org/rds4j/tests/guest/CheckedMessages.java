package org.rds4j.tests.guest;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The messages that {@code rds-exchange} sends and expects: from seed and number follow the length and every octet of each, so
 * that one lost, doubled, reordered or damaged shows itself at the receiver. The rules are told in {@code checked-messages.h}.
 */
final class CheckedMessages {
    /** Longest message. */
    static final int MOST = 1 << 20;
    /** A buffer for one message: the last word is written whole. */
    static final int BUFFER_LENGTH = MOST + Long.BYTES;

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final int FULL_EVERY = 5000;
    private static final int MIXED = -1;

    private final long seed;
    private final int size;
    private final MutableDirectBuffer wanted = new UnsafeBuffer(new byte[BUFFER_LENGTH]);

    /** A stream of messages of so many octets, or of many sizes if that is {@code mixed}. */
    CheckedMessages(final long seed, final String size) {
        this.seed = seed;
        this.size = "mixed".equals(size) ? MIXED : Integer.parseInt(size);
    }

    private static long mix(final long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    int length(final long number) {
        final long r = mix(mix(seed ^ GOLDEN) + number);
        if (size != MIXED) {
            return size;
        }
        if (number % FULL_EVERY == FULL_EVERY - 1) {
            return MOST;
        }
        if ((r & 0xff) == 0) {
            return (int) ((r >>> 8) % (MOST + 1));
        }
        return (int) ((r >>> 16) % (1L << ((r >>> 8) % 15)));
    }

    /** Writes a message to the start of a buffer of {@link #BUFFER_LENGTH} octets, and answers its length. */
    int fill(final MutableDirectBuffer buffer, final long number) {
        final long base = mix(seed) + number;
        final int length = length(number);
        for (int at = 0; at < length; at += Long.BYTES) {
            buffer.putLong(at, at == 0 ? number : mix(base + at / Long.BYTES * GOLDEN), ByteOrder.LITTLE_ENDIAN);
        }
        return length;
    }

    boolean isRight(final long number, final DirectBuffer buffer, final int offset, final int length) {
        if (length != fill(wanted, number)) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) != wanted.getByte(i)) {
                return false;
            }
        }
        return true;
    }
}
