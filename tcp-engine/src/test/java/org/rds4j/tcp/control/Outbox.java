package org.rds4j.tcp.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Octets on their way into a stream that may not take them all at once. */
final class Outbox {
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private ByteBuffer current = ByteBuffer.allocate(0);

    void append(final byte[] octets) {
        waiting.writeBytes(octets);
    }

    /** Writes as much as the stream takes now; with no stream yet, nothing. */
    void drainTo(final SocketChannel channel) throws IOException {
        while (channel != null && !isEmpty()) {
            if (!current.hasRemaining()) {
                current = ByteBuffer.wrap(waiting.toByteArray());
                waiting.reset();
            }
            if (channel.write(current) == 0) {
                return;
            }
        }
    }

    boolean isEmpty() {
        return !current.hasRemaining() && waiting.size() == 0;
    }

    void clear() {
        waiting.reset();
        current = ByteBuffer.allocate(0);
    }
}
