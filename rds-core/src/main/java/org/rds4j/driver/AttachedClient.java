package org.rds4j.driver;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.rds4j.Errno;
import org.rds4j.congestion.CongestionCounts;
import org.rds4j.congestion.CongestionMaps;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.ReadySets;

/** One client as its driver keeps it: its memory, its sockets, and whether it still lives. Conductor only. */
final class AttachedClient {
    private final long number;
    private final Line line;
    private final int process;
    private final SharedMemory memory;
    private final ClientRegion region;
    private final ReadySets readySets;
    private final SocketMaker maker;
    private final int maxSockets;
    private final List<ClientSocket> sockets = new ArrayList<>();
    private final CongestionCounts counts;
    private long knownRefused;
    private long knownBlocked;
    private long taken;
    private boolean isGone;
    private boolean isFailed;

    /** Makes the sockets of clients. */
    @FunctionalInterface
    interface SocketMaker {
        /**
         * A new socket.
         *
         * @param client that asks, and is handed the socket's memory.
         * @param openId names the request.
         * @return the socket, or null when there are too many.
         * @throws IOException when there is no memory for it, or the client does not take it.
         */
        ClientSocket make(AttachedClient client, long openId) throws IOException;
    }

    AttachedClient(
        final long number, final Line line, final int process, final SharedMemory memory, final int setLength,
        final SocketMaker maker, final int maxSockets) {
        this.number = number;
        this.line = line;
        this.process = process;
        this.memory = memory;
        this.region = new ClientRegion(memory.memory());
        this.counts = region.congestionCounts();
        this.readySets = region.readySets(setLength);
        this.maxSockets = maxSockets;
        this.maker = maker;
    }

    long number() {
        return number;
    }

    long pid() {
        return region.pid();
    }

    long heartbeatMs() {
        return region.heartbeatMs();
    }

    /** Something went wrong with this client: it is done with, as if its process were gone; answers false when it was before. */
    boolean fail() {
        final boolean isFirst = !isFailed;
        isFailed = true;
        isGone = true;
        return isFirst;
    }

    int socketCount() {
        return sockets.size();
    }

    /** As of {@link Line#process}. */
    int process() {
        return process;
    }

    Line line() {
        return line;
    }

    ReadySets readySets() {
        return readySets;
    }

    /** Octets of its sockets' blocks that were never used. */
    long unusedLength() throws IOException {
        long unused = 0;
        for (final ClientSocket socket : sockets) {
            unused += socket.unusedLength();
        }
        return unused;
    }

    /** Carries out what the client asks for, and goes on with what was begun. */
    int work() {
        int work = isGone ? 0 : takeRequest();
        for (final Iterator<ClientSocket> all = sockets.iterator(); all.hasNext();) {
            final ClientSocket socket = all.next();
            work += isGone && !socket.isClosing() ? socket.close() : socket.work(region);
            if (socket.isOver()) {
                all.remove();
                socket.remove();
                work++;
            }
        }
        return work;
    }

    private int takeRequest() {
        final long id = region.requestId();
        if (id == taken) {
            return 0;
        }
        final int kind = region.requestKind();
        final boolean isTaken = kind == EngineCommand.OPEN ? open(id) : forward(kind, id);
        if (isTaken) {
            taken = id;
            region.taken(id);
        }
        return isTaken ? 1 : 0;
    }

    private boolean open(final long id) {
        try {
            final ClientSocket socket = sockets.size() < maxSockets ? maker.make(this, id) : null;
            if (socket == null) {
                region.opened(id, Errno.ENOMEM.number(), 0, 0);
            } else {
                sockets.add(socket);
            }
        } catch (final IOException e) {
            region.opened(id, Errno.ENOMEM.number(), 0, 0);
        }
        return true;
    }

    /** Only for a socket of this client: its slot is a number that anyone could write, and so is the kind. */
    private boolean forward(final int requested, final long id) {
        final int kind = EngineCommand.isKnown(requested) ? requested : EngineCommand.UNKNOWN;
        final int slot = region.requestSlot();
        for (int i = 0; i < sockets.size(); i++) {
            if (sockets.get(i).slot() == slot && !sockets.get(i).isClosing()) {
                return sockets.get(i).forward(kind, region.requestHigh(), region.requestLow(), region.requestPort(), id);
            }
        }
        return true;
    }

    /**
     * Looks whether the client's process is still there, and how often its sends met congestion.
     *
     * @throws DriverException when it has sent anything, which no sound client does.
     */
    void look(final CongestionMaps congestion) {
        if (!isGone) {
            isGone = !line.isQuiet();
            if (isGone && !line.isEnded()) {
                throw new DriverException("it sends messages");
            }
            final long refused = counts.refused();
            final long blocked = counts.blocked();
            congestion.count(Math.max(0, refused - knownRefused), Math.max(0, blocked - knownBlocked));
            knownRefused = refused;
            knownBlocked = blocked;
        }
    }

    /** Whether nothing is left of the client but its memory. */
    boolean isEnded() {
        return isGone && sockets.isEmpty();
    }

    /** Gives back what the client had; its sockets are gone. */
    void remove() {
        line.close();
        memory.close();
    }

    /** The driver ends, after the engine. Sockets' memory in which somebody may still be stays mapped. */
    void abandon(final boolean isMemoryKept) {
        if (!isMemoryKept) {
            sockets.forEach(ClientSocket::remove);
        }
        remove();
    }
}
