package org.rds4j.driver;

import java.io.IOException;
import java.nio.file.Path;
import org.rds4j.Errno;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.EngineProxy;
import org.rds4j.socket.ReadySets;
import org.rds4j.socket.RegionLayout;
import org.rds4j.socket.SocketDirectory;
import org.rds4j.socket.SocketRegion;

/** One socket of a client, as its driver keeps it: from the making of its file to the removal. Conductor only. */
final class ClientSocket {
    /** Correlation id of a CLOSE that nobody waits for. */
    private static final long NOBODY = 0;

    private final EngineProxy engine;
    private final MappedFile file;
    private final SocketRegion region;
    private final long serial;
    private final long openId;
    private int slot;
    private boolean isAsked;
    private boolean isOpened;
    private boolean isClosing;

    private ClientSocket(
        final EngineProxy engine, final MappedFile file, final SocketRegion region, final long serial, final long openId) {
        this.engine = engine;
        this.file = file;
        this.region = region;
        this.serial = serial;
        this.openId = openId;
    }

    /**
     * Makes a region in a file of its own, and takes a slot for it.
     *
     * @return the socket, which is to be opened by {@link #work}, or null when all slots are taken.
     * @throws IOException when there is no room for the file.
     */
    static ClientSocket create(
        final EngineProxy engine, final DriverDirectory directory, final RegionLayout layout, final int permittedLevels,
        final ReadySets readySets, final long serial, final long openId) throws IOException {
        final Path path = directory.resolve(DriverDirectory.SOCKET + serial);
        final MappedFile file = MappedFile.create(path, layout.length(), layout.denseLength(), directory);
        file.closeChannel();
        final SocketRegion region = new SocketRegion(layout, file.memory(), permittedLevels);
        region.readySets(readySets);
        final ClientSocket socket = new ClientSocket(engine, file, region, serial, openId);
        socket.slot = engine.directory().register(region);
        if (socket.slot == SocketDirectory.FULL) {
            file.close();
            return null;
        }
        return socket;
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

    /** Removes the file: the engine has let go of it, or is over. */
    void remove() {
        file.close();
    }
}
