package org.rds4j.status;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Memory that a node shares with tools in other processes: who it is, the labels of its counters, and one slot for a question
 * and its answer. All words in native byte order.
 * <pre>
 *      0 +---------------------------------------------------------------+
 *        | magic (8, last to be written) | version | pid | start ticks   |  written once
 *     40 | address: high (8), low (8) | name: length (4), UTF-8          |
 *    256 +---------------------------------------------------------------+
 *        | request id (8) | table (4) | - | cursor: outer (8), inner (8) |  written by tools, one at a time
 *    384 +---------------------------------------------------------------+
 *        | answer id (8) | rows (4) | complete (4) | cursor (8), (8)     |  written by the engine
 *    512 +---------------------------------------------------------------+
 *        | labels: count (4), octets (4); per counter two texts          |  written once
 * 128 Ki +---------------------------------------------------------------+
 *        | rows of the answer (see StatusPage)                           |  written by the engine
 * 192 Ki +---------------------------------------------------------------+
 * </pre>
 * A question is asked by writing table and cursor and then a new request id; it is answered when the answer id is the same. The
 * engine compares two words per duty cycle and trusts nothing else of what it finds. Tools take turns by a lock on the file.
 */
public final class StatusRegion {
    /** Octets of the region. */
    public static final int LENGTH = 192 << 10;
    /** Version of this layout; a tool reads no other. */
    public static final int VERSION = 1;

    private static final long MAGIC = 0x0053_5554_4134_5344L;
    private static final int MAGIC_OFFSET = 0;
    private static final int VERSION_OFFSET = 8;
    private static final int PID_OFFSET = 16;
    private static final int START_OFFSET = 24;
    private static final int HIGH_OFFSET = 40;
    private static final int LOW_OFFSET = 48;
    private static final int NAME_OFFSET = 56;
    private static final int MAX_NAME_LENGTH = 128;
    private static final int REQUEST_OFFSET = 256;
    private static final int REQUEST_TABLE_OFFSET = 264;
    private static final int REQUEST_OUTER_OFFSET = 272;
    private static final int REQUEST_INNER_OFFSET = 280;
    private static final int ANSWER_OFFSET = 384;
    private static final int ANSWER_ROWS_OFFSET = 392;
    private static final int ANSWER_COMPLETE_OFFSET = 396;
    private static final int ANSWER_OUTER_OFFSET = 400;
    private static final int ANSWER_INNER_OFFSET = 408;
    private static final int LABELS_OFFSET = 512;
    private static final int PAGE_OFFSET = 128 << 10;

    private final AtomicBuffer buffer;

    /**
     * A region in given memory.
     *
     * @param buffer of {@link #LENGTH} octets. Retained.
     */
    public StatusRegion(final AtomicBuffer buffer) {
        buffer.boundsCheck(0, LENGTH);
        this.buffer = buffer;
    }

    /**
     * A region that no other process sees, for a node that publishes nothing.
     *
     * @return a new one.
     */
    static StatusRegion inMemory() {
        return new StatusRegion(new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(LENGTH)));
    }

    /** Clears everything, which also brings every page into memory before an engine writes there. */
    void clear() {
        buffer.setMemory(0, LENGTH, (byte) 0);
    }

    void identify(final long pid, final long startTicks, final String name, final long high, final long low) {
        buffer.putInt(VERSION_OFFSET, VERSION);
        buffer.putLong(PID_OFFSET, pid);
        buffer.putLong(START_OFFSET, startTicks);
        buffer.putLong(HIGH_OFFSET, high);
        buffer.putLong(LOW_OFFSET, low);
        putText(NAME_OFFSET, name, NAME_OFFSET + MAX_NAME_LENGTH);
    }

    /** From now on tools read the region. */
    void publish() {
        buffer.putLongRelease(MAGIC_OFFSET, MAGIC);
    }

    boolean isPublished() {
        return buffer.getLongAcquire(MAGIC_OFFSET) == MAGIC;
    }

    int version() {
        return buffer.getInt(VERSION_OFFSET);
    }

    long pid() {
        return buffer.getLong(PID_OFFSET);
    }

    long startTicks() {
        return buffer.getLong(START_OFFSET);
    }

    String name() {
        return text(NAME_OFFSET);
    }

    long addressHigh() {
        return buffer.getLong(HIGH_OFFSET);
    }

    long addressLow() {
        return buffer.getLong(LOW_OFFSET);
    }

    /** Where a text of a label area begins that is still empty. */
    static int firstLabelOffset() {
        return LABELS_OFFSET + 2 * Integer.BYTES;
    }

    /** Writes a counter's texts; answers where the next one goes, or -1 when there is no room. */
    int putLabel(final int offset, final String label, final String meaning) {
        final int second = putText(offset, label, PAGE_OFFSET);
        final int end = second < 0 ? -1 : putText(second, meaning, PAGE_OFFSET);
        if (end > 0) {
            buffer.putInt(LABELS_OFFSET, labelCount() + 1);
        }
        return end;
    }

    int labelCount() {
        return buffer.getInt(LABELS_OFFSET);
    }

    private int putText(final int offset, final String text, final int limit) {
        final byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        final int end = offset + Integer.BYTES + octets.length;
        if (end > limit) {
            return -1;
        }
        buffer.putInt(offset, octets.length);
        buffer.putBytes(offset + Integer.BYTES, octets);
        return end + Integer.BYTES - 1 & -Integer.BYTES;
    }

    String text(final int offset) {
        final byte[] octets = new byte[buffer.getInt(offset)];
        buffer.getBytes(offset + Integer.BYTES, octets);
        return new String(octets, StandardCharsets.UTF_8);
    }

    int nextText(final int offset) {
        return offset + Integer.BYTES + buffer.getInt(offset) + Integer.BYTES - 1 & -Integer.BYTES;
    }

    /** A tool's question. */
    long ask(final int table, final long outer, final long inner) {
        final long id = buffer.getLong(REQUEST_OFFSET) + 1;
        buffer.putInt(REQUEST_TABLE_OFFSET, table);
        buffer.putLong(REQUEST_OUTER_OFFSET, outer);
        buffer.putLong(REQUEST_INNER_OFFSET, inner);
        buffer.putLongRelease(REQUEST_OFFSET, id);
        return id;
    }

    boolean isAnswered(final long id) {
        return buffer.getLongAcquire(ANSWER_OFFSET) == id;
    }

    int answerRows() {
        return Math.clamp(buffer.getInt(ANSWER_ROWS_OFFSET), 0, (LENGTH - PAGE_OFFSET) / StatusPage.ROW_LENGTH);
    }

    boolean isAnswerComplete() {
        return buffer.getInt(ANSWER_COMPLETE_OFFSET) != 0;
    }

    long answerOuter() {
        return buffer.getLong(ANSWER_OUTER_OFFSET);
    }

    long answerInner() {
        return buffer.getLong(ANSWER_INNER_OFFSET);
    }

    StatusRow answerRow(final int row) {
        final long[] words = new long[StatusPage.WORDS];
        for (int i = 0; i < words.length; i++) {
            words[i] = buffer.getLong(PAGE_OFFSET + row * StatusPage.ROW_LENGTH + i * Long.BYTES);
        }
        return new StatusRow(words);
    }

    /** The engine's side of the slot for questions. */
    static final class Answers {
        private final AtomicBuffer buffer;
        private final StatusPage page;
        private long answered;

        Answers(final StatusRegion region) {
            this.buffer = region.buffer;
            this.page = new StatusPage(new UnsafeBuffer(buffer, PAGE_OFFSET, LENGTH - PAGE_OFFSET));
        }

        /** Answers a question that waits. */
        int poll(final StatusSource source) {
            final long id = buffer.getLongAcquire(REQUEST_OFFSET);
            if (id == answered) {
                return 0;
            }
            page.begin(buffer.getLong(REQUEST_OUTER_OFFSET), buffer.getLong(REQUEST_INNER_OFFSET));
            final StatusTable table = StatusTable.ofId(buffer.getInt(REQUEST_TABLE_OFFSET));
            if (table != null) {
                source.write(table, page);
            }
            buffer.putInt(ANSWER_ROWS_OFFSET, page.rows());
            buffer.putInt(ANSWER_COMPLETE_OFFSET, page.isComplete() ? 1 : 0);
            buffer.putLong(ANSWER_OUTER_OFFSET, page.outer());
            buffer.putLong(ANSWER_INNER_OFFSET, page.inner());
            buffer.putLongRelease(ANSWER_OFFSET, id);
            answered = id;
            return 1;
        }
    }
}
