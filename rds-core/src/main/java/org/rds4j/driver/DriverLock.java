package org.rds4j.driver;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes this process the driver of a directory. The kernel gives the lock back when the process ends, however it ends, and
 * knows no numbers of processes, which mean nothing between containers. A process loses its lock when it closes any channel to
 * the file, so within this process the file is not opened a second time.
 */
final class DriverLock implements AutoCloseable {
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();
    private static final int TRIES = 50;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Path key;
    private final FileChannel channel;

    private DriverLock(final Path key, final FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /**
     * Takes the lock; tried for half a second, as the driver before may just be ending.
     *
     * @throws DriverException when another node is the driver.
     */
    static DriverLock acquire(final DriverDirectory directory) {
        try {
            final Path key = directory.path().toRealPath();
            if (!HELD_HERE.add(key)) {
                throw inUse(directory);
            }
            final FileChannel channel = tryAcquire(directory);
            if (channel == null) {
                HELD_HERE.remove(key);
                throw inUse(directory);
            }
            return new DriverLock(key, channel);
        } catch (final IOException e) {
            throw new DriverException("cannot lock the driver directory " + directory.path() + ": " + e);
        }
    }

    private static FileChannel tryAcquire(final DriverDirectory directory) throws IOException {
        final Path file = directory.resolve(DriverDirectory.LOCK);
        final FileChannel channel = FileChannel.open(file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE), directory.ownerOnly());
        for (int i = 0; i < TRIES; i++) {
            if (channel.tryLock() != null) {
                return channel;
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
        channel.close();
        return null;
    }

    private static DriverException inUse(final DriverDirectory directory) {
        return new DriverException(
            "the driver directory " + directory.path() + " is in use by another node: name another with driverDir");
    }

    @Override
    public void close() {
        HELD_HERE.remove(key);
        try {
            channel.close();
        } catch (final IOException e) {
            throw new DriverException("cannot give the driver directory " + key + " back: " + e);
        }
    }
}
