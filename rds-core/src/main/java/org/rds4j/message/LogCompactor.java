package org.rds4j.message;

import org.agrona.UnsafeApi;
import org.rds4j.frame.RdsHeaderFlyweight;

/**
 * Takes cancelled messages out of the end of a log that no carrier reads, by moving those behind them forward in the blocks
 * the log has. What is written never overtakes what is read: with fewer messages before it, each finds at least the room it
 * had. Shared by the logs of a pool; engine thread only.
 */
final class LogCompactor {
    private final LogPool pool;
    private int readBlock;
    private int readOffset;
    private int readEntry;
    /** Of the block being read, from before it is written to. */
    private int readUsed;
    private int readEntries;
    private int writeBlock;
    private long removedLength;

    LogCompactor(final LogPool pool) {
        this.pool = pool;
    }

    /**
     * Removes cancelled messages.
     *
     * @param from  the first message that may go; where the first that stays lies afterwards.
     * @param count messages from there to the end of the log.
     * @return how many stay.
     */
    int compact(final LogCursor from, final int count) {
        enter(from.block());
        readOffset = from.offset();
        readEntry = from.entry();
        writeBlock = from.block();
        pool.fill(writeBlock, from.offset(), from.entry());
        removedLength = 0;
        int stay = 0;
        for (int i = 0; i < count; i++) {
            if (readEntry == readEntries) {
                enter(pool.next(readBlock));
            }
            final long entry = pool.entry(readBlock, readEntry++);
            final boolean isCancelled = LogEntry.isCancelled(entry);
            removedLength += isCancelled ? LogEntry.total(entry) : 0;
            stay += isCancelled ? 0 : 1;
            if (LogEntry.isLent(entry)) {
                treatLent(entry, isCancelled);
            } else if (isCancelled) {
                skip(LogEntry.total(entry));
            } else {
                move(LogEntry.owner(entry), LogEntry.length(entry));
            }
        }
        return stay;
    }

    /** A header that ends its block, and the lent payload in the next: given back, or linked behind where the header goes. */
    private void treatLent(final long entry, final boolean isCancelled) {
        final int header = readBlock;
        final int payload = pool.next(header);
        final int following = pool.next(payload);
        if (isCancelled) {
            pool.link(header, following);
            pool.giveBack(payload);
            return;
        }
        moveHeader(entry);
        if (writeBlock == header) {
            enter(payload);
        } else {
            pool.link(header, following);
            pool.link(payload, pool.next(writeBlock));
            pool.link(writeBlock, payload);
        }
        writeBlock = payload;
    }

    private void moveHeader(final long entry) {
        final int owner = LogEntry.owner(entry);
        final int length = LogEntry.length(entry);
        enterForHeader();
        LogEntry.writeLent(pool.entry(writeBlock, pool.entries(writeBlock)), owner, length);
        pool.fill(writeBlock, pool.used(writeBlock), pool.entries(writeBlock) + 1);
        movePiece(RdsHeaderFlyweight.LENGTH);
    }

    private void enterForHeader() {
        if (pool.room(writeBlock) < RdsHeaderFlyweight.LENGTH) {
            enterForWriting(pool.next(writeBlock));
        }
    }

    /** The last block with a message, behind which the log needs none. */
    int lastBlock() {
        return writeBlock;
    }

    /** Octets of the messages removed. */
    long removedLength() {
        return removedLength;
    }

    private void enter(final int block) {
        readBlock = block;
        readOffset = 0;
        readEntry = 0;
        readUsed = pool.used(block);
        readEntries = pool.entries(block);
    }

    private void skip(final int total) {
        int rest = total;
        while (rest > readUsed - readOffset) {
            rest -= readUsed - readOffset;
            enter(pool.next(readBlock));
        }
        readOffset += rest;
    }

    private void move(final int owner, final int length) {
        enterForHeader();
        final int entries = pool.entries(writeBlock);
        LogEntry.write(pool.entry(writeBlock, entries), owner, length);
        pool.fill(writeBlock, pool.used(writeBlock), entries + 1);
        int rest = RdsHeaderFlyweight.LENGTH + length;
        while (true) {
            final int piece = Math.min(rest, Math.min(readUsed - readOffset, pool.space(writeBlock)));
            movePiece(piece);
            rest -= piece;
            if (rest == 0) {
                return;
            }
            if (readOffset == readUsed) {
                enter(pool.next(readBlock));
            }
            if (pool.space(writeBlock) == 0) {
                enterForWriting(pool.next(writeBlock));
            }
        }
    }

    private void enterForWriting(final int block) {
        writeBlock = block;
        pool.fill(block, 0, 0);
    }

    private void movePiece(final int length) {
        final int used = pool.used(writeBlock);
        final long source = pool.address(readBlock) + readOffset;
        final long target = pool.address(writeBlock) + used;
        if (source != target) {
            UnsafeApi.copyMemory(source, target, length);
        }
        readOffset += length;
        pool.fill(writeBlock, used + length, pool.entries(writeBlock));
    }
}
