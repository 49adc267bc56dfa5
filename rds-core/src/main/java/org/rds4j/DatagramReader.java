package org.rds4j;

import java.nio.ByteBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.rds4j.socket.BlockPool;
import org.rds4j.socket.DatagramRecord;
import org.rds4j.socket.SocketRegion;

/** Takes datagrams out of a socket's receive ring, one thread at a time. */
final class DatagramReader implements MessageHandler {
    private final OneToOneRingBuffer ring;
    private final BlockPool blocks;
    private final SocketRegion region;
    private final DatagramInfo info = new DatagramInfo();
    private final DatagramHandler copier = this::copy;
    private DatagramHandler handler;
    private ByteBuffer destination;
    private int payloadRead;

    DatagramReader(final SocketRegion region) {
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

    boolean readOne(final ByteBuffer target) {
        destination = target;
        int count = read(copier, 1);
        if (count == 0 && ring.size() > 0) {
            count = read(copier, 1); // the first met only the padding at the end of the ring
        }
        return count > 0;
    }

    DatagramInfo info() {
        return info;
    }

    @Override
    public void onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length) {
        final int payloadLength = DatagramRecord.length(buffer, index);
        payloadRead += payloadLength;
        info.set(DatagramRecord.high(buffer, index), DatagramRecord.low(buffer, index), DatagramRecord.port(buffer, index),
            DatagramRecord.level(buffer, index), payloadLength);
        if (type == DatagramRecord.TYPE_INLINE) {
            handler.onDatagram(buffer, index + DatagramRecord.HEADER_LENGTH, payloadLength, info);
        } else {
            final int block = DatagramRecord.block(buffer, index);
            try {
                handler.onDatagram(blocks.block(block), 0, payloadLength, info);
            } finally {
                blocks.free(block);
            }
        }
    }

    private void copy(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo ignored) {
        final int copied = Math.min(length, destination.remaining());
        buffer.getBytes(offset, destination, copied);
        if (copied < length) {
            info.truncated();
        }
    }
}
