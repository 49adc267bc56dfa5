package org.rds4j.socket;

import org.agrona.concurrent.ControlledMessageHandler;
import org.rds4j.message.Lender;
import org.rds4j.peer.PeerPath;

/** The engine's side of one socket. Engine thread only. */
public final class EngineSocket implements Lender {
    private final SocketRegion region;
    private final int id;
    private final ReceiveSide receiveSide;
    private final SubmitReader submitted;
    private final SubmitBacklog backlog;
    private int port;
    private int queued;
    private long pathHigh;
    private long pathLow;
    private int pathLevel;
    private PeerPath path;
    private ReadySignals signals;
    private int readySet;
    private int happened;

    EngineSocket(final SocketRegion region, final int id, final ReceiveMemory memory) {
        this.region = region;
        this.id = id;
        this.receiveSide = new ReceiveSide(this, memory);
        this.submitted = new SubmitReader(
            region.submitRing(), region.submitBlocks(), region.lentAreas(), region.permittedLevels());
        this.backlog = new SubmitBacklog(submitted);
    }

    /**
     * Names the socket among all that are open, as the owner of messages.
     *
     * @return not 0.
     */
    public int id() {
        return id;
    }

    /**
     * The port bound to.
     *
     * @return 2 to 65535, or 0 while unbound.
     */
    public int port() {
        return port;
    }

    /**
     * The memory shared with the application.
     *
     * @return the region.
     */
    public SocketRegion region() {
        return region;
    }

    /**
     * What the socket receives.
     *
     * @return always the same.
     */
    public ReceiveSide receiveSide() {
        return receiveSide;
    }

    /**
     * Submitted datagrams that wait for room.
     *
     * @return the backlog.
     */
    public SubmitBacklog backlog() {
        return backlog;
    }

    /** A poller wants to be told of this socket. */
    void watch(final ReadySignals told, final int set) {
        signals = told;
        readySet = set;
    }

    /** The socket is closed: payloads that it lent may come back when its region is gone. */
    void unwatch() {
        signals = null;
    }

    /**
     * Something has happened that the socket's poller, if there is one, may wait for.
     *
     * @param events of {@link SocketEvents}; visible to the application.
     */
    public void happened(final int events) {
        if (signals != null) {
            if (happened == 0) {
                signals.add(this);
            }
            happened |= events;
        }
    }

    /** Tells the poller, if it waits for what has happened. */
    void signal() {
        if ((region.wantedEvents() & happened) != 0) {
            region.readySets().add(readySet, SocketTable.slotOf(id));
        }
        happened = 0;
    }

    /**
     * Gives payload octets back to the send buffer.
     *
     * @param length octets acknowledged by the peer's host, or given up.
     */
    public void acknowledged(final int length) {
        region.acknowledged(length);
        happened(SocketEvents.WRITABLE);
    }

    void bind(final long high, final long low, final int boundPort) {
        port = boundPort;
        receiveSide.bind(boundPort);
        region.bound(high, low, boundPort);
    }

    /**
     * Takes submitted datagrams.
     *
     * @param handler called for each; finds its words at {@link #submitted()}.
     * @param limit   most datagrams.
     * @return how many were taken.
     */
    public int drain(final ControlledMessageHandler handler, final int limit) {
        return submitted.read(handler, limit);
    }

    /**
     * The submit ring, and the words of the datagram that a handler is called for.
     *
     * @return the ring's reader.
     */
    public SubmitReader submitted() {
        return submitted;
    }

    /** Something stands in the region that a sound application does not write: the socket is to be closed. */
    public void corrupt() {
        submitted.corrupt();
    }

    /**
     * Whether the region holds what a sound application does not write.
     *
     * @return true when the socket is to be closed.
     */
    public boolean isCorrupt() {
        return submitted.isCorrupt() || receiveSide.isCorrupt();
    }

    /** A send log has taken a datagram of this socket. */
    public void onQueued() {
        queued++;
    }

    /**
     * A send log has done with a datagram of this socket.
     *
     * @param length octets of payload.
     */
    public void onReleased(final int length) {
        queued--;
        acknowledged(length);
    }

    /**
     * Whether send logs have datagrams of this socket.
     *
     * @return false when each was released.
     */
    public boolean hasQueued() {
        return queued > 0;
    }

    /** A send log has taken a datagram whose payload the application lent. */
    public void onLent() {
        region.onLent();
    }

    /**
     * Whether send logs read payloads that the application lent.
     *
     * @return false when all were given back.
     */
    public boolean hasLent() {
        return region.lentPayloads() > 0;
    }

    @Override
    public void onReturned(final long token) {
        complete(token);
        region.onReturned(); // the memory may be gone afterwards
    }

    /**
     * Tells the application that a payload which it lent is its own again.
     *
     * @param lending as of {@link SubmitReader#lending()}.
     */
    public void complete(final long lending) {
        if (!region.completions().add(lending)) {
            corrupt();
        }
        happened(SocketEvents.COMPLETION);
    }

    /**
     * The path the last datagram took, if this one takes it too.
     *
     * @param high  bits 127..64 of the destination.
     * @param low   bits 63..0 of the destination.
     * @param level service level.
     * @return the path, or null.
     */
    public PeerPath lastPath(final long high, final long low, final int level) {
        return pathLow == low && pathHigh == high && pathLevel == level ? path : null;
    }

    /**
     * Remembers the path of a destination.
     *
     * @param high  bits 127..64 of the destination.
     * @param low   bits 63..0 of the destination.
     * @param level service level.
     * @param taken the path.
     */
    public void lastPath(final long high, final long low, final int level, final PeerPath taken) {
        pathHigh = high;
        pathLow = low;
        pathLevel = level;
        path = taken;
    }
}
