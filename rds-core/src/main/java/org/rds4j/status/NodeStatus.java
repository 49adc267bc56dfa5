package org.rds4j.status;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.RdsAddress;

/**
 * A running node as a tool sees it, from another process. Each question waits for the node's engine, at most
 * {@link #PATIENCE_NS}; long tables take several, so a table is no picture of one moment. Used by one thread.
 */
public final class NodeStatus implements AutoCloseable {
    /** Longest wait for an answer. */
    public static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);

    private static final long PAUSE_NS = 50_000;

    private final Path file;
    private final FileChannel channel;
    private final MappedByteBuffer memory;
    private final StatusRegion region;
    private boolean isClosed;

    private NodeStatus(final Path file, final FileChannel channel, final MappedByteBuffer memory) {
        this.file = file;
        this.channel = channel;
        this.memory = memory;
        this.region = new StatusRegion(new UnsafeBuffer(memory));
    }

    /**
     * One counter.
     *
     * @param label   its name.
     * @param meaning what one count stands for.
     * @param value   its value.
     */
    public record Counter(String label, String meaning, long value) {
    }

    /** The node of a file, or null when there is none: the file of a process that is gone is removed. */
    static NodeStatus open(final Path file) {
        try {
            final FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.size() < StatusRegion.LENGTH) {
                channel.close();
                return removeIf(file, ProcessIdentity.startTicks(pidOf(file)) < 0);
            }
            final NodeStatus node =
                new NodeStatus(file, channel, channel.map(FileChannel.MapMode.READ_WRITE, 0, StatusRegion.LENGTH));
            if (node.isUsable()) {
                return node;
            }
            final boolean isDead = node.isDead();
            node.close();
            return removeIf(file, isDead);
        } catch (final NoSuchFileException e) {
            return null; // it ended just now
        } catch (final IOException e) {
            throw new StatusException("cannot read the status file " + file + ": " + e.getMessage());
        }
    }

    private boolean isUsable() {
        return region().isPublished() && region().version() == StatusRegion.VERSION && !isDead();
    }

    /** A file without content may be one that is being made now: that depends on the process in its name. */
    private boolean isDead() {
        return region().isPublished()
            ? !ProcessIdentity.isAlive(region().pid(), region().startTicks()) : ProcessIdentity.startTicks(pidOf(file)) < 0;
    }

    private static NodeStatus removeIf(final Path file, final boolean isDead) throws IOException {
        if (isDead) {
            Files.deleteIfExists(file);
        }
        return null;
    }

    private static long pidOf(final Path file) {
        final String name = file.getFileName().toString();
        try {
            return Long.parseLong(name.substring(0, Math.max(0, name.indexOf('-'))));
        } catch (final NumberFormatException e) {
            return ProcessHandle.current().pid(); // not a name of ours: left alone
        }
    }

    private StatusRegion region() {
        if (isClosed) {
            throw new IllegalStateException("the status of " + file + " is closed");
        }
        return region;
    }

    /**
     * The node's name.
     *
     * @return as configured.
     */
    public String name() {
        return region().name();
    }

    /**
     * The process the node runs in.
     *
     * @return its number.
     */
    public long pid() {
        return region().pid();
    }

    /**
     * The node's address, port 0.
     *
     * @return the address.
     */
    public RdsAddress address() {
        return RdsAddress.of(region().addressHigh(), region().addressLow(), 0);
    }

    /**
     * Every counter.
     *
     * @return in the node's order.
     * @throws StatusException when the node does not answer.
     */
    public List<Counter> counters() {
        final List<Long> values = new ArrayList<>();
        for (final StatusRow row : rows(StatusTable.COUNTERS, Function.identity())) {
            for (int i = 0; i < StatusPage.WORDS; i++) {
                values.add(row.word());
            }
        }
        final List<Counter> counters = new ArrayList<>();
        int offset = StatusRegion.firstLabelOffset();
        for (int i = 0; i < region().labelCount() && i < values.size(); i++) {
            final int meaning = region().nextText(offset);
            counters.add(new Counter(region().text(offset), region().text(meaning), values.get(i)));
            offset = region().nextText(meaning);
        }
        return counters;
    }

    /**
     * Bound sockets.
     *
     * @return one each.
     * @throws StatusException when the node does not answer.
     */
    public List<SocketStatus> sockets() {
        return rows(StatusTable.SOCKETS, SocketStatus::read);
    }

    /**
     * Paths to peers.
     *
     * @return one each.
     * @throws StatusException when the node does not answer.
     */
    public List<PathStatus> paths() {
        return rows(StatusTable.PATHS, PathStatus::read);
    }

    /**
     * Messages in a queue.
     *
     * @param queue {@link StatusTable#RECEIVE}, {@link StatusTable#SEND} or {@link StatusTable#RETRANSMIT}.
     * @return one each, in order.
     * @throws StatusException when the node does not answer.
     */
    public List<MessageStatus> messages(final StatusTable queue) {
        return rows(queue, MessageStatus::read);
    }

    /**
     * TCP connections that carry paths.
     *
     * @return one each.
     * @throws StatusException when the node does not answer.
     */
    public List<CarrierStatus> carriers() {
        return rows(StatusTable.CARRIERS, CarrierStatus::read);
    }

    /**
     * What protects the paths to peers.
     *
     * @return one for each connection that carries a path.
     * @throws StatusException when the node does not answer.
     */
    public List<SecurityStatus> security() {
        return SecurityStatus.read(rows(StatusTable.SECURITY, Function.identity()));
    }

    /**
     * Applications in other processes.
     *
     * @return one each.
     * @throws StatusException when the node does not answer.
     */
    public List<ClientStatus> clients() {
        return rows(StatusTable.CLIENTS, ClientStatus::read);
    }

    private <T> List<T> rows(final StatusTable table, final Function<StatusRow, T> reader) {
        final List<T> all = new ArrayList<>();
        try (FileLock turn = turn()) {
            long outer = 0;
            long inner = 0;
            boolean isComplete = false;
            while (!isComplete && turn.isValid()) {
                await(region().ask(table.id(), outer, inner));
                for (int i = 0; i < region().answerRows(); i++) {
                    all.add(reader.apply(region().answerRow(i)));
                }
                outer = region().answerOuter();
                inner = region().answerInner();
                isComplete = region().isAnswerComplete();
            }
        } catch (final IOException e) {
            throw new StatusException("cannot lock the status file " + file + ": " + e.getMessage());
        }
        return all;
    }

    /**
     * Other processes wait in the lock; other threads of this one are told, and so wait here. By the system's time: a tool asks,
     * and no engine runs this.
     */
    private FileLock turn() throws IOException {
        final long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < PATIENCE_NS) {
            try {
                final FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (final OverlappingFileLockException e) {
                // another thread of this process has its turn
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
        throw new StatusException("node " + name() + " (process " + pid() + ") is asked by another tool that does not end");
    }

    private void await(final long id) {
        final long startNs = System.nanoTime();
        while (!region().isAnswered(id)) {
            if (System.nanoTime() - startNs > PATIENCE_NS) {
                final boolean isAlive = ProcessIdentity.isAlive(pid(), region().startTicks());
                throw new StatusException("node " + name() + " (process " + pid() + ") "
                    + (isAlive ? "does not answer: is its engine's thread stopped?" : "has ended"));
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        IoUtil.unmap(memory);
        try {
            channel.close();
        } catch (final IOException e) {
            throw new StatusException("cannot close the status file " + file + ": " + e.getMessage());
        }
    }
}
