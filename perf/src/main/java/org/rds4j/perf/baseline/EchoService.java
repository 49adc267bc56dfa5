package org.rds4j.perf.baseline;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Sends each message back once it has come whole, out of the buffer in which it lies. */
final class EchoService implements Service {
    private final Wire wire;
    private final FrameReader reader;
    private final ByteBuffer reply;

    EchoService(final Wire wire, final int largest) {
        this.wire = wire;
        this.reader = new FrameReader(wire, largest);
        this.reply = reader.duplicate();
        this.reply.limit(0);
    }

    @Override
    public boolean doWork() throws IOException {
        if (!reply.hasRemaining() && wire.flush() && nextMessage()) {
            reader.frame(reply);
        }
        if (reply.hasRemaining()) {
            wire.write(reply);
            return true;
        }
        return false;
    }

    private boolean nextMessage() throws IOException {
        return reader.next() || (reader.fill() && reader.next());
    }
}
