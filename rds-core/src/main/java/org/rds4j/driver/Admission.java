package org.rds4j.driver;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.Errno;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.congestion.CongestionMaps;

/**
 * What a client is handed when its driver lets it in.
 *
 * @param line       to the driver, as long as both live.
 * @param control    what the driver says of itself.
 * @param congestion what hosts said of their ports; only to be read.
 * @param region     the client's own.
 */
record Admission(Line line, ControlRegion control, UnsafeBuffer congestion, ClientRegion region) {
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final int CONTROL = 0;
    private static final int CONGESTION = 1;
    private static final int REGION = 2;
    private static final int COUNT = 3;

    /**
     * Asks the driver of a directory to be let in.
     *
     * @param context clock, and how long to wait.
     * @throws RdsException ECONNREFUSED when there is no driver, EACCES when the permissions say no, EOPNOTSUPP when it is of
     * another version, ENOMEM when it has all the clients it takes, ETIMEDOUT when it does not answer.
     */
    static Admission to(final Path directory, final RdsContext context) {
        final Patience patience = new Patience(directory, context);
        final Line line = connect(directory, patience);
        try {
            return of(line, directory, patience);
        } catch (final IOException e) {
            line.close();
            throw nobody(directory);
        } catch (final RuntimeException e) {
            line.close();
            throw e;
        }
    }

    static RdsException nobody(final Path directory) {
        return RdsException.of(Errno.ECONNREFUSED, "no driver runs in " + directory + ": start one, as by rds node");
    }

    private static Line connect(final Path directory, final Patience patience) {
        while (true) {
            try {
                return Line.connect(directory.resolve(DriverDirectory.DOOR));
            } catch (final UnixException e) {
                if (e.errno() == UnixException.EACCES) {
                    throw RdsException.of(Errno.EACCES, "the permissions of " + directory + " do not let this user attach");
                }
                if (e.errno() != UnixException.EAGAIN) {
                    throw nobody(directory);
                }
                patience.pause("to let others in first");
            } catch (final IOException e) {
                throw RdsException.of(Errno.ECONNREFUSED, "cannot attach to the driver in " + directory + ": " + e);
            }
        }
    }

    private static Admission of(final Line line, final Path directory, final Patience patience) throws IOException {
        Line.Message message = line.receive();
        while (message == null) {
            patience.pause("to let this client in");
            message = line.receive();
        }
        if (message.descriptors().length != COUNT) {
            message.discard();
            throw RdsException.of(Errno.ENOMEM, "the driver takes no more clients: raise its maxClients, or see whether its host"
                + " has memory left");
        }
        final int[] descriptors = message.descriptors();
        final ControlRegion control =
            new ControlRegion(SharedMemory.attachToRead(descriptors[CONTROL], ControlRegion.LENGTH));
        if (control.version() != ControlRegion.VERSION) {
            UnixCall.closeDescriptor(descriptors[CONGESTION]);
            UnixCall.closeDescriptor(descriptors[REGION]);
            throw RdsException.of(Errno.EOPNOTSUPP, "the driver in " + directory + " is of another version: "
                + control.version() + ", not " + ControlRegion.VERSION);
        }
        final MemorySegment congestion =
            SharedMemory.attachToRead(descriptors[CONGESTION], CongestionMaps.length(control.congestionHosts()));
        final MemorySegment region = SharedMemory.attach(descriptors[REGION], ClientRegion.length(control.maxSockets()));
        return new Admission(line, control, new UnsafeBuffer(congestion.asByteBuffer()), new ClientRegion(region));
    }

    /** How long a client waits for what its driver does at once while it is well. */
    private static final class Patience {
        private final Path directory;
        private final NanoClock clock;
        private final long limitNs;
        private final long startNs;

        Patience(final Path directory, final RdsContext context) {
            this.directory = directory;
            this.clock = context.nanoClock();
            this.limitNs = context.controlTimeoutNs();
            this.startNs = clock.nanoTime();
        }

        void pause(final String what) {
            if (Thread.currentThread().isInterrupted()) {
                throw RdsException.of(Errno.EINTR, "interrupted while waiting for the driver " + what);
            }
            if (clock.nanoTime() - startNs >= limitNs) {
                throw RdsException.of(
                    Errno.ETIMEDOUT, "waited " + limitNs + " ns for the driver in " + directory + " " + what);
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
    }
}
