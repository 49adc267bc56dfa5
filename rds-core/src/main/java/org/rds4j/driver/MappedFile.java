package org.rds4j.driver;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file in memory of its own, and the channel it was mapped through, which stays open for locks. */
final class MappedFile implements AutoCloseable {
    private static final int CHUNK_LENGTH = 64 << 10;

    private final Path path;
    private final FileChannel channel;
    private final Arena arena;
    private final MemorySegment memory;

    private MappedFile(
        final Path path, final FileChannel channel, final FileChannel.MapMode mode, final Arena arena, final long length)
        throws IOException {
        this.path = path;
        this.channel = channel;
        this.arena = arena;
        this.memory = channel.map(mode, 0, length, arena);
    }

    /**
     * Makes a file that {@link #close()} unmaps.
     *
     * @param path        of the file, which is not there yet.
     * @param length      octets.
     * @param denseLength octets at the beginning that have memory behind them from the start. A file system without room for
     *                    them says so here; a store to a page that it has no room for would end as a fault of the JVM.
     * @param directory   gives the permissions.
     */
    static MappedFile create(final Path path, final long length, final long denseLength, final DriverDirectory directory)
        throws IOException {
        final FileChannel channel = FileChannel.open(path,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            directory.ownerOnly());
        final Arena arena = Arena.ofShared();
        try {
            directory.share(path);
            fill(channel, denseLength);
            final MappedFile file = new MappedFile(path, channel, FileChannel.MapMode.READ_WRITE, arena, length);
            file.memory.asSlice(0, denseLength).fill((byte) 0); // no page fault for a thread that has better things to do
            return file;
        } catch (final IOException e) {
            arena.close();
            channel.close();
            Files.deleteIfExists(path);
            throw e;
        }
    }

    private static void fill(final FileChannel channel, final long length) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK_LENGTH);
        while (channel.position() < length) {
            zeros.clear().limit((int) Math.min(CHUNK_LENGTH, length - channel.position()));
            channel.write(zeros);
        }
    }

    /**
     * Maps a file that is there, for as long as anything of it is reachable: sockets of an application may be used by any of
     * its threads at any time.
     *
     * @param path   of the file.
     * @param length octets that it has at least.
     */
    static MappedFile open(final Path path, final long length) throws IOException {
        return open(path, length, FileChannel.MapMode.READ_WRITE,
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * As {@link #open(Path, long)}, of a file that is the driver's alone to write.
     *
     * @param path   of the file.
     * @param length octets that it has at least.
     */
    static MappedFile openToRead(final Path path, final long length) throws IOException {
        return open(path, length, FileChannel.MapMode.READ_ONLY, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    private static MappedFile open(
        final Path path, final long length, final FileChannel.MapMode mode, final Set<OpenOption> options) throws IOException {
        final FileChannel channel = FileChannel.open(path, options);
        try {
            if (channel.size() < length) {
                throw new IOException(path + " is shorter than " + length + " octets");
            }
            return new MappedFile(path, channel, mode, Arena.ofAuto(), length);
        } catch (final IOException e) {
            channel.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    FileChannel channel() {
        return channel;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Closes the channel, which gives its locks back; what stays mapped stays so. */
    void closeChannel() {
        try {
            channel.close();
        } catch (final IOException e) {
            throw new DriverException("cannot close " + path + ": " + e.getMessage());
        }
    }

    /** Unmaps, closes and removes the file; nobody in this process touches its memory again. */
    @Override
    public void close() {
        arena.close();
        closeChannel();
        try {
            Files.deleteIfExists(path);
        } catch (final IOException e) {
            throw new DriverException("cannot remove " + path + ": " + e.getMessage());
        }
    }
}
