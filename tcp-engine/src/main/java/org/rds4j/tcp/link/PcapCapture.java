package org.rds4j.tcp.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongSupplier;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * A port that passes everything on to another and writes what is sent and received to a capture file that the usual tools
 * read: classic pcap with nanoseconds, native byte order, link type Ethernet. For debugging: the file is written by the
 * thread that uses the port, whenever the buffer is full, on {@link #flush()} and on {@link #close()}. Transmitted frames
 * appear as handed over, so without the checksums that the device fills in.
 * <pre>
 *   file:   magic 0xa1b23c4d (4), major 2 (2), minor 4 (2), zone (4), accuracy (4), snap length (4), link type 1 (4)
 *   record: seconds (4), nanoseconds (4), captured length (4), length on the wire (4), octets
 * </pre>
 */
public final class PcapCapture extends ForwardingPort {
    /** Octets of the buffer that suits most uses. */
    public static final int DEFAULT_BUFFER_LENGTH = 4 << 20;

    private static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
    private static final int LINK_TYPE_ETHERNET = 1;
    private static final int SNAP_LENGTH = 65535 + 18;
    private static final int RECORD_HEADER_LENGTH = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final LongSupplier epochNs;
    private final FileChannel file;
    private final ByteBuffer buffer;
    private final long bufferAddress;
    private long uncaptured;
    private boolean hasFailed;

    /**
     * Starts a capture; an existing file is replaced.
     *
     * @param port         that does the work; closed with the capture.
     * @param path         of the capture file.
     * @param epochNs      time since 1970 in nanoseconds, read once per burst.
     * @param bufferLength octets collected before they are written; the frames of one transmit burst that do not fit in it
     *                     are not captured.
     * @throws UncheckedIOException when the file cannot be written.
     */
    public PcapCapture(final LinkPort port, final Path path, final LongSupplier epochNs, final int bufferLength) {
        super(port);
        if (bufferLength < RECORD_HEADER_LENGTH + SNAP_LENGTH) {
            throw new IllegalArgumentException(
                "the capture buffer must hold one frame of any size: at least " + (RECORD_HEADER_LENGTH + SNAP_LENGTH));
        }
        this.epochNs = epochNs;
        this.buffer = ByteBuffer.allocateDirect(bufferLength).order(ByteOrder.nativeOrder());
        this.bufferAddress = BufferUtil.address(buffer);
        try {
            this.file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write the capture file " + path, e);
        }
        putFileHeader();
        flush();
    }

    private void putFileHeader() {
        buffer.putInt(MAGIC_NANOSECONDS).putShort((short) 2).putShort((short) 4);
        buffer.putInt(0).putInt(0).putInt(SNAP_LENGTH).putInt(LINK_TYPE_ETHERNET);
    }

    @Override
    public int receiveBurst(final FrameBurst frames) {
        final int count = super.receiveBurst(frames);
        if (count > 0) {
            final long nowNs = epochNs.getAsLong();
            for (int i = 0; i < count; i++) {
                if (!hasRoomFor(frames.length(i))) {
                    flush();
                }
                put(frames, i, nowNs);
            }
        }
        return count;
    }

    /** {@inheritDoc} Frames are recorded before they leave, as they are the device's afterwards; those refused are taken out. */
    @Override
    public int transmitBurst(final FrameBurst frames) {
        final int offered = frames.count();
        if (offered == 0) {
            return 0;
        }
        if (!hasRoomForAll(frames)) {
            flush();
        }
        final long nowNs = epochNs.getAsLong();
        final int start = buffer.position();
        int recorded = 0;
        while (recorded < offered && hasRoomFor(frames.length(recorded))) {
            put(frames, recorded, nowNs);
            recorded++;
        }
        final int accepted = super.transmitBurst(frames);
        uncaptured += Math.max(0, accepted - recorded);
        keepRecords(start, Math.min(accepted, recorded));
        return accepted;
    }

    private boolean hasRoomFor(final int length) {
        return buffer.remaining() >= RECORD_HEADER_LENGTH + length;
    }

    private boolean hasRoomForAll(final FrameBurst frames) {
        long total = 0;
        for (int i = 0; i < frames.count(); i++) {
            total += RECORD_HEADER_LENGTH + frames.length(i);
        }
        return total <= buffer.remaining();
    }

    private void put(final FrameBurst frames, final int index, final long nowNs) {
        final int length = frames.length(index);
        buffer.putInt((int) (nowNs / NANOS_PER_SECOND)).putInt((int) (nowNs % NANOS_PER_SECOND));
        buffer.putInt(length).putInt(length);
        final int position = buffer.position();
        UnsafeApi.copyMemory(frames.address(index), bufferAddress + position, length);
        buffer.position(position + length);
    }

    private void keepRecords(final int start, final int count) {
        int position = start;
        for (int i = 0; i < count; i++) {
            position += RECORD_HEADER_LENGTH + buffer.getInt(position + 8);
        }
        buffer.position(position);
    }

    /** Writes what is buffered. When the file cannot be written, capturing ends and the port works on. */
    public void flush() {
        buffer.flip();
        try {
            while (!hasFailed && buffer.hasRemaining()) {
                file.write(buffer);
            }
        } catch (final IOException e) {
            hasFailed = true;
        }
        buffer.clear();
    }

    /**
     * Whether the file could not be written, so that the capture is incomplete.
     *
     * @return true once a write has failed.
     */
    public boolean hasFailed() {
        return hasFailed;
    }

    /**
     * Frames that were transmitted without being captured, for want of buffer.
     *
     * @return how many.
     */
    public long uncaptured() {
        return uncaptured;
    }

    /** Ends the capture and closes the port. */
    @Override
    public void close() {
        if (!file.isOpen()) {
            return;
        }
        flush();
        try {
            file.close();
        } catch (final IOException e) {
            hasFailed = true;
        }
        super.close();
    }
}
