package org.rds4j.driver;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.congestion.CongestionMaps;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.ReadySets;
import org.rds4j.socket.RegionLayout;
import org.rds4j.socket.SocketControl;
import org.rds4j.socket.SocketRegion;

/** A client's side of one life of a driver: its files, and the sockets opened there. Thread safe. */
final class Attachment implements SocketControl {
    private static final String SEND_BUFFER_PROPERTY = "rds.sendBufferLength";
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Path directory;
    private final RdsContext context;
    private final MappedFile controlFile;
    private final ControlRegion control;
    private final RegionLayout layout;
    private final CongestionMaps congestion;
    private final FileChannel driverLock;
    private final MappedFile file;
    private final ClientRegion region;
    private final ReadySets readySets;
    private final List<Opened> sockets = new ArrayList<>();
    private long abandonedOpen = NOT_NOW;
    private volatile boolean isLost;

    /** A socket that was opened here. */
    private static final class Opened {
        final SocketRegion region;
        final int slot;
        boolean isClosing;

        Opened(final SocketRegion region, final int slot) {
            this.region = region;
            this.slot = slot;
        }

        boolean isOver() {
            return isClosing && region.state() == SocketRegion.STATE_CLOSED;
        }
    }

    /**
     * Attaches to the driver of a directory.
     *
     * @param settings properties {@code rds.<key>}: of those only what concerns a client.
     * @throws RdsException ECONNREFUSED when there is no driver, EACCES when the permissions say no, EOPNOTSUPP when it is of
     * another version, ENOMEM when it has all the clients it takes, ETIMEDOUT when it does not answer.
     */
    static Attachment to(final Path directory, final Properties settings) {
        try {
            return new Attachment(directory, settings);
        } catch (final NoSuchFileException e) {
            throw nobody(directory);
        } catch (final AccessDeniedException e) {
            throw RdsException.of(Errno.EACCES, "the permissions of " + directory + " do not let this user attach");
        } catch (final IOException e) {
            throw RdsException.of(Errno.ECONNREFUSED, "cannot attach to the driver in " + directory + ": " + e);
        }
    }

    private static RdsException nobody(final Path directory) {
        return RdsException.of(Errno.ECONNREFUSED, "no driver runs in " + directory + ": start one, as by rds node");
    }

    private Attachment(final Path directory, final Properties settings) throws IOException {
        this.directory = directory;
        driverLock = openLock(directory);
        controlFile = openControl();
        control = new ControlRegion(controlFile.memory());
        layout = control.layout();
        context = context(settings);
        final UnsafeBuffer maps = mapCongestion();
        file = knock();
        region = new ClientRegion(file.memory());
        congestion = new CongestionMaps(maps, control.congestionHosts(), region.congestionCounts());
        readySets = region.readySets(control.maxSockets());
        final FileLock lock = file.channel().tryLock();
        if (lock == null) {
            throw new IOException("another process holds " + file.path());
        }
        region.attach(ProcessHandle.current().pid(), System.currentTimeMillis());
    }

    /** The lock by which to see whether the driver lives; null when it lives in this process. */
    private static FileChannel openLock(final Path directory) throws IOException {
        if (DriverLock.isHeldHere(directory)) {
            return null;
        }
        final FileChannel channel = FileChannel.open(directory.resolve(DriverDirectory.LOCK),
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
        if (DriverDirectory.isUnlocked(channel)) {
            channel.close();
            throw nobody(directory);
        }
        return channel;
    }

    private MappedFile openControl() throws IOException {
        try {
            final MappedFile opened =
                MappedFile.open(directory.resolve(DriverDirectory.CONTROL), ControlRegion.LENGTH);
            final ControlRegion published = new ControlRegion(opened.memory());
            if (published.isPublished() && published.version() == ControlRegion.VERSION) {
                return opened;
            }
            opened.closeChannel();
            throw published.isPublished()
                ? RdsException.of(Errno.EOPNOTSUPP, "the driver in " + directory + " is of another version: "
                    + published.version() + ", not " + ControlRegion.VERSION)
                : RdsException.of(Errno.ECONNREFUSED, "the driver in " + directory + " is not ready yet");
        } catch (final IOException | RuntimeException e) {
            closeLock();
            throw e;
        }
    }

    private UnsafeBuffer mapCongestion() throws IOException {
        final MappedFile maps = MappedFile.openToRead(
            directory.resolve(DriverDirectory.CONGESTION), CongestionMaps.length(control.congestionHosts()));
        maps.closeChannel();
        return new UnsafeBuffer(maps.memory().asByteBuffer());
    }

    private RdsContext context(final Properties settings) {
        final RdsContext values = new RdsContext(settings)
            .address(RdsAddress.hostText(control.address().high(), control.address().low()) + "/" + control.prefixLength())
            .security(SecurityMode.PLAINTEXT)
            .driverDir(null)
            .submitRingLength(layout.submitRingLength())
            .receiveBufferLength(layout.receiveRingLength())
            .largeBlocks(layout.blockCount())
            .maxMessageLength(layout.blockLength());
        if (!settings.containsKey(SEND_BUFFER_PROPERTY)) {
            values.sendBufferLength(control.sendBufferLength());
        }
        return values.conclude();
    }

    private MappedFile knock() throws IOException {
        final long ticket = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        try {
            await(() -> control.knock(ticket), "to open its door");
            await(() -> control.isAnswered(ticket), "to let this client in");
            final int errno = control.answerErrno();
            final int number = control.answerNumber();
            control.leave(ticket);
            if (errno != 0) {
                throw RdsException.of(Errno.ofNumber(errno), "the driver takes no more clients: raise its maxClients, or see"
                    + " whether there is room in " + directory);
            }
            return MappedFile.open(directory.resolve(DriverDirectory.CLIENT + number),
                ClientRegion.length(control.maxSockets()));
        } catch (final IOException | RuntimeException e) {
            control.leave(ticket);
            controlFile.closeChannel();
            closeLock();
            throw e;
        }
    }

    private void await(final BooleanSupplier condition, final String what) {
        final long startNs = context.nanoClock().nanoTime();
        while (!condition.getAsBoolean()) {
            if (isDriverGone()) {
                throw nobody(directory);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw RdsException.of(Errno.EINTR, "interrupted while waiting for the driver " + what);
            }
            if (context.nanoClock().nanoTime() - startNs >= context.controlTimeoutNs()) {
                throw RdsException.of(Errno.ETIMEDOUT, "waited " + context.controlTimeoutNs() + " ns for the driver " + what
                    + "; its heart-beat is " + (System.currentTimeMillis() - control.heartbeatMs()) + " ms old");
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    /** Opens a socket; one thread at a time. */
    synchronized RdsSocket open() {
        sockets.removeIf(Opened::isOver);
        await(this::closeAbandoned, "to answer an earlier open"); // else two were on their way, and one answer is lost
        await(region::isTaken, "to take a command");
        final long id = region.request(EngineCommand.OPEN, 0, 0, 0, 0);
        abandonedOpen = id;
        await(() -> region.isOpened(id), "to open a socket");
        abandonedOpen = NOT_NOW;
        if (region.openedErrno() != 0) {
            throw RdsException.of(Errno.ofNumber(region.openedErrno()), "the driver has no room for another socket: close some,"
                + " raise its maxSockets or maxSocketsPerClient, or make room in " + directory);
        }
        return map(region.openedSlot(), region.openedSerial());
    }

    private RdsSocket map(final int slot, final long serial) {
        try {
            final MappedFile socket =
                MappedFile.open(directory.resolve(DriverDirectory.SOCKET + serial), layout.length());
            socket.closeChannel();
            final SocketRegion opened = new SocketRegion(layout, socket.memory(), control.permittedLevels());
            sockets.add(new Opened(opened, slot));
            return RdsSocket.attached(context, this, control.permittedLevels(), opened, slot);
        } catch (final IOException e) {
            throw RdsException.of(Errno.ECONNRESET, "the driver has opened a socket that cannot be mapped: " + e);
        }
    }

    /** An open that nobody waits for any more may have been answered since; answers whether there is none any more. */
    private synchronized boolean closeAbandoned() {
        if (abandonedOpen != NOT_NOW && region.isOpened(abandonedOpen) && region.isTaken()) {
            if (region.openedErrno() == 0) {
                region.request(EngineCommand.CLOSE, region.openedSlot(), 0, 0, 0);
            }
            abandonedOpen = NOT_NOW;
        }
        return abandonedOpen == NOT_NOW;
    }

    @Override
    public synchronized long command(final int kind, final int slot, final long high, final long low, final int port) {
        if (!region.isTaken()) {
            return NOT_NOW;
        }
        if (kind == EngineCommand.CLOSE) {
            sockets.forEach(socket -> socket.isClosing |= socket.slot == slot);
        }
        return region.request(kind, slot, high, low, port);
    }

    /** What finds no room is closed when this client goes. */
    @Override
    public void giveUp(final int slot) {
        command(EngineCommand.CLOSE, slot, 0, 0, 0);
    }

    @Override
    public CongestionMaps congestion() {
        return congestion;
    }

    @Override
    public ReadySets readySets() {
        return readySets;
    }

    @Override
    public boolean isClosed() {
        return isLost;
    }

    RdsContext context() {
        return context;
    }

    /** A sign of life, and a look for the driver's; answers whether it is still there. */
    boolean beat() {
        if (!isLost && isDriverGone()) {
            end();
        }
        if (!isLost) {
            region.beat(System.currentTimeMillis());
            closeAbandoned();
        }
        return !isLost;
    }

    private boolean isDriverGone() {
        return isLost || control.isEnded() || (driverLock != null && DriverDirectory.isUnlocked(driverLock));
    }

    /** The driver is gone: every socket is told. */
    private synchronized void end() {
        if (!isLost) {
            sockets.removeIf(Opened::isOver);
            sockets.forEach(socket -> socket.region.lost());
            isLost = true; // pollers look at every socket now
            sockets.clear();
            release();
        }
    }

    /** Goes in good order; the driver closes the sockets that are open. */
    synchronized void detach() {
        if (!isLost) {
            sockets.forEach(socket -> socket.region.closed());
            isLost = true;
            sockets.clear();
            region.state(ClientRegion.STATE_DETACHED);
            release();
        }
    }

    private void release() {
        file.closeChannel();
        controlFile.closeChannel();
        closeLock();
    }

    private void closeLock() {
        if (driverLock != null) {
            try {
                driverLock.close();
            } catch (final IOException e) {
                throw new DriverException("cannot close the lock of " + directory + ": " + e);
            }
        }
    }
}
