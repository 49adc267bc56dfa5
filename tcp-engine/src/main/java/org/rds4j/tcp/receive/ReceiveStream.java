package org.rds4j.tcp.receive;

import org.rds4j.tcp.stream.StreamMemory;
import org.rds4j.tcp.stream.StreamRing;
import org.rds4j.tcp.wire.InternetChecksum;

/**
 * The octets of the receiving direction. Out-of-order octets lie in the ring at their final place already; ranges remember
 * which. Where copies of an octet differ, the first wins. One thread, but for the memory of runs handed out.
 */
public final class ReceiveStream {
    private final StreamRing ring;
    private final Ranges outOfOrder;
    /** Null, unless somebody wants to know. */
    private ReceiveWatcher watcher;
    private long received;
    private long consumed;
    private long stagedEnd;
    private long imageStart;
    private long imageEnd;
    private long duplicateStart;
    private long duplicateEnd;
    private long blockStart;
    private long blockEnd;

    /**
     * An empty stream.
     *
     * @param memory    of the ring, with a tail of {@link #tailLength}; held while there are octets. Retained.
     * @param maxRanges separate runs of out-of-order octets kept.
     */
    public ReceiveStream(final StreamMemory memory, final int maxRanges) {
        ring = new StreamRing(memory);
        outOfOrder = new Ranges(maxRanges);
    }

    /**
     * What a stream needs behind its ring.
     *
     * @param maxRanges separate runs of out-of-order octets kept.
     * @return octets.
     */
    public static int tailLength(final int maxRanges) {
        return Ranges.length(maxRanges);
    }

    /** Starts over at position 0. */
    public void reset() {
        received = 0;
        consumed = 0;
        stagedEnd = 0;
        imageStart = 0;
        imageEnd = 0;
        watcher = null;
        release();
    }

    /**
     * Has somebody learn which copy of an octet is taken, until the next {@link #reset}.
     *
     * @param receiveWatcher retained; null for nobody.
     */
    public void watcher(final ReceiveWatcher receiveWatcher) {
        watcher = receiveWatcher;
    }

    /** Gives the memory back, and with it whatever was not consumed. */
    public void release() {
        outOfOrder.clear();
        imageStart = 0;
        imageEnd = 0;
        ring.detach();
    }

    private boolean attach() {
        if (!ring.isAttached() && ring.attach()) {
            outOfOrder.at(ring.tailAddress());
        }
        return ring.isAttached();
    }

    /**
     * Whether the stream has no memory: after a refused {@link #write} it was this that was missing.
     *
     * @return true while no octet is held.
     */
    public boolean isDetached() {
        return !ring.isAttached();
    }

    /**
     * Takes octets in. They must lie below consumed + capacity.
     *
     * @param position of the first.
     * @param address  where they are, borrowed.
     * @param length   how many.
     * @return false if they were refused: too many separate runs are held already, there is no memory left, or the watcher does
     * not take them.
     */
    public boolean write(final long position, final long address, final int length) {
        final long from = Math.max(position, received);
        final long to = position + length;
        duplicateStart = position;
        duplicateEnd = Math.min(from, to);
        blockEnd = 0;
        if (from >= to) {
            return true;
        }
        if (!attach()) {
            return false;
        }
        if (watcher != null && !watcher.takes(address, pieces(from, to))) {
            unstage();
            return false;
        }
        if (outOfOrder.count() == 0 && from == received) {
            if (from != position || to > stagedEnd) {
                ring.write(from, address + (from - position), (int) (to - from));
            }
            stagedEnd = 0;
            received = to;
            tell(from, to, address - position);
            return true;
        }
        stagedEnd = 0;
        return writeAround(from, to, address - position);
    }

    /** Into how many pieces octets fall by those that are there already, at most. */
    private int pieces(final long from, final long to) {
        int pieces = 1;
        for (int i = outOfOrder.indexOf(from); i < outOfOrder.count() && outOfOrder.start(i) < to; i++) {
            pieces++;
        }
        return pieces;
    }

    /** These are the octets that stay; octet p lies at base + p. */
    private void tell(final long from, final long to, final long base) {
        if (watcher != null) {
            watcher.onTaken(from, base + from, (int) (to - from));
        }
    }

    /**
     * Copies octets to where they belong before it is known whether they are to be taken, and sums them on the way. They must be
     * the next in order, no octets beyond a gap may be held, and all must lie below consumed + capacity. Nothing is taken by
     * this; a {@link #write} of the same octets that follows at once takes them without another copy.
     *
     * @param address where they are, borrowed.
     * @param length  how many.
     * @return their sum for the Internet checksum, not yet folded.
     */
    public long stage(final long address, final int length) {
        if (!attach()) {
            stagedEnd = 0;
            return InternetChecksum.partialSum(address, length);
        }
        stagedEnd = received + length;
        return ring.writeAndSum(received, address, length);
    }

    /** What was staged is not to be taken: its sum is wrong. */
    public void unstage() {
        stagedEnd = 0;
        releaseIfEmpty();
    }

    private void releaseIfEmpty() {
        if (consumed == received && !hasGap()) {
            release();
        }
    }

    /** Writes what is not there yet; octet p lies at base + p. */
    private boolean writeAround(final long from, final long to, final long base) {
        final int before = outOfOrder.count();
        long cursor = from;
        for (int i = outOfOrder.indexOf(from); i < before && cursor < to && outOfOrder.start(i) < to; i++) {
            if (outOfOrder.start(i) > cursor) {
                ring.write(cursor, base + cursor, (int) (outOfOrder.start(i) - cursor));
                tell(cursor, outOfOrder.start(i), base);
            }
            noteDuplicate(Math.max(cursor, outOfOrder.start(i)), Math.min(to, outOfOrder.end(i)));
            cursor = Math.max(cursor, outOfOrder.end(i));
        }
        if (cursor < to) {
            ring.write(cursor, base + cursor, (int) (to - cursor));
        }
        final int index = from == received ? 0 : outOfOrder.add(from, to); // refused only if it touches none of the others
        if (index == Ranges.REFUSED) {
            return false;
        }
        if (cursor < to) {
            tell(cursor, to, base);
        }
        if (from == received) {
            received = outOfOrder.absorb(to);
            return true;
        }
        blockStart = outOfOrder.start(index);
        blockEnd = outOfOrder.end(index);
        return true;
    }

    /** Of what was received before, the first run is remembered. */
    private void noteDuplicate(final long start, final long end) {
        if (duplicateEnd <= duplicateStart && end > start) {
            duplicateStart = start;
            duplicateEnd = end;
        }
    }

    /**
     * Tells what the last {@link #write} has changed: what arrived a second time, and the run beyond a gap that it is part of.
     *
     * @param sacks told of it.
     */
    public void report(final SackReport sacks) {
        if (duplicateEnd > duplicateStart) {
            sacks.onDuplicate(duplicateStart, duplicateEnd);
        }
        sacks.onAdvance(received);
        if (blockEnd > received) {
            sacks.onBlock(blockStart, blockEnd);
        }
    }

    /**
     * Whether octets beyond a gap are held.
     *
     * @return true if something arrived out of order and the gap before it is open.
     */
    public boolean hasGap() {
        return outOfOrder.count() > 0;
    }

    /**
     * End of the highest run held beyond a gap.
     *
     * @return a position, that of the octets in order when there is no gap.
     */
    public long highest() {
        return hasGap() ? outOfOrder.end(outOfOrder.count() - 1) : received;
    }

    /**
     * Forgets what is held beyond a position, where the stream turned out to end.
     *
     * @param end of the stream, not below what is received.
     */
    public void truncate(final long end) {
        outOfOrder.truncate(end);
        releaseIfEmpty();
    }

    /**
     * Longest run from a position that can be made linear.
     *
     * @param position between consumed and received.
     * @return octets.
     */
    public int contiguousLength(final long position) {
        return (int) Math.min(received - position, Math.max(ring.untilEnd(position), ring.overhang()));
    }

    /**
     * Where a run lies; see {@link org.rds4j.tcp.TcpConnection#receiveAddress}.
     *
     * @param position between consumed and received.
     * @param length   at most {@link #contiguousLength(long)}.
     * @return its address.
     */
    public long address(final long position, final int length) {
        if (isImaged(position) && position + length <= imageStart + ring.overhang()) {
            extendImage(position + length);
            return ring.overhangAddress(position);
        }
        final int untilEnd = ring.untilEnd(position);
        if (length > untilEnd) {
            openImage(position + untilEnd);
            extendImage(position + length);
        }
        return ring.address(position);
    }

    /** Whether a position has been copied into the overhang, where its octet may have been overwritten since. */
    private boolean isImaged(final long position) {
        return position >= imageStart && position < imageEnd;
    }

    private void openImage(final long start) {
        if (start != imageStart) {
            imageStart = start;
            imageEnd = start;
        }
    }

    private void extendImage(final long end) {
        if (end > imageEnd) {
            ring.unfoldOverhang((int) (imageEnd - imageStart), (int) (end - imageEnd));
            imageEnd = end;
        }
    }

    /**
     * Frees octets.
     *
     * @param position end of what is consumed, at most received.
     */
    public void consume(final long position) {
        consumed = Math.max(consumed, Math.min(position, received));
        releaseIfEmpty();
    }

    /**
     * End of the octets in order.
     *
     * @return a position.
     */
    public long received() {
        return received;
    }

    /**
     * End of the octets consumed.
     *
     * @return a position.
     */
    public long consumed() {
        return consumed;
    }

    /**
     * Octets of the ring.
     *
     * @return its capacity.
     */
    public int capacity() {
        return ring.capacity();
    }
}
