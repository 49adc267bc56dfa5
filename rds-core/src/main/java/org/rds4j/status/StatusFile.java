package org.rds4j.status;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.RdsAddress;

/**
 * A node's own side of its status: the region, in a file or in memory only, and the slot for questions. Made and closed by the
 * thread that starts the node; {@link #poll} belongs to its engine's thread.
 */
public final class StatusFile implements AutoCloseable {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final Path file;
    private final StatusRegion region;
    private final StatusRegion.Answers answers;
    private int nextLabelOffset = StatusRegion.firstLabelOffset();

    private StatusFile(final Path file, final StatusRegion region) {
        this.file = file;
        this.region = region;
        this.answers = new StatusRegion.Answers(region);
    }

    /**
     * A status that nobody outside can read.
     *
     * @return one without file.
     */
    public static StatusFile unpublished() {
        return new StatusFile(null, StatusRegion.inMemory());
    }

    /**
     * Makes the file of a node. Tools read it after {@link #publish()}.
     *
     * @param directory of the user's nodes.
     * @param name      of the node; several may have the same.
     * @param address   of the node.
     * @return the file, to be removed by {@link #close()}.
     * @throws StatusException when it cannot be made.
     */
    public static StatusFile create(final StatusDirectory directory, final String name, final RdsAddress address) {
        final long pid = ProcessHandle.current().pid();
        final Path file = directory.path().resolve(pid + "-" + MADE.incrementAndGet() + StatusDirectory.SUFFIX);
        try {
            Files.deleteIfExists(file); // of an earlier process of the same number
            final StatusRegion region = new StatusRegion(new UnsafeBuffer(map(file)));
            region.clear();
            region.identify(pid, ProcessIdentity.startTicks(pid), name, address.high(), address.low());
            return new StatusFile(file, region);
        } catch (final IOException e) {
            throw new StatusException("cannot make the status file " + file + ": " + e.getMessage());
        }
    }

    /** Never unmapped by hand: the node's counters may be read as long as someone holds them. */
    private static MappedByteBuffer map(final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, StatusRegion.LENGTH);
        }
    }

    /**
     * Names the next counter, in the order in which {@link StatusTable#COUNTERS} gives their values; before
     * {@link #publish()}.
     *
     * @param label   its name.
     * @param meaning what one count stands for.
     * @return false when the region has no room for more names.
     */
    public boolean label(final String label, final String meaning) {
        final int next = nextLabelOffset < 0 ? -1 : region.putLabel(nextLabelOffset, label, meaning);
        nextLabelOffset = next;
        return next >= 0;
    }

    /** From now on tools find the node. */
    public void publish() {
        region.publish();
    }

    /**
     * Answers a question that waits; engine thread. Costs a comparison when none does.
     *
     * @param source of the rows.
     * @return 1 when there was one.
     */
    public int poll(final StatusSource source) {
        return answers.poll(source);
    }

    /** Removes the file. */
    @Override
    public void close() {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (final IOException e) {
                throw new StatusException("cannot remove the status file " + file + ": " + e.getMessage());
            }
        }
    }
}
