package org.rds4j;

import java.util.function.IntSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.rds4j.congestion.CongestionMaps;
import org.rds4j.socket.DatagramRecord;
import org.rds4j.socket.SocketRegion;

/** A socket's datagrams on their way to the engine: what is refused, what is counted, what is waited for. Any thread. */
final class SendSide {
    private static final int RDS_HEADER_LENGTH = 48;
    private static final int FLAGS = MessageFlags.DONTWAIT | MessageFlags.ZEROCOPY;

    private final RdsContext context;
    private final IntSupplier duty;
    private final SocketRegion region;
    private final ManyToOneRingBuffer ring;
    private final MutableDirectBuffer ringBuffer;
    private final int maxInlineLength;
    private final int maxLength;
    private final boolean isIpv4;
    private final int permittedLevels;
    private final CongestionMaps congestion;
    private final CongestionMonitor monitor;
    private final Lendings lendings;
    private volatile int limit;

    SendSide(
        final RdsContext context, final IntSupplier duty, final SocketRegion region, final int permittedLevels,
        final CongestionMaps congestion, final CongestionMonitor monitor, final Lendings lendings) {
        this.context = context;
        this.duty = duty;
        this.region = region;
        this.permittedLevels = permittedLevels;
        this.congestion = congestion;
        this.monitor = monitor;
        this.lendings = lendings;
        ring = region.submitRing();
        ringBuffer = ring.buffer();
        maxInlineLength = ring.maxMsgLength() - DatagramRecord.HEADER_LENGTH;
        maxLength = context.maxMessageLength();
        isIpv4 = context.localAddress().isIpv4();
        limit(context.sendBufferLength());
    }

    /** Most octets of payload queued or unacknowledged. */
    int limit() {
        return limit;
    }

    void limit(final int length) {
        limit = length;
        region.sendBufferLength(length);
    }

    /** Answers 0, or why a service level cannot be used. */
    int admitLevel(final int level) {
        if (level < 0 || level > RdsSocket.MAX_SERVICE_LEVEL) {
            return RdsSocket.BAD_SERVICE_LEVEL;
        }
        return (permittedLevels & 1 << level) != 0 ? 0 : RdsSocket.NOT_PERMITTED;
    }

    /** As of {@link RdsSocket#offer(RdsAddress, DirectBuffer, int, int, int)}. */
    int offer(final RdsAddress destination, final DirectBuffer buffer, final int offset, final int length, final int level) {
        final long updates = congestion.updates();
        return told(tryOffer(destination, buffer, offset, length, level), destination, updates);
    }

    /** As of {@link RdsSocket#offer(RdsAddress, DirectBufferVector[], int)}. */
    int offer(final RdsAddress destination, final DirectBufferVector[] vectors, final int level) {
        final long updates = congestion.updates();
        return told(tryOffer(destination, vectors, level, 0), destination, updates);
    }

    /** As of {@link RdsSocket#offer(RdsAddress, LentMemory, int, int, int, int)}. */
    int offer(
        final RdsAddress destination, final LentMemory memory, final int offset, final int length, final int level,
        final int cookie) {
        final long updates = congestion.updates();
        return told(tryOffer(destination, memory, offset, length, level, cookie), destination, updates);
    }

    private int told(final int result, final RdsAddress destination, final long updates) {
        if (result == RdsSocket.CONGESTED) {
            congestion.countRefused();
            monitor.onRefused(destination.port(), updates);
        }
        return result;
    }

    private int tryOffer(
        final RdsAddress destination, final DirectBuffer buffer, final int offset, final int length, final int level) {
        buffer.boundsCheck(offset, length);
        final int refusal = admit(destination, length, level, true);
        if (refusal < 0) {
            return refusal;
        }
        if (length > maxInlineLength) {
            final int block = region.submitBlocks().take();
            if (block < 0) {
                return giveUp(length);
            }
            region.submitBlocks().block(block).putBytes(0, buffer, offset, length);
            return submitBlock(destination, block, length, level);
        }
        final int index = ring.tryClaim(DatagramRecord.TYPE_INLINE, DatagramRecord.HEADER_LENGTH + length);
        if (index < 0) {
            return giveUp(length);
        }
        ringBuffer.putBytes(index + DatagramRecord.HEADER_LENGTH, buffer, offset, length);
        return submitInline(destination, index, length, level);
    }

    private int tryOffer(
        final RdsAddress destination, final DirectBufferVector[] vectors, final int level, final int flags) {
        final long total = lengthOf(vectors);
        if ((flags & ~FLAGS) != 0 && region.state() < SocketRegion.STATE_CLOSED) {
            return RdsSocket.BAD_FLAGS;
        }
        final int length = (int) Math.min(Integer.MAX_VALUE, total);
        final int refusal = admit(destination, length, level, (flags & MessageFlags.ZEROCOPY) == 0);
        if (refusal < 0) {
            return refusal;
        }
        if (length > maxInlineLength) {
            final int block = region.submitBlocks().take();
            if (block < 0) {
                return giveUp(length);
            }
            gather(vectors, region.submitBlocks().block(block), 0);
            return submitBlock(destination, block, length, level);
        }
        final int index = ring.tryClaim(DatagramRecord.TYPE_INLINE, DatagramRecord.HEADER_LENGTH + length);
        if (index < 0) {
            return giveUp(length);
        }
        gather(vectors, ringBuffer, index + DatagramRecord.HEADER_LENGTH);
        return submitInline(destination, index, length, level);
    }

    private int tryOffer(
        final RdsAddress destination, final LentMemory memory, final int offset, final int length, final int level,
        final int cookie) {
        memory.buffer().boundsCheck(offset, length);
        final int refusal = admit(destination, length, level, lendings.isLent(memory, length));
        if (refusal < 0) {
            return refusal;
        }
        if (!lendings.begin(memory)) {
            return giveUp(length);
        }
        final int index = ring.tryClaim(DatagramRecord.TYPE_LENT, DatagramRecord.LENT_RECORD_LENGTH);
        if (index < 0) {
            lendings.giveUp(memory);
            return giveUp(length);
        }
        DatagramRecord.lent(ringBuffer, index, memory.area(), offset, cookie);
        return submitInline(destination, index, length, level);
    }

    /** Also checks every piece: once the ring slot is claimed nothing may throw. */
    private static long lengthOf(final DirectBufferVector[] vectors) {
        long length = 0;
        for (int i = 0; i < vectors.length; i++) {
            vectors[i].buffer().boundsCheck(vectors[i].offset(), vectors[i].length());
            length += vectors[i].length();
        }
        return length;
    }

    private static void gather(final DirectBufferVector[] vectors, final MutableDirectBuffer target, final int start) {
        int index = start;
        for (int i = 0; i < vectors.length; i++) {
            target.putBytes(index, vectors[i].buffer(), vectors[i].offset(), vectors[i].length());
            index += vectors[i].length();
        }
    }

    /**
     * The checks of Linux's rds_sendmsg in its order. Those that cannot fail here are left out: the look-up of the connection
     * and the choice of a path, which the engine does. On success the payload is in the send buffer's account.
     */
    private int admit(final RdsAddress destination, final int length, final int level, final boolean isPayloadGiven) {
        final int state = region.state();
        if (state >= SocketRegion.STATE_CLOSED) {
            return state == SocketRegion.STATE_LOST ? RdsSocket.NODE_LOST : RdsSocket.CLOSED;
        }
        if (destination != null && (!destination.isUnicast() || destination.isLinkLocal())) {
            return RdsSocket.NOT_UNICAST;
        }
        if (state != SocketRegion.STATE_BOUND) {
            return RdsSocket.NOT_BOUND;
        }
        if (destination == null) {
            return RdsSocket.NO_DESTINATION;
        }
        if (destination.isIpv4() != isIpv4) {
            return RdsSocket.FAMILY_MISMATCH;
        }
        final int refusal = admitLevel(level);
        if (refusal < 0) {
            return refusal;
        }
        return admitPayload(destination, length, isPayloadGiven);
    }

    private int admitPayload(final RdsAddress destination, final int length, final boolean isPayloadGiven) {
        final int most = limit;
        if (length > most || length > maxLength) {
            return RdsSocket.TOO_LONG;
        }
        if (!isPayloadGiven) {
            return RdsSocket.NOT_LENT;
        }
        if (congestion.isCongested(destination.high(), destination.low(), destination.port())) {
            return RdsSocket.CONGESTED;
        }
        return region.reserve(length, most) ? 0 : RdsSocket.BACK_PRESSURED;
    }

    private int giveUp(final int length) {
        region.unreserve(length);
        return RdsSocket.BACK_PRESSURED;
    }

    private int submitInline(final RdsAddress destination, final int index, final int length, final int level) {
        DatagramRecord.write(ringBuffer, index, destination.high(), destination.low(), destination.port(), level, length, 0);
        ring.commit(index);
        return RDS_HEADER_LENGTH + length;
    }

    private int submitBlock(final RdsAddress destination, final int block, final int length, final int level) {
        final int index = ring.tryClaim(DatagramRecord.TYPE_BLOCK, DatagramRecord.BLOCK_RECORD_LENGTH);
        if (index < 0) {
            region.submitBlocks().free(block);
            return giveUp(length);
        }
        ringBuffer.putInt(index + DatagramRecord.HEADER_LENGTH, block);
        return submitInline(destination, index, length, level);
    }

    /** As of {@link RdsSocket#send(RdsAddress, DirectBuffer, int, int, int, long)}. */
    void send(
        final RdsAddress destination, final DirectBuffer buffer, final int offset, final int length, final int level,
        final long timeoutNs) {
        int result = timeoutNs > 0 ? tryOffer(destination, buffer, offset, length, level)
            : offer(destination, buffer, offset, length, level);
        if (timeoutNs > 0 && Refusal.isPassing(result)) {
            final SendWait wait = waitFor(result, timeoutNs);
            while (Refusal.isPassing(result)) {
                wait.idle(result);
                result = tryOffer(destination, buffer, offset, length, level);
            }
        }
        requireSent(result);
    }

    /** As of {@link RdsSocket#send(RdsAddress, LentMemory, int, int, int, long)}. */
    void send(
        final RdsAddress destination, final LentMemory memory, final int offset, final int length, final int level,
        final int cookie, final long timeoutNs) {
        int result = timeoutNs > 0 ? tryOffer(destination, memory, offset, length, level, cookie)
            : offer(destination, memory, offset, length, level, cookie);
        if (timeoutNs > 0 && Refusal.isPassing(result)) {
            final SendWait wait = waitFor(result, timeoutNs);
            while (Refusal.isPassing(result)) {
                wait.idle(result);
                result = tryOffer(destination, memory, offset, length, level, cookie);
            }
        }
        requireSent(result);
    }

    /** As of {@link RdsSocket#send(RdsAddress, DirectBufferVector[], int)}; answers the octets of payload. */
    int send(
        final RdsAddress destination, final DirectBufferVector[] vectors, final int level, final int flags,
        final long timeoutNs) {
        final long updates = congestion.updates();
        int result = tryOffer(destination, vectors, level, flags);
        if ((flags & MessageFlags.DONTWAIT) != 0) {
            result = told(result, destination, updates);
        } else if (Refusal.isPassing(result)) {
            final SendWait wait = waitFor(result, timeoutNs);
            while (Refusal.isPassing(result)) {
                wait.idle(result);
                result = tryOffer(destination, vectors, level, flags);
            }
        }
        requireSent(result);
        return result - RDS_HEADER_LENGTH;
    }

    private SendWait waitFor(final int result, final long timeoutNs) {
        if (result == RdsSocket.CONGESTED) {
            congestion.countBlocked();
        }
        return new SendWait(context, duty, timeoutNs);
    }

    private static void requireSent(final int result) {
        if (result < 0) {
            throw Refusal.exception(result);
        }
    }
}
