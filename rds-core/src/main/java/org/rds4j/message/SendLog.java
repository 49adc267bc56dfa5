package org.rds4j.message;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.frame.OffHeap;
import org.rds4j.frame.RdsHeaderFlyweight;

/**
 * The messages of one path on their way out, as the octets that go on the wire, in blocks of a shared pool: appended, handed
 * to a carrier in chunks, kept until acknowledged, and sent again on the next carrier after a break. An empty log holds no
 * block.
 * <pre>
 *   tail                     cursor                    head
 *    |   offered, not acknowledged |   not yet offered    |
 *    +---------+---------+---------+---------+------------+
 *    | message | message | message | message | message    |      in blocks, linked in order
 *    +---------+---------+---------+---------+------------+
 *      in chunks of the carrier
 * </pre>
 * A chunk is contiguous, and ends at the end of a message where that fills at least half of it, so that a receiver finds
 * messages whole; a longer message spans chunks, and its tail shares one with what follows. A message is released when the
 * chunk that holds its last octet is acknowledged.
 * <p>
 * A cancelled message that nothing was offered of leaves the log at once and a gap in the sequence numbers. One that was
 * offered, even in part, is completed, kept until acknowledged because a carrier may still read it, and never sent again.
 * Payloads may be lent: they are not copied, and their lender hears when nobody reads them any more.
 * Engine thread only; memory of unacknowledged chunks may be read by a carrier's other threads meanwhile.
 */
public final class SendLog {
    /** Owner of messages of which nobody wants to hear. */
    public static final int NO_OWNER = 0;
    /** For {@link #cancel}: messages to every port. */
    public static final int ANY_PORT = -1;
    /** For {@link #cancel}: messages to every port whose payload is lent. */
    public static final int LENT_TO_ANY_PORT = -2;

    private static final int HEADER_LENGTH = RdsHeaderFlyweight.LENGTH;
    /** Octets that keep a carrier busy until the next duty cycle; what has not been offered can still be left behind. */
    private static final int WELL_FILLED = 128 << 10;
    private static final ReleaseHandler KEPT_ELSEWHERE = (owner, length) -> { };

    private final LogPool pool;
    private final RdsHeaderFlyweight header;
    private final LogCursor tail;
    private final ChunkCutter chunks;
    private int headBlock = LogPool.NONE;
    private int held;

    /** Messages kept; of these, from the oldest: wholly offered to this carrier, and offered to any so far. */
    private int kept;
    private int sent;
    private int offered;

    private long retainedPosition;
    private long sentPosition;
    private long appendedPosition;
    private long nextSequence;

    private boolean isFlowing;
    private boolean isWanted;

    /** Where a look at the messages ended, so that the next one need not walk there again; null until the first look. */
    private LogCursor visited;
    private long visitedSequence;

    /**
     * An empty log.
     *
     * @param pool          lends the memory.
     * @param firstSequence number of the first message.
     */
    public SendLog(final LogPool pool, final long firstSequence) {
        this.pool = pool;
        this.header = pool.header();
        this.tail = new LogCursor(pool);
        this.chunks = new ChunkCutter(pool);
        this.nextSequence = firstSequence;
    }

    /**
     * Appends a message without extensions; as {@link #append(int, int, long, int, int, long, long)}.
     *
     * @param sourcePort      of the sending socket.
     * @param destinationPort of the receiving socket.
     * @param payload         address of the payload; borrowed for the call.
     * @param length          octets of payload.
     * @param owner           named again when the message is released.
     * @return false when the pool grants this log no more.
     */
    public boolean append(
        final int sourcePort, final int destinationPort, final long payload, final int length, final int owner) {
        return append(sourcePort, destinationPort, payload, length, owner, 0, 0);
    }

    /**
     * Appends a message; it takes the next sequence number.
     *
     * @param sourcePort      of the sending socket.
     * @param destinationPort of the receiving socket.
     * @param payload         address of the payload; borrowed for the call.
     * @param length          octets of payload.
     * @param owner           named again when the message is released.
     * @param extensionsHigh  octets 0 to 7 of the extension area.
     * @param extensionsLow   octets 8 to 15 of the extension area.
     * @return false when the pool grants this log no more.
     */
    public boolean append(
        final int sourcePort, final int destinationPort, final long payload, final int length, final int owner,
        final long extensionsHigh, final long extensionsLow) {
        if (!enter(HEADER_LENGTH + length, HEADER_LENGTH + length)) {
            return false;
        }
        final int block = headBlock;
        final int offset = pool.used(block);
        final int entry = pool.entries(block);
        LogEntry.write(pool.entry(block, entry), owner, length);
        header.wrap(pool.address(block) + offset).write(nextSequence++, length, sourcePort, destinationPort, 0)
            .extensions(extensionsHigh, extensionsLow);
        final int piece = Math.min(length, pool.room(block) - HEADER_LENGTH);
        OffHeap.copy(payload, pool.address(block) + offset + HEADER_LENGTH, piece);
        pool.fill(block, offset + HEADER_LENGTH + piece, entry + 1);
        if (piece < length) {
            writeRest(payload + piece, length - piece);
        }
        return true;
    }

    /**
     * Appends a message whose payload stays where it is, and is read there until it is given back.
     *
     * @param sourcePort      of the sending socket.
     * @param destinationPort of the receiving socket.
     * @param payload         address of the payload; not to be changed before the lender hears of it.
     * @param length          octets of payload, above 0.
     * @param owner           named again when the message is released.
     * @param lender          hears when nobody will read the payload any more, which is after the release of a cancelled message.
     * @param token           for the lender.
     * @return false when the pool grants this log no more.
     */
    public boolean appendLent(
        final int sourcePort, final int destinationPort, final long payload, final int length, final int owner,
        final Lender lender, final long token) {
        if (!enter(HEADER_LENGTH + length, HEADER_LENGTH)) {
            return false;
        }
        writeLent(sourcePort, destinationPort, length, owner, pool.lend(payload, length, lender, token));
        return true;
    }

    private void writeLent(
        final int sourcePort, final int destinationPort, final int length, final int owner, final int payloadBlock) {
        final int block = headBlock;
        final int offset = pool.used(block);
        final int entry = pool.entries(block);
        LogEntry.writeLent(pool.entry(block, entry), owner, length);
        header.wrap(pool.address(block) + offset).write(nextSequence++, length, sourcePort, destinationPort, 0)
            .extensions(0, 0);
        pool.fill(block, offset + HEADER_LENGTH, entry + 1);
        pool.link(block, payloadBlock);
        headBlock = payloadBlock;
    }

    /** Makes room for a message that is about to be written at the end of the head block. */
    private boolean enter(final int total, final int stored) {
        final int room = roomInHead();
        final int wanted = stored > room ? blocksFor(stored, room) : 0;
        if (wanted > 0) {
            if (!pool.grants(this, held, wanted, isFlowing)) {
                isWanted = true;
                return false;
            }
            pool.endClaim(this, wanted);
        }
        if (room < HEADER_LENGTH) {
            addBlock();
        }
        final int offset = pool.used(headBlock);
        final int entry = pool.entries(headBlock);
        if (kept == 0) {
            tail.set(headBlock, offset, entry);
        }
        if (sent == kept) {
            chunks.moveTo(headBlock, offset, entry, total);
        }
        kept++;
        appendedPosition += total;
        isWanted = false;
        return true;
    }

    private int roomInHead() {
        return headBlock == LogPool.NONE ? 0 : pool.room(headBlock);
    }

    private int blocksFor(final int total, final int room) {
        final int block = pool.blockLength();
        final int inFirst = room < HEADER_LENGTH ? block - LogEntry.LENGTH : room;
        final int more = Math.max(0, total - inFirst + block - 1) / block;
        return room < HEADER_LENGTH ? 1 + more : more;
    }

    /**
     * Whether a message would be taken now.
     *
     * @param length octets of its payload; 0 for one that is lent.
     * @return true when {@link #append} would succeed.
     */
    public boolean hasRoomFor(final int length) {
        final int total = HEADER_LENGTH + length;
        final int room = roomInHead();
        return total <= room || pool.grants(this, held, blocksFor(total, room), isFlowing);
    }

    private void addBlock() {
        final int block = pool.take();
        if (headBlock != LogPool.NONE) {
            pool.link(headBlock, block);
        }
        headBlock = block;
        held++;
    }

    /** Into blocks of their own. */
    private void writeRest(final long payload, final int length) {
        int done = 0;
        while (done < length) {
            addBlock();
            final int piece = Math.min(length - done, pool.blockLength());
            OffHeap.copy(payload + done, pool.address(headBlock), piece);
            pool.fill(headBlock, piece, 0);
            done += piece;
        }
    }

    /**
     * The peer answers on the present carrier: this log may take blocks of the reserve, until {@link #rewind()}.
     */
    public void onFlowing() {
        isFlowing = true;
        isWanted = false;
    }

    /**
     * Whether the carrier has enough to take for a while, and does.
     *
     * @return false while the peer does not answer, or little waits.
     */
    public boolean isWellFilled() {
        return isFlowing && unsentLength() >= WELL_FILLED;
    }

    /**
     * Whether a carrier is worth having: there are messages, or one found no room because the peer was not heard of.
     *
     * @return true when the path should dial.
     */
    public boolean wantsCarrier() {
        return kept > 0 || isWanted;
    }

    /**
     * Whether something waits to be offered to a carrier.
     *
     * @return true when {@link #prepareChunk} has something to prepare.
     */
    public boolean hasUnsent() {
        return sent < kept;
    }

    /**
     * Whether nothing waits and nothing is unacknowledged.
     *
     * @return true when the log has no message.
     */
    public boolean isEmpty() {
        return kept == 0;
    }

    /**
     * Messages kept.
     *
     * @return the count.
     */
    public int messageCount() {
        return kept;
    }

    /**
     * Messages that were not wholly offered to the present carrier.
     *
     * @return the count.
     */
    public int unsentCount() {
        return kept - sent;
    }

    /**
     * Octets of blocks the log holds.
     *
     * @return 0 when it is empty.
     */
    public long heldLength() {
        return (long) held * pool.blockLength();
    }

    /**
     * Whether a message in the log was offered to an earlier carrier.
     *
     * @return true when a new carrier would send something again.
     */
    public boolean hasOffered() {
        return offered > 0;
    }

    /**
     * Sequence number of the oldest message kept, or of the next one when there is none.
     *
     * @return the number.
     */
    public long firstSequence() {
        return kept == 0 ? nextSequence : header.wrap(tail.address()).sequence();
    }

    /**
     * Sequence number the next message will have.
     *
     * @return the number.
     */
    public long nextSequence() {
        return nextSequence;
    }

    /**
     * Sequence number of the oldest message that was not wholly offered to the present carrier, or of the next one.
     *
     * @return the number.
     */
    public long firstUnsentSequence() {
        return sent == kept ? nextSequence : header.wrap(chunks.messageAddress()).sequence();
    }

    /**
     * Octets, headers included, that the present carrier was not offered yet.
     *
     * @return their number.
     */
    public long unsentLength() {
        return appendedPosition - sentPosition;
    }

    /**
     * Octets, headers included, that a carrier was offered and its peer has not acknowledged.
     *
     * @return their number.
     */
    public long unacknowledgedLength() {
        return sentPosition - retainedPosition;
    }

    /**
     * Shows messages in order, until the visitor has enough. Cancelled ones are not shown.
     *
     * @param from    first sequence number.
     * @param to      sequence number after the last.
     * @param visitor sees them.
     * @return sequence number of the message that the visitor did not take, or {@code to}.
     */
    public long forEach(final long from, final long to, final MessageVisitor visitor) {
        if (kept == 0) {
            return to;
        }
        if (visited == null) {
            visited = new LogCursor(pool);
        }
        if (visitedSequence > from || visitedSequence < firstSequence()) {
            visited.set(tail);
        }
        do {
            visitedSequence = header.wrap(visited.address()).sequence();
            if (visitedSequence >= to) {
                return to;
            }
            if (visitedSequence >= from && !show(visited, visitor)) {
                return visitedSequence;
            }
        } while (visited.advance(LogEntry.total(visited.entryAddress())));
        visitedSequence = 0;
        return to;
    }

    private boolean show(final LogCursor message, final MessageVisitor visitor) {
        final long entry = message.entryAddress();
        return LogEntry.isCancelled(entry) || visitor.onMessage(header.sequence(), header.sourcePort(),
            header.destinationPort(), header.flags(), LogEntry.length(entry));
    }

    /**
     * Chooses the next chunk: contiguous octets that the carrier was not offered yet.
     *
     * @param maxLength longest chunk the carrier takes.
     * @return its length, above 0 when {@link #hasUnsent()}.
     */
    public int prepareChunk(final int maxLength) {
        return chunks.prepare(maxLength);
    }

    /**
     * Where the next chunk lies.
     *
     * @return address of its first octet, stable until it is released.
     */
    public long chunkAddress() {
        return chunks.address();
    }

    /**
     * The carrier took the prepared chunk.
     *
     * @param carrierPosition just after the chunk, as the carrier said.
     */
    public void onChunkTaken(final long carrierPosition) {
        sentPosition += chunks.preparedLength();
        sent += chunks.take(carrierPosition, kept - sent);
        offered = Math.max(offered, sent + (chunks.cutsMessage() ? 1 : 0));
    }

    /**
     * The carrier's peer acknowledged everything before a position; messages whose last chunk lies before it are released.
     *
     * @param carrierPosition as of the carrier.
     * @param handler         hears of each message, cancelled ones excepted.
     */
    public void onAcknowledged(final long carrierPosition, final ReleaseHandler handler) {
        while (sent > 0 && LogEntry.end(tail.entryAddress()) <= carrierPosition) {
            sent--;
            removeOldest(handler);
        }
    }

    private void removeOldest(final ReleaseHandler handler) {
        final long entry = tail.entryAddress();
        final int owner = LogEntry.owner(entry);
        final int length = LogEntry.length(entry);
        final boolean isCancelled = LogEntry.isCancelled(entry);
        final int block = tail.block();
        final boolean hasMore = tail.advance(HEADER_LENGTH + length);
        kept--;
        offered = Math.max(0, offered - 1);
        retainedPosition += HEADER_LENGTH + length;
        if (!hasMore || block != tail.block()) {
            giveBack(block, hasMore ? tail.block() : LogPool.NONE);
        }
        if (!isCancelled) {
            handler.onReleased(owner, length);
        }
    }

    private void giveBack(final int first, final int end) {
        int block = first;
        while (block != end) {
            final int following = pool.next(block);
            held -= pool.giveBack(block);
            block = following;
        }
        if (end == LogPool.NONE && held == 0) {
            headBlock = LogPool.NONE;
        }
    }

    /**
     * Gives up messages of one owner. Those that no carrier was offered leave the log at once, those that were are not sent
     * again; all are released now.
     *
     * @param owner   as given when they were appended.
     * @param port    of the receiving socket, {@link #ANY_PORT} or {@link #LENT_TO_ANY_PORT}.
     * @param handler hears of each message.
     * @return how many were cancelled.
     */
    public int cancel(final int owner, final int port, final ReleaseHandler handler) {
        isWanted = false;
        pool.endClaim(this, Integer.MAX_VALUE);
        final int begun = sent + (isInsideMessage() ? 1 : 0);
        int cancelled = 0;
        int unsent = 0;
        int again = 0;
        final LogCursor message = new LogCursor(pool);
        final LogCursor firstUnsent = new LogCursor(pool);
        message.set(tail);
        for (int i = 0; i < kept; i++) {
            if (i == begun) {
                firstUnsent.set(message);
            }
            final long entry = message.entryAddress();
            if (isFor(message, owner, port)) {
                LogEntry.cancel(entry);
                handler.onReleased(owner, LogEntry.length(entry));
                cancelled++;
                unsent += i < begun ? 0 : 1;
                again += i >= begun && i < offered ? 1 : 0;
            }
            message.advance(LogEntry.total(entry));
        }
        offered -= again;
        if (unsent > 0) {
            removeCancelled(firstUnsent, begun);
        }
        return cancelled;
    }

    /**
     * Makes one owner's messages nobody's: they still go out, and their release concerns nobody who is named like it later.
     *
     * @param owner as given when they were appended.
     */
    public void disown(final int owner) {
        final LogCursor message = new LogCursor(pool);
        message.set(tail);
        for (int i = 0; i < kept; i++) {
            final long entry = message.entryAddress();
            if (LogEntry.owner(entry) == owner) {
                LogEntry.owner(entry, NO_OWNER);
            }
            message.advance(LogEntry.total(entry));
        }
    }

    /**
     * Whether the carrier was offered a part of a message: nothing else may come before the rest.
     *
     * @return false between two messages.
     */
    public boolean isInsideMessage() {
        return sent < kept && chunks.isInsideMessage();
    }

    private boolean isFor(final LogCursor message, final int owner, final int port) {
        final long entry = message.entryAddress();
        return LogEntry.owner(entry) == owner && !LogEntry.isCancelled(entry)
            && (port == ANY_PORT || (port == LENT_TO_ANY_PORT ? LogEntry.isLent(entry)
            : header.wrap(message.address()).destinationPort() == port));
    }

    /** From a message on, of which and behind which the carrier was offered nothing. */
    private void removeCancelled(final LogCursor from, final int index) {
        final LogCompactor compactor = pool.compactor();
        final int before = kept;
        kept = index + compactor.compact(from, before - index);
        appendedPosition -= compactor.removedLength();
        visitedSequence = 0;
        if (kept == 0) {
            giveBack(tail.block(), LogPool.NONE);
            return;
        }
        headBlock = compactor.lastBlock();
        giveBack(pool.next(headBlock), LogPool.NONE);
        pool.link(headBlock, LogPool.NONE);
        if (sent == index && sent < kept) {
            chunks.moveTo(from);
        }
    }

    /**
     * The carrier has come to its end: everything unacknowledged that was offered will be sent again, first and in order,
     * marked RETRANSMITTED, unless it was cancelled. Only when no thread reads offered memory any more.
     *
     * @return how many messages were marked.
     */
    public int rewind() {
        isFlowing = false;
        pool.endClaim(this, Integer.MAX_VALUE);
        sent = 0;
        sentPosition = retainedPosition;
        if (kept == 0) {
            return 0;
        }
        markOffered();
        toTail();
        return offered;
    }

    private void markOffered() {
        final LogCursor message = new LogCursor(pool);
        message.set(tail);
        final int count = offered;
        for (int i = 0; i < count; i++) {
            final long entry = message.entryAddress();
            if (LogEntry.isCancelled(entry)) {
                offered--;
            } else {
                final long flags = message.address() + RdsHeaderFlyweight.FLAGS_OFFSET;
                UnsafeApi.putByte(flags, (byte) (UnsafeApi.getByte(flags) | RdsHeaderFlyweight.FLAG_RETRANSMITTED));
            }
            message.advance(LogEntry.total(entry));
        }
        if (offered < count) {
            message.set(tail);
            removeCancelled(message, 0);
        }
    }

    private void toTail() {
        if (kept > 0) {
            chunks.moveTo(tail);
        }
    }

    /**
     * Drops what an earlier carrier was offered, when the peer has lost its memory of it. Only after {@link #rewind()} and
     * before the next carrier took a chunk; otherwise nothing is dropped.
     *
     * @param beforeSequence number before which messages are dropped.
     * @param handler        hears of each message.
     * @return how many were dropped.
     */
    public int dropOffered(final long beforeSequence, final ReleaseHandler handler) {
        int dropped = 0;
        while (sentPosition == retainedPosition && offered > 0 && firstSequence() < beforeSequence) {
            removeOldest(handler);
            dropped++;
            sentPosition = retainedPosition;
            toTail();
        }
        return dropped;
    }

    /**
     * Numbers the messages kept anew, for a peer that has lost its memory. Only while no carrier was offered any of them.
     *
     * @param first number of the oldest message, or of the next one when there is none.
     */
    public void renumber(final long first) {
        nextSequence = first;
        final LogCursor message = new LogCursor(pool);
        message.set(tail);
        for (int i = 0; i < kept; i++) {
            OffHeap.putLong(message.address() + RdsHeaderFlyweight.SEQUENCE_OFFSET, nextSequence++);
            message.advance(LogEntry.total(message.entryAddress()));
        }
        visitedSequence = 0;
    }

    /**
     * Moves messages to another log, in order, as far as it has room. Only while no carrier was ever offered one of this log.
     *
     * @param target takes them under numbers of its own, owned as before.
     * @return how many were moved.
     */
    public int moveTo(final SendLog target) {
        int moved = 0;
        while (kept > 0 && appendOldest(target)) {
            removeOldest(KEPT_ELSEWHERE);
            moved++;
        }
        sentPosition = retainedPosition;
        toTail();
        return moved;
    }

    private boolean appendOldest(final SendLog target) {
        final long entry = tail.entryAddress();
        final int length = LogEntry.length(entry);
        final int sourcePort = header.wrap(tail.address()).sourcePort();
        final int destinationPort = header.destinationPort();
        if (LogEntry.isLent(entry)) {
            return target.appendLentOf(this, sourcePort, destinationPort);
        }
        final ByteBuffer copy = pool.copyOfPieces(tail.block(), tail.offset() + HEADER_LENGTH, length);
        try {
            return target.append(sourcePort, destinationPort,
                copy == null ? tail.address() + HEADER_LENGTH : BufferUtil.address(copy), length, LogEntry.owner(entry));
        } finally {
            Reference.reachabilityFence(copy);
        }
    }

    /** Takes the lent payload of another log's oldest message. */
    private boolean appendLentOf(final SendLog source, final int sourcePort, final int destinationPort) {
        final long entry = source.tail.entryAddress();
        final int length = LogEntry.length(entry);
        if (!enter(HEADER_LENGTH + length, HEADER_LENGTH)) {
            return false;
        }
        final int payload = pool.lendOn(pool.next(source.tail.block()));
        writeLent(sourcePort, destinationPort, length, LogEntry.owner(entry), payload);
        return true;
    }
}
