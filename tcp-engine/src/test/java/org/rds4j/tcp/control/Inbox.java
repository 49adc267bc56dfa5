package org.rds4j.tcp.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Octets from a stream that are not complete yet. Between {@link #reading()} and {@link #done()} it is read from. */
final class Inbox {
    private final ByteBuffer buffer;

    Inbox(final int capacity) {
        buffer = ByteBuffer.allocate(capacity);
    }

    /** Reads what is there, as far as there is room: octets, 0 for none now, -1 at the end of the stream. */
    int fill(final SocketChannel channel) throws IOException {
        if (!buffer.hasRemaining()) {
            throw new IOException("more than " + buffer.capacity() + " octets without an end");
        }
        return channel.read(buffer);
    }

    ByteBuffer reading() {
        return buffer.flip();
    }

    void done() {
        buffer.compact();
    }

    void clear() {
        buffer.clear();
    }
}
