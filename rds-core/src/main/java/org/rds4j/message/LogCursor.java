package org.rds4j.message;

/** A message in the blocks of a log. Engine thread only. */
final class LogCursor {
    private final LogPool pool;
    private int block;
    private int offset;
    private int entry;

    LogCursor(final LogPool pool) {
        this.pool = pool;
    }

    void set(final int inBlock, final int atOffset, final int entryIndex) {
        block = inBlock;
        offset = atOffset;
        entry = entryIndex;
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
        return pool.entry(block, entry);
    }

    /**
     * Goes to the next message.
     *
     * @param total octets of this one.
     * @return false when there is none; the cursor then stands nowhere.
     */
    boolean advance(final int total) {
        int rest = total;
        int left = pool.used(block) - offset;
        entry++;
        while (rest > left) {
            rest -= left;
            block = pool.next(block);
            left = pool.used(block);
            offset = 0;
            entry = 0;
        }
        offset += rest;
        return entry < pool.entries(block) || enterNext();
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
