package org.rds4j.perf.load;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The content of every measured message: cheap to write again for the next index, cheap to check, and wrong with near
 * certainty if a message was lost, repeated, cut, shifted or mixed with another.
 * <pre>
 *   0       8                                        size-8    size
 *   +-------+-----------------------------------------+---------+
 *   | index | body: the word at offset o is word(o)   | ~index  |   native byte order
 *   +-------+-----------------------------------------+---------+
 * </pre>
 * The body is the same in every message, so it is written once per buffer and only the ends change. A check reads both
 * ends and {@value #SAMPLES} words of the body, at places that differ from index to index.
 */
public final class MessagePattern {
    /** Fewest octets of a message. */
    public static final int MINIMUM_SIZE = 16;

    private static final int WORD = Long.BYTES;
    private static final int SAMPLES = 4;
    private static final long ODD_CONSTANT = 0x9E37_79B9_7F4A_7C15L;

    private MessagePattern() {
    }

    /**
     * Writes the body, once per buffer.
     *
     * @param buffer borrowed.
     * @param offset of the message in it.
     * @param size   octets of the message.
     */
    public static void fill(final MutableDirectBuffer buffer, final int offset, final int size) {
        buffer.setMemory(offset, size, (byte) 0);
        for (int at = WORD; at + WORD <= size - WORD; at += WORD) {
            buffer.putLong(offset + at, word(at));
        }
    }

    /**
     * Makes a filled message the one of an index.
     *
     * @param buffer borrowed.
     * @param offset of the message in it.
     * @param size   octets of the message.
     * @param index  of the message, from 0.
     */
    public static void stamp(final MutableDirectBuffer buffer, final int offset, final int size, final long index) {
        buffer.putLong(offset, index);
        buffer.putLong(offset + size - WORD, ~index);
    }

    /**
     * Checks a received message.
     *
     * @param buffer borrowed.
     * @param offset of the message in it.
     * @param size   octets of the message.
     * @param index  that the message must have.
     * @return whether it is that message.
     */
    public static boolean matches(final DirectBuffer buffer, final int offset, final int size, final long index) {
        return buffer.getLong(offset) == index && buffer.getLong(offset + size - WORD) == ~index
            && bodyMatches(buffer, offset, (size - 2 * WORD) / WORD, index);
    }

    private static boolean bodyMatches(final DirectBuffer buffer, final int offset, final int words, final long index) {
        long place = index;
        for (int sample = 0; sample < SAMPLES && sample < words; sample++) {
            place = (place + 1) * ODD_CONSTANT;
            final int at = WORD + WORD * (int) (((place >>> 32) * words) >>> 32);
            if (buffer.getLong(offset + at) != word(at)) {
                return false;
            }
        }
        return true;
    }

    private static long word(final int at) {
        return at * ODD_CONSTANT;
    }
}
