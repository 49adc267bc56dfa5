package org.rds4j;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import org.agrona.MutableDirectBuffer;
import org.rds4j.socket.BlockPool;
import org.rds4j.socket.CompletionRing;
import org.rds4j.socket.LentAreas;
import org.rds4j.socket.SocketRegion;

/** What a socket's application has lent, and the cookies that come back. Any thread lends and sends, one takes cookies. */
final class Lendings {
    private final SocketRegion region;
    private final CompletionRing completions;
    private final AtomicReferenceArray<LentMemory> memories = new AtomicReferenceArray<>(LentAreas.MAX_AREAS);
    private final AtomicInteger due = new AtomicInteger();

    Lendings(final SocketRegion region) {
        this.region = region;
        this.completions = region.completions();
    }

    LentMemory block() {
        final int block = region.submitBlocks().take();
        if (block == BlockPool.NONE) {
            throw RdsException.of(Errno.ENOBUFS, "all largeBlocks of the socket are taken: wait, or raise that setting;"
                + " or the process has no memory outside its heap left (-XX:MaxDirectMemorySize)");
        }
        return remember(block, region.submitBlocks().block(block));
    }

    LentMemory own(final MutableDirectBuffer memory) {
        if (region.isShared()) {
            throw RdsException.of(Errno.EOPNOTSUPP, "the node is in another process: send from a block of the socket");
        }
        if (memory.byteArray() != null || memory.capacity() == 0) {
            throw RdsException.of(Errno.EINVAL, "only direct memory can be lent");
        }
        final int area = region.lentAreas().add(memory);
        if (area == LentAreas.NONE) {
            throw RdsException.of(Errno.ENOBUFS, "the socket has taken in all the memory that it can: close some");
        }
        return remember(area, memory);
    }

    private LentMemory remember(final int area, final MutableDirectBuffer buffer) {
        final LentMemory memory = new LentMemory(region.lentAreas(), area, buffer);
        memories.set(area, memory);
        return memory;
    }

    /** Whether a payload can be sent from there. */
    @SuppressWarnings("ReferenceEquality") // the very object that this socket gave
    boolean isLent(final LentMemory memory, final int length) {
        return length > 0 && !memory.isClosed() && memories.get(memory.area()) == memory;
    }

    /** Sets a place for a cookie aside; false when too many are on their way. */
    boolean begin(final LentMemory memory) {
        if (due.incrementAndGet() > CompletionRing.CAPACITY) {
            due.decrementAndGet();
            return false;
        }
        memory.onSend();
        return true;
    }

    /** The datagram found no room. */
    void giveUp(final LentMemory memory) {
        memory.onCompleted();
        due.decrementAndGet();
    }

    boolean hasCookies() {
        return !completions.isEmpty();
    }

    /** Takes cookies, oldest first; answers how many. */
    int take(final IntConsumer handler, final int limit) {
        int taken = 0;
        while (taken < limit && !completions.isEmpty()) {
            final long word = completions.take();
            final LentMemory memory = memories.get((int) (word >>> 32));
            due.decrementAndGet();
            memory.onCompleted();
            taken++;
            handler.accept((int) word);
        }
        return taken;
    }
}
