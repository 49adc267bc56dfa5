package org.rds4j.socket;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Tells an application which of its lent payloads nobody reads any more: words from the engine, a cookie in the lower half, the
 * number of the {@linkplain LentAreas area} in the upper. An application lends no more at a time than there is room for.
 * <pre>
 *    0 words ever written, by the engine | 64 words ever read, by the application | 128 words
 * </pre>
 */
public final class CompletionRing {
    /** Words of the ring; a power of two. */
    public static final int CAPACITY = 256;

    private static final int MASK = CAPACITY - 1;
    private static final int READ_OFFSET = 64;
    private static final int WORDS_OFFSET = 128;

    private final AtomicBuffer buffer;
    private final int offset;
    private long written;

    CompletionRing(final AtomicBuffer buffer, final int offset) {
        this.buffer = buffer;
        this.offset = offset;
    }

    /**
     * Adds a word; engine.
     *
     * @param word area and cookie.
     * @return false when there is no room, which a sound application sees to.
     */
    boolean add(final long word) {
        final long read = buffer.getLongVolatile(offset + READ_OFFSET);
        if (written - read < 0 || written - read >= CAPACITY) {
            return false;
        }
        buffer.putLong(wordOffset(written), word);
        written++;
        buffer.putLongRelease(offset, written);
        return true;
    }

    private int wordOffset(final long position) {
        return offset + WORDS_OFFSET + ((int) position & MASK) * Long.BYTES;
    }

    /**
     * Whether there is no word to take; application.
     *
     * @return false when {@link #take} has one.
     */
    public boolean isEmpty() {
        return buffer.getLongAcquire(offset) == buffer.getLong(offset + READ_OFFSET);
    }

    /**
     * Takes the oldest word; the application's receiving thread, and only when there is one.
     *
     * @return area and cookie.
     */
    public long take() {
        final long read = buffer.getLong(offset + READ_OFFSET);
        final long word = buffer.getLong(wordOffset(read));
        buffer.putLongRelease(offset + READ_OFFSET, read + 1);
        return word;
    }

    /**
     * The word of a payload.
     *
     * @param area   number of the area.
     * @param cookie of the datagram.
     * @return both.
     */
    static long word(final int area, final int cookie) {
        return (long) area << 32 | (cookie & 0xffff_ffffL);
    }
}
