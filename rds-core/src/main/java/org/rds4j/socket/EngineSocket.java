package org.rds4j.socket;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.rds4j.peer.PeerPath;

/** The engine's side of one socket. Engine thread only. */
public final class EngineSocket {
    private final SocketRegion region;
    private final int id;
    private final ReceiveSide receiveSide;
    private final MutableDirectBuffer submitBuffer;
    private final long submitAddress;
    private final SubmitBacklog backlog;
    private int port;
    private long pathHigh;
    private long pathLow;
    private int pathLevel;
    private PeerPath path;

    EngineSocket(final SocketRegion region, final int id, final ReceiveMemory memory) {
        this.region = region;
        this.id = id;
        this.receiveSide = new ReceiveSide(this, memory);
        this.submitBuffer = region.submitRing().buffer();
        this.submitAddress = submitBuffer.addressOffset();
        this.backlog = new SubmitBacklog(region.submitRing());
    }

    /**
     * Names the socket among all the engine ever served, as the owner of messages.
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
     * The submit ring's memory.
     *
     * @return records as of {@link DatagramRecord}.
     */
    public MutableDirectBuffer submitBuffer() {
        return submitBuffer;
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
     * Where the submit ring's memory begins.
     *
     * @return address of index 0.
     */
    public long submitAddress() {
        return submitAddress;
    }

    /**
     * Submitted datagrams that wait for room.
     *
     * @return the backlog.
     */
    public SubmitBacklog backlog() {
        return backlog;
    }

    void bind(final long high, final long low, final int boundPort) {
        port = boundPort;
        receiveSide.bind(boundPort);
        region.bound(high, low, boundPort);
    }

    /**
     * Takes submitted datagrams.
     *
     * @param handler called for each.
     * @param limit   most datagrams.
     * @return how many were taken.
     */
    public int drain(final ControlledMessageHandler handler, final int limit) {
        return region.submitRing().controlledRead(handler, limit);
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
