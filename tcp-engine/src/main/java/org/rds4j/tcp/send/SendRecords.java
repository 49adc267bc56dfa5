package org.rds4j.tcp.send;

/**
 * What is known of every segment sent and not acknowledged: when it left last, whether it was sacked, is held for lost, was sent
 * again. Records are disjoint, cover [SND.UNA, SND.NXT) without a gap and stand in two orders: by position, in a ring that is
 * searched by halving, and by time of their last departure, in a list of those that may still arrive. Neighbours that are sacked
 * become one record, so what an acknowledgement costs grows with what it says anew and not with what is in flight.
 * <p>
 * A record may cover several segments; it is split where a SACK block or a retransmission ends inside. Records are named by
 * slots, which stay the same until the record goes. No allocation but for blocks of the pool. One thread.
 */
public final class SendRecords {
    /** No record. */
    static final int NONE = -1;

    private static final int SACKED = 1;
    private static final int LOST = 2;
    /** A retransmission is under way. */
    private static final int AGAIN = 4;
    /** Was ever sent more than once. */
    private static final int REPEATED = 8;

    private static final int START = 0;
    private static final int SENT = 1;
    private static final int LENGTH_AND_FLAGS = 2;
    private static final int LINKS = 3;
    private static final long LOW = 0xffff_ffffL;
    private static final int MOST_STEPS = 64;

    private final RecordPool pool;
    private final RecordBlock own = new RecordBlock(RecordPool.OWN);
    private RecordBlock block;
    private long[] words;
    private int[] order;
    private int head;
    private int count;
    private int used;
    private int vacant;
    private int oldest;
    private int newest;
    private long begin;
    private long end;
    private long sackedOctets;
    private long lostOctets;
    private long againOctets;
    private int lostToSend;
    private long lostHint;

    /**
     * No records.
     *
     * @param pool memory for more than a few. Retained.
     */
    public SendRecords(final RecordPool pool) {
        this.pool = pool;
        use(own);
        reset();
    }

    /** Forgets everything; the next octet sent is at position 0. */
    public void reset() {
        clear();
        begin = 0;
        end = 0;
    }

    private void use(final RecordBlock memory) {
        block = memory;
        words = memory.words;
        order = memory.order;
    }

    private void clear() {
        if (block != own) {
            pool.give(block);
            use(own);
        }
        head = 0;
        count = 0;
        used = 0;
        vacant = NONE;
        oldest = NONE;
        newest = NONE;
        sackedOctets = 0;
        lostOctets = 0;
        againOctets = 0;
        lostToSend = 0;
        lostHint = 0;
    }

    /** Number of records. */
    int count() {
        return count;
    }

    /** End of the last record: SND.NXT. */
    long end() {
        return end;
    }

    /** Begin of the first record: SND.UNA. */
    long begin() {
        return begin;
    }

    /** Octets sacked. */
    long sackedOctets() {
        return sackedOctets;
    }

    /** Octets held for lost, sent again since or not. */
    long lostOctets() {
        return lostOctets;
    }

    /** Octets believed to be in the network: RFC 6675's pipe. */
    long inFlight() {
        return end - begin - sackedOctets - lostOctets + againOctets;
    }

    /** The record at an index, 0 being the lowest. */
    int at(final int index) {
        return order[(head + index) & (order.length - 1)];
    }

    /** Index of the record that holds a position between begin and end. */
    int indexOf(final long position) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (start(at(middle)) <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    long start(final int slot) {
        return words[slot * RecordBlock.WORDS + START];
    }

    long end(final int slot) {
        return start(slot) + length(slot);
    }

    long sentNs(final int slot) {
        return words[slot * RecordBlock.WORDS + SENT];
    }

    int length(final int slot) {
        return (int) (words[slot * RecordBlock.WORDS + LENGTH_AND_FLAGS] >> 32);
    }

    boolean isSacked(final int slot) {
        return (flags(slot) & SACKED) != 0;
    }

    boolean isLost(final int slot) {
        return (flags(slot) & LOST) != 0;
    }

    /** Whether a retransmission of it is under way. */
    boolean isAgain(final int slot) {
        return (flags(slot) & AGAIN) != 0;
    }

    /** Whether it was ever sent more than once. */
    boolean isRepeated(final int slot) {
        return (flags(slot) & REPEATED) != 0;
    }

    private int flags(final int slot) {
        return (int) words[slot * RecordBlock.WORDS + LENGTH_AND_FLAGS];
    }

    /** The record that left first of those that may still arrive, or NONE. */
    int oldest() {
        return oldest;
    }

    /** The one that left after it, or NONE. */
    int later(final int slot) {
        return (int) words[slot * RecordBlock.WORDS + LINKS];
    }

    private int earlier(final int slot) {
        return (int) (words[slot * RecordBlock.WORDS + LINKS] >> 32);
    }

    /** Whether {@link #append} can take another segment. */
    boolean hasRoom() {
        return hasRoomForRecord() || (flags(at(count - 1)) & ~REPEATED) == 0;
    }

    /** Whether another record fits. */
    boolean hasRoomForRecord() {
        return count < order.length || grow();
    }

    /** New data left: [end, to). Where memory ends, the last record covers it too. */
    void append(final long to, final long nowNs) {
        if (!hasRoomForRecord()) {
            extend(to, nowNs);
            return;
        }
        final int slot = take();
        order[(head + count) & (order.length - 1)] = slot;
        count++;
        write(slot, end, (int) (to - end), 0, nowNs);
        end = to;
        link(slot, newest);
    }

    private void extend(final long to, final long nowNs) {
        final int slot = at(count - 1);
        unlink(slot);
        // when it left is no longer one time, so no round trip is measured with it
        write(slot, start(slot), (int) (to - start(slot)), flags(slot) | REPEATED, nowNs);
        end = to;
        link(slot, newest);
    }

    /** Drops the first record, which is acknowledged. */
    void removeFirst() {
        final int slot = at(0);
        begin = end(slot);
        uncount(slot);
        unlinkIfListed(slot);
        if (--count == 0) {
            clear();
            return;
        }
        head = (head + 1) & (order.length - 1);
        vacate(slot);
    }

    /** Drops the front of the first record. */
    void trimFirst(final long to) {
        final int slot = at(0);
        uncount(slot);
        write(slot, to, (int) (end(slot) - to), flags(slot), sentNs(slot));
        count(slot);
        begin = to;
    }

    /** Splits a record in two at a position inside; false without memory. */
    boolean split(final int index, final long position) {
        if (!hasRoomForRecord()) {
            return false;
        }
        final int lower = at(index);
        final int upper = take();
        insert(index + 1, upper);
        uncount(lower);
        write(upper, position, (int) (end(lower) - position), flags(lower), sentNs(lower));
        write(lower, start(lower), (int) (position - start(lower)), flags(lower), sentNs(lower));
        count(lower);
        count(upper);
        if (isListed(lower)) {
            link(upper, lower);
        }
        return true;
    }

    /** Records from an index to another were sacked: with sacked neighbours they become one. Slots are no longer valid. */
    void sack(final int from, final int to) {
        final int first = from > 0 && isSacked(at(from - 1)) ? from - 1 : from;
        final int last = to + 1 < count && isSacked(at(to + 1)) ? to + 1 : to;
        final int kept = at(first);
        final long start = start(kept);
        final long behind = end(at(last));
        int repeated = 0;
        for (int i = first; i <= last; i++) {
            final int slot = at(i);
            uncount(slot);
            unlinkIfListed(slot);
            repeated |= flags(slot) & REPEATED;
            if (i > first) {
                vacate(slot);
            }
        }
        write(kept, start, (int) (behind - start), repeated | SACKED, sentNs(kept));
        count(kept);
        remove(first + 1, last - first);
    }

    /** Holds a record that may still arrive for lost: what was sent of it is out of the network. */
    void lose(final int slot) {
        uncount(slot);
        unlinkIfListed(slot);
        flags(slot, (flags(slot) | LOST) & ~AGAIN);
        count(slot);
        lostHint = lostToSend == 1 ? start(slot) : Math.min(lostHint, start(slot));
    }

    /** A record was sent again. */
    void sentAgain(final int slot, final long nowNs) {
        uncount(slot);
        unlinkIfListed(slot);
        write(slot, start(slot), length(slot), flags(slot) | AGAIN | REPEATED, nowNs);
        count(slot);
        link(slot, newest);
    }

    /** The lowest record that is lost and was not sent again since, or NONE. */
    int lowestToSend() {
        if (lostToSend == 0) {
            return NONE;
        }
        int index = indexOf(Math.max(lostHint, begin));
        while ((flags(at(index)) & (LOST | AGAIN)) != LOST) {
            index++;
        }
        lostHint = start(at(index));
        return at(index);
    }

    /** The peer forgot what it had sacked: holds everything for lost. */
    void forgetSacks() {
        for (int i = 0; i < count; i++) {
            final int slot = at(i);
            uncount(slot);
            unlinkIfListed(slot);
            flags(slot, (flags(slot) & REPEATED) | LOST);
            count(slot);
        }
        lostHint = begin;
    }

    /** What was held for lost may still arrive after all. */
    void findLost() {
        oldest = NONE;
        newest = NONE;
        // those sent once left in the order of their positions; those sent again mostly did, and later
        relist(false);
        relist(true);
    }

    private void relist(final boolean repeated) {
        for (int i = 0; i < count; i++) {
            final int slot = at(i);
            if (isSacked(slot) || isRepeated(slot) != repeated) {
                continue;
            }
            uncount(slot);
            flags(slot, flags(slot) & ~LOST);
            count(slot);
            link(slot, placeOf(slot));
        }
    }

    /** The record after which another is listed; one far out of order is counted to those that left where the search ends. */
    private int placeOf(final int slot) {
        int before = newest;
        for (int steps = 0; before != NONE && sentNs(before) > sentNs(slot); steps++) {
            if (steps == MOST_STEPS) {
                write(slot, start(slot), length(slot), flags(slot) | REPEATED, sentNs(before));
                return before;
            }
            before = earlier(before);
        }
        return before;
    }

    private boolean isListed(final int slot) {
        final int flags = flags(slot);
        return (flags & SACKED) == 0 && (flags & (LOST | AGAIN)) != LOST;
    }

    private void unlinkIfListed(final int slot) {
        if (isListed(slot)) {
            unlink(slot);
        }
    }

    private void unlink(final int slot) {
        final int before = earlier(slot);
        final int after = later(slot);
        if (before == NONE) {
            oldest = after;
        } else {
            links(before, earlier(before), after);
        }
        if (after == NONE) {
            newest = before;
        } else {
            links(after, before, later(after));
        }
    }

    /** Lists a record after another, or first. */
    private void link(final int slot, final int before) {
        final int after = before == NONE ? oldest : later(before);
        links(slot, before, after);
        if (before == NONE) {
            oldest = slot;
        } else {
            links(before, earlier(before), slot);
        }
        if (after == NONE) {
            newest = slot;
        } else {
            links(after, slot, later(after));
        }
    }

    private void links(final int slot, final int before, final int after) {
        words[slot * RecordBlock.WORDS + LINKS] = (long) before << 32 | (after & LOW);
    }

    private void count(final int slot) {
        count(slot, 1);
    }

    private void uncount(final int slot) {
        count(slot, -1);
    }

    private void count(final int slot, final int sign) {
        final int flags = flags(slot) & ~REPEATED;
        if (flags == 0) {
            return; // in flight for the first time, as nearly all are
        }
        final long octets = (long) sign * length(slot);
        sackedOctets += (flags & SACKED) != 0 ? octets : 0;
        lostOctets += (flags & LOST) != 0 ? octets : 0;
        againOctets += (flags & AGAIN) != 0 ? octets : 0;
        lostToSend += (flags & (LOST | AGAIN)) == LOST ? sign : 0;
    }

    private void write(final int slot, final long start, final int length, final int flags, final long nowNs) {
        final int at = slot * RecordBlock.WORDS;
        words[at + START] = start;
        words[at + SENT] = nowNs;
        words[at + LENGTH_AND_FLAGS] = (long) length << 32 | flags;
    }

    private void flags(final int slot, final int flags) {
        words[slot * RecordBlock.WORDS + LENGTH_AND_FLAGS] = (long) length(slot) << 32 | flags;
    }

    private int take() {
        if (vacant == NONE) {
            return used++;
        }
        final int slot = vacant;
        vacant = later(slot);
        return slot;
    }

    private void vacate(final int slot) {
        links(slot, NONE, vacant);
        vacant = slot;
    }

    private boolean grow() {
        final RecordBlock larger = pool.take(order.length);
        if (larger == null) {
            return false;
        }
        System.arraycopy(words, 0, larger.words, 0, used * RecordBlock.WORDS);
        for (int i = 0; i < count; i++) {
            larger.order[i] = at(i);
        }
        head = 0;
        if (block != own) {
            pool.give(block);
        }
        use(larger);
        return true;
    }

    /** Opens a place in the order, moving the shorter side. */
    private void insert(final int index, final int slot) {
        final int mask = order.length - 1;
        if (index > count / 2) {
            for (int i = count; i > index; i--) {
                order[(head + i) & mask] = order[(head + i - 1) & mask];
            }
        } else {
            head = (head - 1) & mask;
            for (int i = 0; i < index; i++) {
                order[(head + i) & mask] = order[(head + i + 1) & mask];
            }
        }
        order[(head + index) & mask] = slot;
        count++;
    }

    /** Closes places in the order, moving the shorter side. */
    private void remove(final int index, final int places) {
        final int mask = order.length - 1;
        count -= places;
        if (index > count / 2) {
            for (int i = index; i < count; i++) {
                order[(head + i) & mask] = order[(head + i + places) & mask];
            }
        } else {
            for (int i = index - 1; i >= 0; i--) {
                order[(head + i + places) & mask] = order[(head + i) & mask];
            }
            head = (head + places) & mask;
        }
    }
}
