package org.rds4j.message;

/** A message in the blocks of a log. Engine thread only. */
final class LogCursor {
    private final LogPool pool;
    private int block;
    private int offset;
    private int entry;
    private long entryAddress;

    LogCursor(final LogPool pool) {
        this.pool = pool;
    }

    void set(final int inBlock, final int atOffset, final int entryIndex) {
        block = inBlock;
        offset = atOffset;
        entry = entryIndex;
        entryAddress = pool.entry(inBlock, entryIndex);
    }

    void set(final LogCursor other) {
        set(other.block, other.offset, other.entry);
    }

    int block() {
        return block;
    }

    int offset() {
        return offset;
    }

    int entry() {
        return entry;
    }

    /** Of the message's header. */
    long address() {
        return pool.address(block) + offset;
    }

    long entryAddress() {
        return entryAddress;
    }

    /**
     * Goes to the next message.
     *
     * @param total octets of this one.
     * @return false when there is none; the cursor then stands nowhere.
     */
    boolean advance(final int total) {
        final int left = pool.used(block) - offset;
        if (total <= left) {
            offset += total;
            entry++;
            entryAddress -= LogEntry.LENGTH;
        } else {
            skipBlocks(total - left);
        }
        return entry < pool.entries(block) || enterNext();
    }

    /** To the end of a message that goes on in the next block. */
    private void skipBlocks(final int octets) {
        int rest = octets;
        int last = pool.next(block);
        while (rest > pool.used(last)) {
            rest -= pool.used(last);
            last = pool.next(last);
        }
        set(last, rest, 0);
    }

    private boolean enterNext() {
        final int following = pool.next(block);
        if (following == LogPool.NONE || pool.entries(following) == 0) {
            return false;
        }
        set(following, 0, 0);
        return true;
    }
}
