package org.rds4j.perf.baseline;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One end of an ordered byte stream over a non-blocking socket. Nothing blocks; each end belongs to one thread. Buffers
 * are direct and borrowed for the call.
 */
interface Wire extends AutoCloseable {
    /**
     * Appends arrived octets to a buffer with at least {@link #slack()} octets of room.
     *
     * @return octets appended; 0 if none have come.
     * @throws java.io.EOFException if the peer has closed.
     */
    int read(ByteBuffer into) throws IOException;

    /** Takes what it can of a buffer; what it has taken may wait inside for {@link #flush}. */
    void write(ByteBuffer from) throws IOException;

    /** Passes on what waits inside; true when nothing does any more. */
    boolean flush() throws IOException;

    /** Room that {@link #read} needs to make progress, because octets come in units of up to this many. */
    int slack();

    @Override
    void close() throws IOException;
}
