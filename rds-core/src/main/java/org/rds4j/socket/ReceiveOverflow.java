package org.rds4j.socket;

import java.util.ArrayDeque;
import org.agrona.BitUtil;
import org.agrona.UnsafeApi;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.OffHeap;
import org.rds4j.frame.ReassemblyBuffer;

/**
 * Datagrams for which a socket's receive ring has no room. They wait here, in order, so that one socket that is not read stops
 * neither the reading of a carrier nor other sockets, until its peers know that its port is congested. Memory comes in segments
 * of a bounded pool, as far as the socket's share goes. A header is never cut; a payload goes on at the start of the next
 * segment, so that nothing takes more than its own length and that of its header. Engine thread only.
 * <pre>
 *   0 address high | 8 address low | 16 port, 18 level, 20 length | 24 sequence | 32 times | 56 payload, padded to 8
 * </pre>
 */
final class ReceiveOverflow {
    private static final int SEGMENT_LENGTH = OverflowShares.SEGMENT_LENGTH;
    private static final int HEADER_LENGTH = 56;
    private static final int LOW_OFFSET = 8;
    private static final int PORT_OFFSET = 16;
    private static final int LEVEL_OFFSET = 18;
    private static final int LENGTH_OFFSET = 20;
    private static final int SEQUENCE_OFFSET = 24;
    private static final int HEADER_TIME_OFFSET = 32;
    private static final int START_TIME_OFFSET = 40;
    private static final int END_TIME_OFFSET = 48;

    private final OverflowShares shares;
    private final ArrayDeque<ReassemblyBuffer> segments = new ArrayDeque<>();
    private int readOffset;
    /** In the last segment; no room there while there is none. */
    private int writeOffset = SEGMENT_LENGTH;
    private int count;

    ReceiveOverflow(final OverflowShares shares) {
        this.shares = shares;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Takes a datagram in; false when there is no memory for it. */
    boolean add(
        final long high, final long low, final int port, final int level, final long payload, final int length,
        final long sequence, final ArrivalTimes times) {
        final int segmentsBefore = segments.size();
        final int offsetBefore = writeOffset;
        if (!isGranted(length) || !findHeader()) {
            return false;
        }
        final long at = segments.peekLast().address() + writeOffset;
        UnsafeApi.putLong(at, high);
        UnsafeApi.putLong(at + LOW_OFFSET, low);
        UnsafeApi.putShort(at + PORT_OFFSET, (short) port);
        UnsafeApi.putShort(at + LEVEL_OFFSET, (short) level);
        UnsafeApi.putInt(at + LENGTH_OFFSET, length);
        UnsafeApi.putLong(at + SEQUENCE_OFFSET, sequence);
        UnsafeApi.putLong(at + HEADER_TIME_OFFSET, times.headerNs());
        UnsafeApi.putLong(at + START_TIME_OFFSET, times.startNs());
        UnsafeApi.putLong(at + END_TIME_OFFSET, times.endNs());
        writeOffset += HEADER_LENGTH;
        if (!append(payload, length)) {
            takeBack(segmentsBefore, offsetBefore);
            return false;
        }
        count++;
        return true;
    }

    private boolean isGranted(final int length) {
        final int room = SEGMENT_LENGTH - writeOffset;
        final int missing = HEADER_LENGTH + length - (room < HEADER_LENGTH ? 0 : room);
        final long held = (long) segments.size() * SEGMENT_LENGTH;
        return missing <= 0 || shares.grants(held, BitUtil.align((long) missing, SEGMENT_LENGTH));
    }

    /** A header that does not fit leaves the end of its segment unused. */
    private boolean findHeader() {
        return SEGMENT_LENGTH - writeOffset >= HEADER_LENGTH || extend();
    }

    private boolean extend() {
        final ReassemblyBuffer fresh = shares.acquire();
        if (fresh == null) {
            return false;
        }
        segments.addLast(fresh);
        writeOffset = 0;
        return true;
    }

    private boolean append(final long payload, final int length) {
        int done = 0;
        while (done < length) {
            if (writeOffset == SEGMENT_LENGTH && !extend()) {
                return false;
            }
            final int piece = Math.min(length - done, SEGMENT_LENGTH - writeOffset);
            OffHeap.copy(payload + done, segments.peekLast().address() + writeOffset, piece);
            done += piece;
            writeOffset += piece;
        }
        writeOffset = BitUtil.align(writeOffset, Long.BYTES);
        return true;
    }

    private void takeBack(final int segmentsBefore, final int offsetBefore) {
        while (segments.size() > segmentsBefore) {
            shares.release(segments.pollLast());
        }
        writeOffset = offsetBefore;
    }

    /** Moves datagrams into the socket's ring, in order, as long as there is room; answers how many. */
    int drainTo(final ReceiveSide socket, final ArrivalTimes times) {
        int moved = 0;
        while (count > 0) {
            final long at = next();
            final int length = UnsafeApi.getInt(at + LENGTH_OFFSET);
            times.set(UnsafeApi.getLong(at + HEADER_TIME_OFFSET), UnsafeApi.getLong(at + START_TIME_OFFSET),
                UnsafeApi.getLong(at + END_TIME_OFFSET));
            final long target = socket.claim(UnsafeApi.getLong(at), UnsafeApi.getLong(at + LOW_OFFSET),
                UnsafeApi.getShort(at + PORT_OFFSET) & 0xffff, UnsafeApi.getShort(at + LEVEL_OFFSET), length,
                UnsafeApi.getLong(at + SEQUENCE_OFFSET));
            if (target == ReceiveSide.NO_ROOM) {
                break;
            }
            readOffset += HEADER_LENGTH;
            take(target, length);
            socket.commit();
            count--;
            moved++;
        }
        if (count == 0) {
            clear();
        }
        return moved;
    }

    /** Where the oldest record lies; gives the segment before it back when it was the last of that. */
    private long next() {
        if (SEGMENT_LENGTH - readOffset < HEADER_LENGTH) {
            endSegment();
        }
        return segments.peekFirst().address() + readOffset;
    }

    private void endSegment() {
        shares.release(segments.pollFirst());
        readOffset = 0;
    }

    private void take(final long target, final int length) {
        int done = 0;
        while (done < length) {
            if (readOffset == SEGMENT_LENGTH) {
                endSegment();
            }
            final int piece = Math.min(length - done, SEGMENT_LENGTH - readOffset);
            OffHeap.copy(segments.peekFirst().address() + readOffset, target + done, piece);
            done += piece;
            readOffset += piece;
        }
        readOffset = BitUtil.align(readOffset, Long.BYTES);
    }

    /** Forgets everything; the socket closes. */
    void clear() {
        while (!segments.isEmpty()) {
            shares.release(segments.pollFirst());
        }
        count = 0;
        readOffset = 0;
        writeOffset = SEGMENT_LENGTH;
    }
}
