package org.rds4j.socket;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;

/** The sockets an engine serves, and the ports they are bound to; carries out control commands. Engine thread only. */
public final class SocketTable implements MessageHandler {
    private static final int PORTS = 1 << 16;
    private static final int FIRST_PORT = 2;
    private static final int SLOT_BITS = 16;

    private final EngineProxy proxy;
    private final RdsAddress local;
    private final RandomGenerator random;
    private SendControl sends;
    private final ReceiveMemory receiveMemory;
    private final CongestedSockets congested = new CongestedSockets();
    private final ReadySignals signals;
    private final EngineSocket[] bySlot;
    private final EngineSocket[] byPort = new EngineSocket[PORTS];
    private boolean isClosed;
    private EngineSocket[] open = new EngineSocket[0];
    private int lives;

    /**
     * An empty table.
     *
     * @param proxy       brings the commands.
     * @param local       this host's address.
     * @param random      chooses ports.
     * @param receiveMemory shared by the receiving sides.
     */
    public SocketTable(
        final EngineProxy proxy, final RdsAddress local, final RandomGenerator random, final ReceiveMemory receiveMemory) {
        this.proxy = proxy;
        this.local = local;
        this.random = random;
        this.receiveMemory = receiveMemory;
        this.bySlot = new EngineSocket[proxy.directory().capacity()];
        this.signals = new ReadySignals(bySlot.length);
    }

    /**
     * Names who carries out what commands mean for datagrams on their way out; before the first {@link #poll()}.
     *
     * @param control of the engine.
     */
    public void sends(final SendControl control) {
        sends = control;
    }

    /**
     * Carries out waiting commands, and looks after sockets that are congested.
     *
     * @return work done.
     */
    public int poll() {
        proxy.closeGivenUp();
        return proxy.ring().read(this) + congested.poll();
    }

    /**
     * The socket bound to a port.
     *
     * @param port 0 to 65535.
     * @return the socket, or null.
     */
    public EngineSocket boundTo(final int port) {
        return byPort[port];
    }

    /**
     * The socket that owns a message.
     *
     * @param id of the socket.
     * @return the socket, or null when it is closed.
     */
    public EngineSocket byId(final int id) {
        final int slot = slotOf(id);
        final EngineSocket socket = slot < bySlot.length ? bySlot[slot] : null;
        return socket != null && socket.id() == id ? socket : null;
    }

    static int slotOf(final int id) {
        return id & (1 << SLOT_BITS) - 1;
    }

    /**
     * How pollers hear of what has happened to sockets.
     *
     * @return to be flushed in each duty cycle, before anything else waits for it.
     */
    public ReadySignals signals() {
        return signals;
    }

    /**
     * Open sockets.
     *
     * @return how many.
     */
    public int size() {
        return open.length;
    }

    /**
     * One of the open sockets.
     *
     * @param index 0 to size - 1.
     * @return the socket.
     */
    public EngineSocket socket(final int index) {
        return open[index];
    }

    /**
     * A socket has become congested: it is looked after until it is no more.
     *
     * @param socket of this table.
     */
    public void onCongested(final EngineSocket socket) {
        congested.add(socket);
    }

    @Override
    public void onMessage(final int kind, final MutableDirectBuffer buffer, final int index, final int length) {
        final int slot = buffer.getInt(index + EngineCommand.SLOT_OFFSET);
        final long correlationId = buffer.getLong(index + EngineCommand.CORRELATION_OFFSET);
        final SocketRegion region = proxy.directory().region(slot);
        if (region == null) {
            return;
        }
        if (isClosed || (bySlot[slot] == null && kind != EngineCommand.OPEN)) {
            region.closed();
            final boolean isLast = kind == EngineCommand.CLOSE || isClosed;
            if (isLast) {
                proxy.directory().remove(slot); // its OPEN never came, or it was closed as corrupt
            }
            region.respond(correlationId, Errno.EBADF.number(), 0);
            if (isLast) {
                region.release();
            }
            return;
        }
        switch (kind) {
            case EngineCommand.OPEN -> {
                open(slot, region);
                region.respond(correlationId, 0, 0);
            }
            case EngineCommand.BIND -> bind(slot, correlationId, buffer.getLong(index + EngineCommand.HIGH_OFFSET),
                buffer.getLong(index + EngineCommand.LOW_OFFSET), buffer.getInt(index + EngineCommand.PORT_OFFSET));
            case EngineCommand.CLOSE -> {
                close(bySlot[slot]);
                proxy.directory().remove(slot);
                region.respond(correlationId, 0, 0);
                region.release();
            }
            case EngineCommand.CANCEL -> cancel(slot, correlationId, buffer.getLong(index + EngineCommand.HIGH_OFFSET),
                buffer.getLong(index + EngineCommand.LOW_OFFSET), buffer.getInt(index + EngineCommand.PORT_OFFSET));
            case EngineCommand.TIMES -> {
                bySlot[slot].receiveSide().timed(buffer.getInt(index + EngineCommand.PORT_OFFSET) != 0);
                region.respond(correlationId, 0, 0);
            }
            case EngineCommand.WATCH -> watch(slot, correlationId, buffer.getInt(index + EngineCommand.PORT_OFFSET));
            default -> region.respond(correlationId, Errno.EOPNOTSUPP.number(), 0);
        }
    }

    private void open(final int slot, final SocketRegion region) {
        lives = lives % 0x7fff + 1;
        bySlot[slot] = new EngineSocket(region, lives << SLOT_BITS | slot, receiveMemory);
        open = Arrays.copyOf(open, open.length + 1);
        open[open.length - 1] = bySlot[slot];
    }

    /** Checks in the order of Linux's rds_bind. A port of an address that is not of this host is nobody's. */
    private void bind(final int slot, final long correlationId, final long high, final long low, final int port) {
        final EngineSocket socket = bySlot[slot];
        if (socket.port() != 0) {
            socket.region().respond(correlationId, Errno.EINVAL.number(), 0);
        } else if (high != local.high() || low != local.low()) {
            socket.region().respond(correlationId, Errno.EADDRNOTAVAIL.number(), 0);
        } else if (port < 0 || port == 1 || port >= PORTS) {
            socket.region().respond(correlationId, Errno.EINVAL.number(), 0);
        } else {
            final int free = port == 0 ? freePort() : port;
            if (free == 0 || byPort[free] != null) {
                socket.region().respond(correlationId, Errno.EADDRINUSE.number(), 0);
                return;
            }
            byPort[free] = socket;
            socket.bind(high, low, free);
            socket.region().respond(correlationId, 0, free);
        }
    }

    private void cancel(final int slot, final long correlationId, final long high, final long low, final int port) {
        final EngineSocket socket = bySlot[slot];
        if (socket.port() == 0) {
            socket.region().respond(correlationId, Errno.ENOTCONN.number(), 0);
        } else {
            final boolean isDone = sends.cancel(socket, high, low, port);
            socket.region().respond(correlationId, isDone ? 0 : Errno.EAGAIN.number(), 0);
        }
    }

    private void watch(final int slot, final long correlationId, final int set) {
        final boolean isSet = set >= 0 && set < ReadySets.MAX_SETS;
        if (isSet) {
            bySlot[slot].watch(signals, set);
        }
        bySlot[slot].region().respond(correlationId, isSet ? 0 : Errno.EINVAL.number(), 0);
    }

    private int freePort() {
        final int count = PORTS - FIRST_PORT;
        final int start = random.nextInt(count);
        for (int i = 0; i < count; i++) {
            final int port = FIRST_PORT + (start + i) % count;
            if (byPort[port] == null) {
                return port;
            }
        }
        return 0;
    }

    /**
     * Closes a socket whose region makes no sense any more. Its slot stays taken until its owner's CLOSE, which would hit a
     * successor otherwise.
     *
     * @param socket that is corrupt.
     */
    public void closeCorrupt(final EngineSocket socket) {
        socket.region().broken(); // first, so that whoever finds the socket closed knows that its slot is not free
        close(socket);
    }

    private static int slotOf(final EngineSocket socket) {
        return socket.id() & (1 << SLOT_BITS) - 1;
    }

    private void close(final EngineSocket socket) {
        socket.region().closed();
        sends.beforeClose(socket);
        congested.remove(socket);
        socket.receiveSide().close();
        byPort[socket.port()] = null;
        bySlot[slotOf(socket)] = null;
        socket.happened(SocketEvents.CLOSED);
        signals.flush(); // the region may go away
        socket.unwatch();
        open = Arrays.stream(open).filter(other -> other != socket).toArray(EngineSocket[]::new);
    }

    /** Closes every socket; the engine ends. Their regions are not touched again, whatever commands still come. */
    public void closeAll() {
        isClosed = true;
        while (open.length > 0) {
            final EngineSocket socket = open[open.length - 1];
            close(socket);
            proxy.directory().remove(slotOf(socket));
            socket.region().release();
        }
    }
}
