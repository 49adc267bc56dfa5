package org.rds4j.message;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.rds4j.frame.OffHeap;
import org.rds4j.frame.RdsHeaderFlyweight;

/**
 * The memory of all send logs of an engine: one allocation, cut into blocks that are lent to a log while it holds messages.
 * <pre>
 *   +---------+---------+-----+---------------+----------------+-----------------------------+--------+--------+--------+
 *   | header, payload   | ... | header, first octets of payload ...  (free)                  | entry 2| entry 1| entry 0|
 *   +---------+---------+-----+---------------+----------------+-----------------------------+--------+--------+--------+
 *   0                                                        used                                         block length
 * </pre>
 * Messages lie in a block as the octets that go on the wire. A header is never cut; a payload goes on at the start of the
 * log's next block. For each message that begins in a block there is an entry at the block's end. A payload that an
 * application lent stays where it is: the header is the last in its block, and the next block is the lent memory.
 * <p>
 * <b>Shares.</b> A log may not hold more than its own bound, and not more than what is then free besides a reserve: so k
 * logs whose peers are dead keep at most k/(k+1) of the pool without the reserve, and each of them equally much. A log whose
 * peer answers may take one longest message out of the reserve as well.
 * <p>
 * <b>Claims.</b> Many that take a block whenever there is one could keep a longest message from ever finding all of its blocks
 * at once. So one log at a time, whose peer answers, has a claim on what is given back until it has enough; for a while only,
 * because the rest may be with peers that died. Engine thread only; lent memory may be read by others.
 */
public final class LogPool {
    /** Octets of a block: a whole record of 16 KiB lies in one piece, and a log that holds little takes little. */
    public static final int BLOCK_LENGTH = 32 << 10;

    static final int NONE = -1;

    /** Longest messages that a pool must hold: one as reserve, one for a log, and as much free as that log has. */
    private static final int LEAST_MESSAGES = 4;
    /** The reserve is this part of the pool, or one longest message where that is more. */
    private static final int RESERVE_PART = 4;

    private final ByteBuffer memory;
    private final long address;
    /** How long a claim may keep others waiting, and how long none is made after one that was in vain. */
    private static final long CLAIM_NS = 100_000_000L;
    private static final long REST_NS = 400_000_000L;

    private final int blockLength;
    private final int blockShift;
    private final int reserve;
    private final int longestMessage;
    private final int mostPerLog;
    /** Blocks of this memory; numbers from here on are those of payloads that are lent. */
    private final int blocks;
    private final LentPayloads lent;
    private final int[] next;
    /** Per block: octets used (upper 32 bits) and entries (lower). */
    private final long[] fill;
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final LogCompactor compactor = new LogCompactor(this);
    private int firstFree;
    private int free;
    private SendLog claimant;
    private int claimed;
    private long claimEndsNs;
    private long restEndsNs = Long.MIN_VALUE;
    private long nowNs;

    /**
     * A pool with all blocks free. Its memory is touched here, so that no page is missing later.
     *
     * @param length        octets, at least {@link #leastLength}.
     * @param blockLength   octets of a block, a power of two.
     * @param maxPayload    octets of the longest message's payload.
     * @param lengthPerLog  most octets lent to one log.
     */
    public LogPool(final int length, final int blockLength, final int maxPayload, final int lengthPerLog) {
        if (!BitUtil.isPowerOfTwo(blockLength)) {
            throw new IllegalArgumentException("block length " + blockLength + " is not a power of two");
        }
        if (length < leastLength(blockLength, maxPayload)) {
            throw new IllegalArgumentException("a pool of " + length + " octets holds no " + LEAST_MESSAGES + " messages");
        }
        this.blockLength = blockLength;
        this.blockShift = Integer.numberOfTrailingZeros(blockLength);
        this.memory = ByteBuffer.allocateDirect(length / blockLength * blockLength);
        this.address = BufferUtil.address(memory);
        this.free = length / blockLength;
        this.longestMessage = blocksOf(blockLength, maxPayload);
        this.reserve = Math.max(longestMessage, free / RESERVE_PART);
        this.mostPerLog = Math.max(longestMessage, lengthPerLog / blockLength);
        this.blocks = free;
        this.lent = new LentPayloads(blocks);
        this.next = new int[2 * blocks];
        this.fill = new long[2 * blocks];
        for (int block = 0; block < free; block++) {
            next[block] = block + 1 < free ? block + 1 : NONE;
        }
    }

    /**
     * The smallest pool that serves.
     *
     * @param blockLength octets of a block.
     * @param maxPayload  octets of the longest message's payload.
     * @return octets.
     */
    public static long leastLength(final int blockLength, final int maxPayload) {
        return (long) LEAST_MESSAGES * blocksOf(blockLength, maxPayload) * blockLength;
    }

    /** Blocks of one message that begins anywhere: the block it begins in may have room for little more than its header. */
    private static int blocksOf(final int blockLength, final int maxPayload) {
        return 2 + (int) (((long) maxPayload + RdsHeaderFlyweight.LENGTH) / blockLength);
    }

    /**
     * Octets of blocks that no log holds.
     *
     * @return a multiple of the block length.
     */
    public long freeLength() {
        return (long) free * blockLength;
    }

    /**
     * Octets of all blocks.
     *
     * @return a multiple of the block length.
     */
    public long length() {
        return memory.capacity();
    }

    int blockLength() {
        return blockLength;
    }

    /** Shared by the logs, for the moment. */
    RdsHeaderFlyweight header() {
        return header;
    }

    LogCompactor compactor() {
        return compactor;
    }

    /**
     * Tells the time, and ends a claim that was in vain.
     *
     * @param timeNs the engine's time.
     */
    public void now(final long timeNs) {
        nowNs = timeNs;
        if (claimant != null && timeNs >= claimEndsNs) {
            claimant = null;
            restEndsNs = timeNs + REST_NS;
        }
    }

    /**
     * Whether a log may take blocks. A refusal may be the beginning of a claim.
     *
     * @param log      that asks.
     * @param held     by the log.
     * @param wanted   by the log, above 0.
     * @param isFlowing whether its peer answers.
     * @return true when {@link #take} may be called so often.
     */
    boolean grants(final SendLog log, final int held, final int wanted, final boolean isFlowing) {
        final int share = held + wanted;
        final int left = free - wanted - claimedBefore(log, wanted);
        if (share > mostPerLog) {
            return false;
        }
        if (share <= left - reserve) {
            return true;
        }
        final boolean isGranted = isFlowing && share <= longestMessage && left >= 0;
        if (!isGranted && isFlowing) {
            claim(log, wanted);
        }
        return isGranted;
    }

    /** Who wants most comes first: whoever wants less finds it sooner without. */
    private void claim(final SendLog log, final int wanted) {
        if (wanted > Math.max(1, claimant == null ? 0 : claimed) && nowNs >= restEndsNs) {
            claimant = log;
            claimed = wanted;
            claimEndsNs = nowNs + CLAIM_NS;
        }
    }

    /** Blocks that are not to be had now: the claimant's own smaller messages would keep its share full, so they wait too. */
    @SuppressWarnings("ReferenceEquality") // logs have no other identity
    private int claimedBefore(final SendLog log, final int wanted) {
        return claimant == null || (claimant == log && wanted >= claimed) ? 0 : claimed;
    }

    /**
     * A log got what it wanted, or wants it no more.
     *
     * @param log    that may have a claim.
     * @param wanted the blocks it got, or as many as can be.
     */
    @SuppressWarnings("ReferenceEquality") // logs have no other identity
    void endClaim(final SendLog log, final int wanted) {
        if (claimant == log && wanted >= claimed) {
            claimant = null;
        }
    }

    int take() {
        final int block = firstFree;
        firstFree = next[block];
        free--;
        next[block] = NONE;
        fill[block] = 0;
        return block;
    }

    /**
     * Makes a block of a payload that an application lent; one for each block that ends with the header of such a message.
     *
     * @return the block, full, with no entry.
     */
    int lend(final long payload, final int length, final Lender lender, final long token) {
        final int block = blocks + lent.add(payload, lender, token);
        next[block] = NONE;
        fill(block, length, 0);
        return block;
    }

    /** As {@link #lend}, for a payload that another block stands for until now. */
    int lendOn(final int block) {
        final int index = block - blocks;
        final int fresh = lend(lent.address(index), used(block), lent.lender(index), lent.token(index));
        lent.forget(index);
        return fresh;
    }

    private boolean isLent(final int block) {
        return block >= blocks;
    }

    /**
     * Takes a block back. The last one given back is the first one taken again: it is in the CPU's caches.
     *
     * @return how many blocks of the pool's memory that are: none when it was lent.
     */
    int giveBack(final int block) {
        if (isLent(block)) {
            lent.remove(block - blocks);
            return 0;
        }
        next[block] = firstFree;
        firstFree = block;
        free++;
        return 1;
    }

    long address(final int block) {
        return isLent(block) ? lent.address(block - blocks) : address + ((long) block << blockShift);
    }

    long entry(final int block, final int index) {
        return address + ((long) (block + 1) << blockShift) - (long) (index + 1) * LogEntry.LENGTH;
    }

    int next(final int block) {
        return next[block];
    }

    void link(final int block, final int follower) {
        next[block] = follower;
    }

    int used(final int block) {
        return (int) (fill[block] >>> 32);
    }

    int entries(final int block) {
        return (int) fill[block];
    }

    /** Octets that a message beginning now would find in the block, its entry set aside; may be negative. */
    int room(final int block) {
        return space(block) - LogEntry.LENGTH;
    }

    /** Octets that a message going on would find in the block. */
    int space(final int block) {
        if (isLent(block)) {
            return 0;
        }
        final long state = fill[block];
        return blockLength - (int) (state >>> 32) - (int) state * LogEntry.LENGTH;
    }

    void fill(final int block, final int usedLength, final int entryCount) {
        fill[block] = (long) usedLength << 32 | entryCount;
    }

    /** Octets that lie in several blocks, in one piece; null if they do already. */
    ByteBuffer copyOfPieces(final int first, final int firstOffset, final int length) {
        if (length <= used(first) - firstOffset) {
            return null;
        }
        final ByteBuffer copy = ByteBuffer.allocateDirect(length);
        int block = first;
        int offset = firstOffset;
        int done = 0;
        while (done < length) {
            final int piece = Math.min(length - done, used(block) - offset);
            OffHeap.copy(address(block) + offset, BufferUtil.address(copy) + done, piece);
            done += piece;
            block = next(block);
            offset = 0;
        }
        return copy;
    }
}
