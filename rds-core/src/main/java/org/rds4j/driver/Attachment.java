package org.rds4j.driver;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
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

/** A client's side of one life of a driver: the memory that it was handed, and the sockets opened there. Thread safe. */
final class Attachment implements SocketControl {
    private static final String SEND_BUFFER_PROPERTY = "rds.sendBufferLength";
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Path directory;
    private final RdsContext context;
    private final Line line;
    private final ControlRegion control;
    private final RegionLayout layout;
    private final CongestionMaps congestion;
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
        final RdsContext context = new RdsContext(settings);
        final Admission admission = Admission.to(directory, context);
        try {
            return new Attachment(directory, admission, context, settings.containsKey(SEND_BUFFER_PROPERTY));
        } catch (final RuntimeException e) {
            admission.line().close();
            throw e;
        }
    }

    private Attachment(
        final Path directory, final Admission admission, final RdsContext settings, final boolean isSendBufferGiven) {
        this.directory = directory;
        line = admission.line();
        control = admission.control();
        layout = control.layout();
        context = context(settings, isSendBufferGiven);
        region = admission.region();
        congestion = new CongestionMaps(admission.congestion(), control.congestionHosts(), region.congestionCounts());
        readySets = region.readySets(control.maxSockets());
        region.attach(ProcessHandle.current().pid(), System.currentTimeMillis());
    }

    private RdsContext context(final RdsContext settings, final boolean isSendBufferGiven) {
        settings
            .address(RdsAddress.hostText(control.address().high(), control.address().low()) + "/" + control.prefixLength())
            .security(SecurityMode.PLAINTEXT)
            .driverDir(null)
            .submitRingLength(layout.submitRingLength())
            .receiveBufferLength(layout.receiveRingLength())
            .largeBlocks(layout.blockCount())
            .maxMessageLength(layout.blockLength());
        if (!isSendBufferGiven) {
            settings.sendBufferLength(control.sendBufferLength());
        }
        return settings.conclude();
    }

    private void await(final BooleanSupplier condition, final String what) {
        final long startNs = context.nanoClock().nanoTime();
        while (!condition.getAsBoolean()) {
            if (isDriverGone()) {
                throw Admission.nobody(directory);
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
        if (region.openedErrno() != 0) {
            abandonedOpen = NOT_NOW;
            throw RdsException.of(Errno.ofNumber(region.openedErrno()), "the driver has no room for another socket: close some,"
                + " raise its maxSockets or maxSocketsPerClient, or see whether its host has memory left");
        }
        final RdsSocket socket = map(region.openedSlot(), region.openedSerial());
        abandonedOpen = NOT_NOW; // not before: what cannot be mapped is closed like what nobody waits for
        return socket;
    }

    private RdsSocket map(final int slot, final long serial) {
        try {
            final SocketRegion opened =
                new SocketRegion(layout, SharedMemory.attach(take(serial), layout.length()), control.permittedLevels());
            sockets.add(new Opened(opened, slot));
            return RdsSocket.attached(context, this, control.permittedLevels(), opened, slot);
        } catch (final IOException e) {
            throw RdsException.of(Errno.ECONNRESET, "the driver has opened a socket that cannot be mapped: " + e);
        }
    }

    /** The descriptor of a socket's memory, sent before the answer that the socket is open; those before it are let go. */
    private int take(final long serial) throws IOException {
        while (true) {
            final Line.Message message = line.receive();
            if (message == null) {
                throw new IOException("its memory was not sent");
            }
            if (message.number() == serial && message.descriptors().length == 1) {
                return message.descriptors()[0];
            }
            message.discard();
        }
    }

    /** An open that nobody waits for any more may have been answered since; answers whether there is none any more. */
    private synchronized boolean closeAbandoned() {
        if (abandonedOpen != NOT_NOW && region.isOpened(abandonedOpen) && region.isTaken()) {
            if (region.openedErrno() == 0) {
                letGo(region.openedSerial());
                region.request(EngineCommand.CLOSE, region.openedSlot(), 0, 0, 0);
            }
            abandonedOpen = NOT_NOW;
        }
        return abandonedOpen == NOT_NOW;
    }

    /** Of a socket that nobody waits for: else what was sent and not taken would keep others from being sent. */
    private void letGo(final long serial) {
        try {
            UnixCall.closeDescriptor(take(serial));
        } catch (final IOException e) {
            // The driver is gone, or was no sound one; the next look finds that.
        }
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

    /**
     * A sign of life, and a look for the driver's; answers whether it is still there. Of the time that all processes of a host
     * share.
     */
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
        return isLost || line.isEnded();
    }

    /** The driver is gone: every socket is told. */
    private synchronized void end() {
        if (!isLost) {
            sockets.removeIf(Opened::isOver);
            sockets.forEach(socket -> socket.region.lost());
            isLost = true; // pollers look at every socket now
            sockets.clear();
            line.close();
        }
    }

    /** Goes in good order; the driver closes the sockets that are open. */
    synchronized void detach() {
        if (!isLost) {
            sockets.forEach(socket -> socket.region.closed());
            isLost = true;
            sockets.clear();
            line.close();
        }
    }
}
