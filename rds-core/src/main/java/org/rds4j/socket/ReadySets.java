package org.rds4j.socket;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where an engine notes which sockets have become ready, so that a poller finds them without asking each: a set of bits per
 * poller, one for each socket's slot, and above them a bit for each word that has any. The memory belongs to the node, or is a
 * client's own and mapped by both sides.
 * <pre>
 *   set  0: | summary: bit w for word w, 64 words each | words: bit s for slot 64 w + s | ... |
 *   set  1: ...
 * </pre>
 * Any thread adds, the poller of the set takes. A bit is set after what it tells of is visible, and taken before that is looked
 * at; so nothing is missed and nobody waits for anybody.
 */
public final class ReadySets {
    /** Most pollers of a node, or of a client. */
    public static final int MAX_SETS = 16;
    /** Answer of {@link #open} when every set is in use. */
    public static final int NONE = -1;

    private static final int ALIGNMENT = 128;

    private final AtomicBuffer memory;
    private final int words;
    private final int summaryWords;
    private final int setLength;
    private final AtomicIntegerArray isOpen = new AtomicIntegerArray(MAX_SETS);

    /**
     * Sets in given memory.
     *
     * @param memory     of {@link #length} octets, 0 where it is fresh.
     * @param maxSockets slots.
     */
    public ReadySets(final AtomicBuffer memory, final int maxSockets) {
        memory.boundsCheck(0, length(maxSockets));
        this.memory = memory;
        this.words = wordsOf(maxSockets);
        this.summaryWords = wordsOf(words);
        this.setLength = setLength(maxSockets);
    }

    /**
     * Sets in memory of their own.
     *
     * @param maxSockets slots.
     * @return nothing is ready.
     */
    public static ReadySets inMemory(final int maxSockets) {
        return new ReadySets(
            new UnsafeBuffer(BufferUtil.allocateDirectAligned(length(maxSockets), ALIGNMENT)), maxSockets);
    }

    /**
     * Memory needed.
     *
     * @param maxSockets slots.
     * @return octets.
     */
    public static int length(final int maxSockets) {
        return MAX_SETS * setLength(maxSockets);
    }

    private static int setLength(final int maxSockets) {
        final int words = wordsOf(maxSockets);
        return BitUtil.align((words + wordsOf(words)) * Long.BYTES, ALIGNMENT);
    }

    private static int wordsOf(final int bits) {
        return (bits + Long.SIZE - 1) / Long.SIZE;
    }

    /**
     * Takes a set for a poller; of the process that polls, any thread.
     *
     * @return its number, or {@link #NONE}.
     */
    public int open() {
        for (int set = 0; set < MAX_SETS; set++) {
            if (isOpen.compareAndSet(set, 0, 1)) {
                return set;
            }
        }
        return NONE;
    }

    /**
     * Gives a set back. A bit that comes nevertheless is a false alarm for the next poller, nothing else.
     *
     * @param set as of {@link #open}.
     */
    public void close(final int set) {
        isOpen.set(set, 0);
    }

    /**
     * Slots that a set has bits for.
     *
     * @return at least as many as asked for.
     */
    public int slots() {
        return words * Long.SIZE;
    }

    /**
     * Words of a set's summary.
     *
     * @return 1 or more.
     */
    public int summaryWords() {
        return summaryWords;
    }

    /**
     * Notes that a socket may be ready; what makes it ready is visible already. Any thread.
     *
     * @param set  of its poller.
     * @param slot of the socket.
     */
    public void add(final int set, final int slot) {
        final int word = slot / Long.SIZE;
        setBit(wordOffset(set, word), 1L << slot);
        setBit(summaryOffset(set, word / Long.SIZE), 1L << word);
    }

    private void setBit(final int offset, final long bit) {
        long before = memory.getLongVolatile(offset);
        while ((before & bit) == 0 && !memory.compareAndSetLong(offset, before, before | bit)) {
            before = memory.getLongVolatile(offset);
        }
    }

    /**
     * Takes the words that have any bit; poller.
     *
     * @param set     of the poller.
     * @param summary 0 to {@link #summaryWords()} - 1.
     * @return bit w for word 64 summary + w.
     */
    public long takeSummary(final int set, final int summary) {
        final int offset = summaryOffset(set, summary);
        return memory.getLongVolatile(offset) == 0 ? 0 : memory.getAndSetLong(offset, 0);
    }

    /**
     * Takes the sockets of a word; poller.
     *
     * @param set  of the poller.
     * @param word as the summary told.
     * @return bit s for slot 64 word + s.
     */
    public long takeWord(final int set, final int word) {
        return memory.getAndSetLong(wordOffset(set, word), 0);
    }

    private int summaryOffset(final int set, final int summary) {
        return set * setLength + summary * Long.BYTES;
    }

    private int wordOffset(final int set, final int word) {
        return set * setLength + (summaryWords + word) * Long.BYTES;
    }
}
