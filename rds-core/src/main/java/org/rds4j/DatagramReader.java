package org.rds4j;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.rds4j.socket.BlockPool;
import org.rds4j.socket.DatagramRecord;
import org.rds4j.socket.SocketRegion;

/** Takes datagrams out of a socket's receive ring, or looks at the first, one thread at a time. */
final class DatagramReader implements MessageHandler {
    private final OneToOneRingBuffer ring;
    private final BlockPool blocks;
    private final SocketRegion region;
    private final Arrivals arrivals;
    private final DatagramInfo info = new DatagramInfo();
    private final ControlledMessageHandler looker = this::look;
    private final DatagramHandler copier = this::copy;
    private DatagramHandler handler;
    private ByteBuffer[] destinations;
    private int payloadRead;
    private boolean isSeen;

    DatagramReader(final SocketRegion region, final Arrivals arrivals) {
        this.arrivals = arrivals;
        this.region = region;
        ring = region.receiveRing();
        blocks = region.receiveBlocks();
    }

    int read(final DatagramHandler datagramHandler, final int limit) {
        handler = datagramHandler;
        payloadRead = 0;
        try {
            return ring.read(this, limit);
        } finally {
            if (payloadRead > 0) {
                region.consumed(payloadRead);
            }
        }
    }

    /** Copies the first datagram, one after another into the buffers given, and takes it away. */
    boolean readOne(final ByteBuffer[] targets) {
        destinations = targets;
        int count = read(copier, 1);
        if (count == 0 && ring.size() > 0) {
            count = read(copier, 1); // the first met only the padding at the end of the ring
        }
        return count > 0;
    }

    /** Copies the first datagram and leaves it. */
    boolean peek(final ByteBuffer[] targets) {
        destinations = targets;
        isSeen = false;
        ring.controlledRead(looker, 1);
        if (!isSeen && ring.size() > 0) {
            ring.controlledRead(looker, 1); // as above
        }
        return isSeen;
    }

    DatagramInfo info() {
        return info;
    }

    @Override
    public void onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length) {
        payloadRead += describe(type, buffer, index);
        if (DatagramRecord.isInBlock(type)) {
            final int block = DatagramRecord.block(buffer, index, type);
            try {
                handler.onDatagram(blocks.block(block), 0, info.length(), info);
            } finally {
                blocks.free(block);
            }
        } else {
            handler.onDatagram(buffer, index + DatagramRecord.headerLength(type), info.length(), info);
        }
    }

    private ControlledMessageHandler.Action look(
        final int type, final MutableDirectBuffer buffer, final int index, final int length) {
        isSeen = true;
        describe(type, buffer, index);
        if (DatagramRecord.isInBlock(type)) {
            copy(blocks.block(DatagramRecord.block(buffer, index, type)), 0, info.length(), info);
        } else {
            copy(buffer, index + DatagramRecord.headerLength(type), info.length(), info);
        }
        return ControlledMessageHandler.Action.ABORT;
    }

    private int describe(final int type, final DirectBuffer buffer, final int index) {
        final int length = DatagramRecord.length(buffer, index);
        info.set(DatagramRecord.high(buffer, index), DatagramRecord.low(buffer, index), DatagramRecord.port(buffer, index),
            DatagramRecord.level(buffer, index), length);
        if (type >= DatagramRecord.TYPE_TIMED_INLINE) {
            arrivals.describe(info, buffer, index);
        }
        return length;
    }

    private void copy(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo ignored) {
        int copied = 0;
        for (int i = 0; i < destinations.length && copied < length; i++) {
            final int piece = Math.min(length - copied, destinations[i].remaining());
            buffer.getBytes(offset + copied, destinations[i], piece);
            copied += piece;
        }
        info.copied(copied);
    }
}
