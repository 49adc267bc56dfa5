package org.rds4j.message;

/**
 * Where a log's next chunk begins, and which octets it takes: contiguous ones, up to the end of a message where that fills at
 * least half of the chunk. Engine thread only.
 */
final class ChunkCutter {
    private final LogPool pool;
    /** The first message that was not wholly offered. */
    private final LogCursor message;
    private int block;
    private int offset;
    /** Octets of the message that are not yet offered. */
    private int rest;

    private int preparedLength;
    private int preparedCount;
    /** Octets the prepared chunk takes of the message after those it completes. */
    private int preparedCut;

    ChunkCutter(final LogPool pool) {
        this.pool = pool;
        this.message = new LogCursor(pool);
    }

    /** The next chunk begins with a message. */
    void moveTo(final int inBlock, final int atOffset, final int entry, final int total) {
        message.set(inBlock, atOffset, entry);
        block = inBlock;
        offset = atOffset;
        rest = total;
    }

    /** The next chunk begins with a message. */
    void moveTo(final LogCursor first) {
        moveTo(first.block(), first.offset(), first.entry(), LogEntry.total(first.entryAddress()));
    }

    /** Header of the first message that was not wholly offered. */
    long messageAddress() {
        return message.address();
    }

    /** Whether a part of a message was offered, and not the rest. */
    boolean isInsideMessage() {
        return rest < LogEntry.total(message.entryAddress());
    }

    /** Chooses the next chunk; its length. */
    int prepare(final int maxLength) {
        final int available = pool.used(block) - offset;
        final int entries = pool.entries(block);
        final int limit = Math.min(maxLength, available);
        final int next = nextEntry();
        long entry = pool.entry(block, next);
        final long entriesEnd = entry - (long) (entries - next) * LogEntry.LENGTH;
        int end = 0;
        int left = rest;
        preparedCount = 0;
        while (left <= limit - end) {
            end += left;
            preparedCount++;
            if (entry == entriesEnd) {
                break;
            }
            left = LogEntry.total(entry);
            entry -= LogEntry.LENGTH;
        }
        final boolean isBlockEnd = available <= maxLength;
        preparedLength = isBlockEnd || 2 * end < limit ? limit : end;
        preparedCut = preparedLength - end;
        return preparedLength;
    }

    /** In the block of the next chunk: the message after the first, which may have begun in an earlier block. */
    private int nextEntry() {
        return message.block() == block ? message.entry() + 1 : 0;
    }

    long address() {
        return pool.address(block) + offset;
    }

    int preparedLength() {
        return preparedLength;
    }

    /** Whether the prepared chunk begins a message that it does not complete. */
    boolean cutsMessage() {
        return preparedCut > 0;
    }

    /**
     * Passes the prepared chunk, which the carrier took.
     *
     * @param carrierPosition just after the chunk.
     * @param unsent          messages up to the end of the log, the first included.
     * @return how many messages it completes.
     */
    int take(final long carrierPosition, final int unsent) {
        offset += preparedLength;
        if (preparedCount == 0) {
            rest -= preparedLength;
        } else {
            complete(carrierPosition, preparedCount < unsent);
        }
        if (preparedCount < unsent && offset == pool.used(block)) {
            block = pool.next(block);
            offset = 0;
        }
        return preparedCount;
    }

    private void complete(final long carrierPosition, final boolean hasMore) {
        final int first = nextEntry();
        final int last = first + preparedCount - 1;
        LogEntry.end(message.entryAddress(), carrierPosition);
        long entry = pool.entry(block, first);
        for (int i = first; i < last; i++) {
            LogEntry.end(entry, carrierPosition);
            entry -= LogEntry.LENGTH;
        }
        if (!hasMore) {
            return;
        }
        if (last < pool.entries(block)) {
            message.set(block, offset - preparedCut, last);
        } else {
            message.set(pool.next(block), 0, 0);
        }
        rest = LogEntry.total(message.entryAddress()) - preparedCut;
    }
}
