package org.rds4j.status;

import org.agrona.concurrent.AtomicBuffer;

/**
 * One answer to a status request: some rows of a table, and where the next answer goes on. A table longer than a page takes
 * several requests, so that no single duty cycle of the engine spends long on it. Written by the engine's thread; nothing here
 * allocates or throws, whatever a request asked for.
 */
public final class StatusPage {
    /** Words of 8 octets in a row; a table uses the first ones. */
    public static final int WORDS = 20;
    /** Octets of a row. */
    public static final int ROW_LENGTH = WORDS * Long.BYTES;

    private final AtomicBuffer buffer;
    private final int capacity;
    private long outer;
    private long inner;
    private boolean isComplete = true;
    private int rows;
    private int index;

    /**
     * A page in given memory.
     *
     * @param buffer for its rows. Retained.
     */
    public StatusPage(final AtomicBuffer buffer) {
        this.buffer = buffer;
        this.capacity = buffer.capacity() / ROW_LENGTH;
    }

    /**
     * Starts an answer.
     *
     * @param outerCursor where it goes on, 0 and 0 for the beginning of the table. What they mean is up to who writes the rows.
     * @param innerCursor second part of the cursor.
     */
    public void begin(final long outerCursor, final long innerCursor) {
        outer = outerCursor;
        inner = innerCursor;
        rows = 0;
        isComplete = true;
    }

    /**
     * First part of where the answer goes on.
     *
     * @return as requested, or as set by {@link #stopAt}.
     */
    public long outer() {
        return outer;
    }

    /**
     * Second part of where the answer goes on.
     *
     * @return as requested, or as set by {@link #stopAt}.
     */
    public long inner() {
        return inner;
    }

    /**
     * Starts a row.
     *
     * @return false when the page is full; then say where to go on by {@link #stopAt}.
     */
    public boolean next() {
        if (rows == capacity) {
            return false;
        }
        index = rows * ROW_LENGTH;
        rows++;
        return true;
    }

    /**
     * Whether rows that must not be torn apart still fit.
     *
     * @param count of them.
     * @return false when it is time for {@link #stopAt}, unless the page is empty.
     */
    public boolean hasRoom(final int count) {
        return rows + count <= capacity;
    }

    /**
     * As many rows as octets need, eight of which make a word, the first one its lowest.
     *
     * @param octets for which there is room. Not retained.
     */
    public void putRows(final byte[] octets) {
        for (int at = 0; at < octets.length; at += ROW_LENGTH) {
            next();
            for (int word = at; word < at + ROW_LENGTH; word += Long.BYTES) {
                put(word(octets, word));
            }
        }
    }

    private static long word(final byte[] octets, final int offset) {
        long word = 0;
        for (int i = Math.min(octets.length, offset + Long.BYTES) - 1; i >= offset; i--) {
            word = word << Byte.SIZE | (octets[i] & 0xff);
        }
        return word;
    }

    /**
     * The next word of the row; at most {@link #WORDS} of them.
     *
     * @param value of the word.
     * @return this.
     */
    public StatusPage put(final long value) {
        buffer.putLong(index, value);
        index += Long.BYTES;
        return this;
    }

    /** Takes the last row back. */
    public void withdraw() {
        rows--;
    }

    /**
     * The page is full and the table is not at its end.
     *
     * @param outerCursor first part of where the next page begins.
     * @param innerCursor second part.
     */
    public void stopAt(final long outerCursor, final long innerCursor) {
        outer = outerCursor;
        inner = innerCursor;
        isComplete = false;
    }

    /**
     * Rows so far.
     *
     * @return their number.
     */
    public int rows() {
        return rows;
    }

    /**
     * Whether the table has ended.
     *
     * @return false after {@link #stopAt}.
     */
    public boolean isComplete() {
        return isComplete;
    }
}
