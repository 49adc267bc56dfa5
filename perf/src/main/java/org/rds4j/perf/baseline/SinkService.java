package org.rds4j.perf.baseline;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.rds4j.perf.load.MessagePattern;

/** Checks each message against its index and counts it. */
final class SinkService implements Service {
    private final FrameReader reader;
    private final int size;
    private final AtomicLong delivered;
    private long nextIndex;

    /**
     * A sink.
     *
     * @param wire      borrowed.
     * @param size      octets that every message must have.
     * @param delivered is set to the messages that arrived; written here, read by anyone.
     */
    SinkService(final Wire wire, final int size, final AtomicLong delivered) {
        this.reader = new FrameReader(wire, size);
        this.size = size;
        this.delivered = delivered;
    }

    @Override
    public boolean doWork() throws IOException {
        if (!reader.fill()) {
            return false;
        }
        while (reader.next()) {
            if (reader.length() != size || !MessagePattern.matches(reader.view(), reader.offset(), size, nextIndex)) {
                throw new IOException("message " + nextIndex + " arrived with wrong content");
            }
            nextIndex++;
        }
        delivered.setRelease(nextIndex);
        return true;
    }
}
