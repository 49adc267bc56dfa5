package org.rds4j.socket;

import java.util.ArrayDeque;
import org.agrona.UnsafeApi;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.OffHeap;
import org.rds4j.frame.ReassemblyBuffer;

/**
 * Datagrams for which a socket's receive ring has no room. They wait here, in order, so that one socket that is not read stops
 * neither the reading of a carrier nor other sockets, until its peers know that its port is congested. Memory comes in segments
 * of a bounded pool, as far as the socket's share goes. Engine thread only.
 * <pre>
 *   0 address high | 8 address low | 16 port, 18 level, 20 length | 24 sequence | 32 times | 56 payload, padded to 8
 * </pre>
 */
final class ReceiveOverflow {
    private static final int SEGMENT_LENGTH = 64 << 10;
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
    private long held;
    private int readOffset;
    private int writeOffset;
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
        final int recordLength = HEADER_LENGTH + (length + Long.BYTES - 1 & -Long.BYTES);
        if ((segments.isEmpty() || segments.peekLast().capacity() - writeOffset < recordLength) && !extend(recordLength)) {
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
        OffHeap.copy(payload, at + HEADER_LENGTH, length);
        writeOffset += recordLength;
        count++;
        return true;
    }

    /** A record that does not fit leaves the end of its segment unused, marked by a length below 0. */
    private boolean extend(final int recordLength) {
        final ReassemblyBuffer fresh = shares.acquire(held, Math.max(SEGMENT_LENGTH, recordLength));
        if (fresh == null) {
            return false;
        }
        if (!segments.isEmpty() && segments.peekLast().capacity() - writeOffset >= HEADER_LENGTH) {
            UnsafeApi.putInt(segments.peekLast().address() + writeOffset + LENGTH_OFFSET, -1);
        }
        held += fresh.capacity();
        segments.addLast(fresh);
        writeOffset = 0;
        return true;
    }

    /** Moves datagrams into the socket's ring, in order, as long as there is room; answers how many. */
    int drainTo(final ReceiveSide socket, final ArrivalTimes times) {
        int moved = 0;
        while (count > 0) {
            final long at = next();
            final int length = UnsafeApi.getInt(at + LENGTH_OFFSET);
            times.set(UnsafeApi.getLong(at + HEADER_TIME_OFFSET), UnsafeApi.getLong(at + START_TIME_OFFSET),
                UnsafeApi.getLong(at + END_TIME_OFFSET));
            if (!socket.toRing(UnsafeApi.getLong(at), UnsafeApi.getLong(at + LOW_OFFSET),
                UnsafeApi.getShort(at + PORT_OFFSET) & 0xffff, UnsafeApi.getShort(at + LEVEL_OFFSET), at + HEADER_LENGTH, length,
                UnsafeApi.getLong(at + SEQUENCE_OFFSET))) {
                break;
            }
            readOffset += HEADER_LENGTH + (length + Long.BYTES - 1 & -Long.BYTES);
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
        final ReassemblyBuffer first = segments.peekFirst();
        final boolean isAtEnd = first.capacity() - readOffset < HEADER_LENGTH
            || UnsafeApi.getInt(first.address() + readOffset + LENGTH_OFFSET) < 0;
        if (segments.size() > 1 && isAtEnd) {
            release(segments.pollFirst());
            readOffset = 0;
        }
        return segments.peekFirst().address() + readOffset;
    }

    private void release(final ReassemblyBuffer segment) {
        held -= segment.capacity();
        shares.release(segment);
    }

    /** Forgets everything; the socket closes. */
    void clear() {
        while (!segments.isEmpty()) {
            release(segments.pollFirst());
        }
        count = 0;
        readOffset = 0;
        writeOffset = 0;
    }
}
