package org.rds4j.sim.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The part of a history that one process sees, as a line per event in a file; {@link JoinedHistory} makes one history of such
 * files. Whatever a process did before it was killed is in its file.
 */
public final class HistoryLog implements History, AutoCloseable {
    /** What a line tells. */
    enum Kind { SENT, REFUSED, DELIVERED, ENDED, CANCELLED }

    /** A line; the processes of a host have one clock. */
    record Event(long timeNs, Kind kind, long source, long destination, int length, long digest) {
        static Event parse(final String line) {
            final String[] words = line.split(" ", -1);
            return new Event(Long.parseLong(words[0]), Kind.valueOf(words[1]), HexFormat.fromHexDigitsToLong(words[2]),
                HexFormat.fromHexDigitsToLong(words[3]), Integer.parseInt(words[4]), HexFormat.fromHexDigitsToLong(words[5]));
        }

        @Override
        public String toString() {
            return timeNs + " " + kind + " " + Long.toHexString(source) + " " + Long.toHexString(destination) + " " + length
                + " " + Long.toHexString(digest) + "\n";
        }
    }

    private record Pair(long source, long destination) {
    }

    /** How many messages a pair has, and the last one prepared. */
    private static final class Progress {
        private long sent;
        private int length;
        private long digest;
    }

    private final PayloadPattern pattern;
    private final FileChannel channel;
    private final Map<Pair, Progress> pairs = new HashMap<>();

    /**
     * Opens a log.
     *
     * @param file that it is written to; must not exist.
     * @param seed of the payloads; each log of a history must have its own.
     */
    public HistoryLog(final Path file, final long seed) {
        pattern = new PayloadPattern(seed);
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Progress progress(final long source, final long destination) {
        return pairs.computeIfAbsent(new Pair(source, destination), pair -> new Progress());
    }

    /** By one call, so that a line is whole or not there. */
    private void write(final Kind kind, final long source, final long destination, final int length, final long digest) {
        final String line = new Event(System.nanoTime(), kind, source, destination, length, digest).toString();
        try {
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void fillNext(
        final long source, final long destination, final MutableDirectBuffer buffer, final int offset, final int length) {
        final Progress progress = progress(source, destination);
        pattern.fill(source, destination, progress.sent, buffer, offset, length);
        progress.length = length;
        progress.digest = PayloadPattern.digest(buffer, offset, length);
    }

    @Override
    public synchronized void onSent(final long source, final long destination, final int length) {
        final Progress progress = progress(source, destination);
        progress.sent++;
        write(Kind.SENT, source, destination, length, progress.digest);
    }

    @Override
    public synchronized void onRefused(final long source, final long destination) {
        final Progress progress = progress(source, destination);
        progress.sent--;
        write(Kind.REFUSED, source, destination, progress.length, progress.digest);
    }

    @Override
    public synchronized boolean onDelivered(
        final long source, final long destination, final DirectBuffer buffer, final int offset, final int length,
        final long nowNs) {
        write(Kind.DELIVERED, source, destination, length, PayloadPattern.digest(buffer, offset, length));
        return true;
    }

    @Override
    public synchronized void onEnded(final long socket) {
        write(Kind.ENDED, socket, 0, 0, 0);
    }

    @Override
    public synchronized void onCancelled(final long source, final long destination) {
        write(Kind.CANCELLED, source, destination, 0, 0);
    }

    @Override
    public synchronized void close() {
        try {
            channel.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
