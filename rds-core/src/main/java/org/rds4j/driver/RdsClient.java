package org.rds4j.driver;

import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsPoller;
import org.rds4j.RdsSocket;

/**
 * An application that uses a node of another process, its driver: sockets as if the node were here. Attached to by the directory
 * that the driver prints when it starts; who may enter the directory may attach.
 * <p>
 * When the driver's process ends, however it ends, every socket of it says ECONNRESET: calls that wait within a fraction of a
 * second, {@link RdsSocket#offer} as {@link RdsSocket#NODE_LOST}; datagrams that had arrived can still be read. What had not been
 * acknowledged may or may not arrive. The next {@link #socket()} attaches to the driver that is there by then.
 * <p>
 * When this process ends, however it ends, the driver closes its sockets and frees their ports. Any thread may open sockets;
 * a thread of the client's own, which never keeps the process alive, gives signs of life and looks for the driver's.
 */
public final class RdsClient implements AutoCloseable {
    private static final long BEAT_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path directory;
    private final Properties settings;
    private final Thread thread;
    private volatile Attachment attachment;
    private volatile boolean isClosed;

    private RdsClient(final Path directory, final Properties settings) {
        this.directory = directory;
        this.settings = settings;
        this.attachment = Attachment.to(directory, settings);
        this.thread = Thread.ofPlatform().daemon().name("rds-client").start(this::beat);
    }

    /**
     * Attaches to the driver of a directory, with the settings of the system properties.
     *
     * @param directory as printed by the driver.
     * @return the client; closed by the caller.
     * @throws RdsException ECONNREFUSED (there is no driver), EACCES (the permissions say no), EOPNOTSUPP (it is of another
     * version), ENOMEM (it has all the clients it takes), ETIMEDOUT, EINTR.
     */
    public static RdsClient attach(final Path directory) {
        return attach(directory, System.getProperties());
    }

    /**
     * Attaches to the driver of a directory.
     *
     * @param directory as printed by the driver.
     * @param settings  properties {@code rds.<key>}, of which {@code sendBufferLength}, {@code applicationIdleStrategy} and
     *                  {@code controlTimeout} mean something to a client; the rest is the driver's.
     * @return the client; closed by the caller.
     * @throws RdsException as of {@link #attach(Path)}.
     */
    public static RdsClient attach(final Path directory, final Properties settings) {
        return new RdsClient(directory, settings);
    }

    /**
     * Opens a socket, first attaching again when the driver had gone. Any thread.
     *
     * @return a socket, not bound; the caller closes it.
     * @throws RdsException as of {@link #attach(Path)}; ENOMEM also when the driver has no room for another socket; EBADF when
     * the client is closed.
     */
    public RdsSocket socket() {
        return attached().open();
    }

    /**
     * Opens a poller for sockets of this client's; those of a later driver need another. Any thread.
     *
     * @return a poller; the caller closes it.
     * @throws RdsException ENOMEM (too many pollers are open), ECONNREFUSED (the driver is gone), EBADF (the client is closed).
     */
    public RdsPoller poller() {
        final Attachment current = attached();
        return RdsPoller.open(current.context(), current, null);
    }

    private synchronized Attachment attached() {
        if (isClosed) {
            throw RdsException.of(Errno.EBADF, "the client is closed");
        }
        if (!attachment.beat()) {
            attachment = Attachment.to(directory, settings);
        }
        return attachment;
    }

    /**
     * The node's address, port 0.
     *
     * @return as the driver says.
     */
    public RdsAddress address() {
        return attachment.context().localAddress();
    }

    /**
     * Longest datagram that the node takes.
     *
     * @return octets.
     */
    public int maxMessageLength() {
        return attachment.context().maxMessageLength();
    }

    /**
     * Whether the driver that this client attached to is still there.
     *
     * @return false once it was found gone.
     */
    public boolean isAttached() {
        return !attachment.isClosed();
    }

    private void beat() {
        while (!isClosed) {
            attachment.beat();
            LockSupport.parkNanos(BEAT_INTERVAL_NS);
        }
    }

    /** Closes every socket of this client, and detaches. Idempotent. */
    @Override
    public synchronized void close() {
        isClosed = true;
        LockSupport.unpark(thread);
        attachment.detach();
    }
}
