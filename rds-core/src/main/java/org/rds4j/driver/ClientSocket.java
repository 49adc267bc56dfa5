package org.rds4j.driver;

import java.io.IOException;
import org.rds4j.Errno;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.EngineProxy;
import org.rds4j.socket.ReadySets;
import org.rds4j.socket.RegionLayout;
import org.rds4j.socket.SocketDirectory;
import org.rds4j.socket.SocketRegion;

/** One socket of a client, as its driver keeps it: from the making of its memory to the end. Conductor only. */
final class ClientSocket {
    /** Correlation id of a CLOSE that nobody waits for. */
    private static final long NOBODY = 0;

    private final EngineProxy engine;
    private final SharedMemory memory;
    private final SocketRegion region;
    private final long serial;
    private final long openId;
    private int slot;
    private boolean isAsked;
    private boolean isOpened;
    private boolean isClosing;

    private ClientSocket(
        final EngineProxy engine, final SharedMemory memory, final SocketRegion region, final long serial, final long openId) {
        this.engine = engine;
        this.memory = memory;
        this.region = region;
        this.serial = serial;
        this.openId = openId;
    }

    /**
     * Makes a region in memory of its own, takes a slot for it, and hands the memory to the client.
     *
     * @return the socket, which is to be opened by {@link #work}, or null when all slots are taken.
     * @throws IOException when there is no memory, or the client does not take what it is sent.
     */
    static ClientSocket create(
        final EngineProxy engine, final Line line, final RegionLayout layout, final int permittedLevels,
        final ReadySets readySets, final long serial, final long openId) throws IOException {
        final SharedMemory memory = SharedMemory.create("rds-socket-" + serial, layout.length(), layout.denseLength());
        final SocketRegion region = new SocketRegion(layout, memory.memory(), permittedLevels);
        region.readySets(readySets);
        final ClientSocket socket = new ClientSocket(engine, memory, region, serial, openId);
        socket.slot = engine.directory().register(region);
        if (socket.slot == SocketDirectory.FULL) {
            memory.close();
            return null;
        }
        socket.hand(line);
        return socket;
    }

    /** The engine knows nothing of the socket yet. */
    private void hand(final Line line) throws IOException {
        try {
            line.send(new Line.Message(serial, 0, memory.descriptor()));
        } catch (final IOException e) {
            engine.directory().remove(slot);
            memory.close();
            throw e;
        }
    }

    /** Octets of blocks that were never used. */
    long unusedLength() throws IOException {
        return memory.unusedLength();
    }

    int slot() {
        return slot;
    }

    boolean isClosing() {
        return isClosing;
    }

    /** Carries on with what the engine had no room or no answer for yet. */
    int work(final ClientRegion client) {
        if (isClosing) {
            return 0;
        }
        if (!isAsked) {
            isAsked = engine.forward(EngineCommand.OPEN, slot, 0, 0, 0, openId);
            return isAsked ? 1 : 0;
        }
        if (!isOpened && (region.hasResponse(openId) || region.isBroken())) {
            isOpened = true;
            client.opened(openId, region.isBroken() ? Errno.EBADF.number() : region.responseErrno(), slot, serial);
            return 1;
        }
        return region.isBroken() ? close() : 0;
    }

    /** Has the engine carry out a command; answers false when it has no room for it now. */
    boolean forward(final int kind, final long high, final long low, final int port, final long id) {
        if (!isAsked) {
            return true; // no sound client asks for anything before it is told the slot
        }
        final boolean isForwarded = engine.forward(kind, slot, high, low, port, id);
        isClosing = isForwarded && kind == EngineCommand.CLOSE;
        return isForwarded;
    }

    /** Has the engine close the socket, unless it was asked to already; to be called until the socket is closing. */
    int close() {
        isClosing = isClosing || engine.forward(EngineCommand.CLOSE, slot, 0, 0, 0, NOBODY);
        return isClosing ? 1 : 0;
    }

    /** Whether the engine has let go of the region. */
    boolean isOver() {
        return isClosing && region.isReleased();
    }

    /** Gives the memory back: the engine has let go of it, or is over. */
    void remove() {
        memory.close();
    }
}
