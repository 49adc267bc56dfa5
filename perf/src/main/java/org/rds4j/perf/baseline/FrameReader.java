package org.rds4j.perf.baseline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Cuts a byte stream into messages, each behind a {@value #PREFIX}-octet length in native byte order, in place.
 * <pre>
 *   |  read before  |  next message  |  more of the stream  |  room  |
 *   0               parsed                                  position  capacity
 * </pre>
 * A message is valid until the next {@link #fill}. Not thread safe.
 */
final class FrameReader {
    /** Octets of the length in front of each message. */
    static final int PREFIX = Integer.BYTES;

    /** Most to read at once: enough to pay for the system call, little enough to be still in the cache when parsed. */
    private static final int CHUNK = 128 * 1024;

    private final Wire wire;
    private final int largest;
    private final ByteBuffer buffer;
    private final UnsafeBuffer view;
    private int parsed;
    private int offset;
    private int length;

    /**
     * A reader of a stream.
     *
     * @param wire    borrowed.
     * @param largest octets of the largest message; a longer one ends the stream with an exception.
     */
    FrameReader(final Wire wire, final int largest) {
        this.wire = wire;
        this.largest = largest;
        this.buffer = ByteBuffer.allocateDirect(2 * (PREFIX + largest) + CHUNK + wire.slack()).order(ByteOrder.nativeOrder());
        this.view = new UnsafeBuffer(buffer);
    }

    /** Reads once, after {@link #next} has said false; true if anything came. */
    boolean fill() throws IOException {
        makeRoom();
        buffer.limit(readLimit());
        return wire.read(buffer) > 0;
    }

    /** Steps to the next message that has come whole; false if none has. */
    boolean next() throws IOException {
        final int available = buffer.position() - parsed;
        if (available < PREFIX) {
            return false;
        }
        final int announced = checkedLength();
        if (available < PREFIX + announced) {
            return false;
        }
        offset = parsed + PREFIX;
        length = announced;
        parsed = offset + announced;
        return true;
    }

    /** Where the message lies. */
    UnsafeBuffer view() {
        return view;
    }

    /** Where in {@link #view()} the message begins, after its length. */
    int offset() {
        return offset;
    }

    /** Octets of the message. */
    int length() {
        return length;
    }

    /** Points a {@link #duplicate} at the message together with its length. */
    void frame(final ByteBuffer duplicate) {
        duplicate.limit(offset + length).position(offset - PREFIX);
    }

    /** A view of the memory, with a position and limit of its own. */
    ByteBuffer duplicate() {
        return buffer.duplicate();
    }

    private int checkedLength() throws IOException {
        final int announced = view.getInt(parsed);
        if (announced < 0 || announced > largest) {
            throw new IOException("a message of " + announced + " octets announced, the largest has " + largest);
        }
        return announced;
    }

    private void makeRoom() {
        final int position = buffer.position();
        if (parsed == position) {
            parsed = 0;
            buffer.position(0);
        } else if (parsed > 0 && (!isLarge() || frameEnd() + wire.slack() > buffer.capacity())) {
            buffer.limit(position).position(parsed);
            buffer.compact();
            parsed = 0;
        }
    }

    /** Large messages are read to their end and hardly beyond, so that there is little or nothing to move afterwards. */
    private int readLimit() {
        final int end = isLarge() ? frameEnd() : buffer.position() + CHUNK;
        return Math.min(buffer.capacity(), end + wire.slack() - 1);
    }

    private boolean isLarge() {
        return largest > CHUNK;
    }

    /** Where the message being received will end; if its length has not come yet, where the largest would. */
    private int frameEnd() {
        final boolean known = buffer.position() - parsed >= PREFIX;
        return parsed + PREFIX + (known ? view.getInt(parsed) : largest);
    }
}
