package org.rds4j;

import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.rds4j.congestion.CongestionMaps;
import org.rds4j.socket.DatagramRecord;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.EngineProxy;
import org.rds4j.socket.SocketControl;
import org.rds4j.socket.SocketRegion;

/**
 * One RDS socket: datagrams to and from any number of peers, each delivered once and in order.
 * <p>
 * Two faces of one thing. {@link #offer} and {@link #poll} never wait, throw or allocate; {@link #send} and
 * {@link #receive} wait up to a given time and throw {@link RdsException} subtypes. Any number of threads may offer and
 * send at the same time; one thread at a time may poll or receive; bind, connect and close belong to one thread.
 */
public final class RdsSocket implements AutoCloseable {
    /** Result of {@link #offer}: the send buffer, or the ring to the engine, is full now (EAGAIN). */
    public static final int BACK_PRESSURED = -1;
    /** Result of {@link #offer}: {@link #bind} first (ENOTCONN). */
    public static final int NOT_BOUND = -2;
    /** Result of {@link #offer}: longer than {@code maxMessageLength} or the send buffer (EMSGSIZE). */
    public static final int TOO_LONG = -3;
    /** Result of {@link #offer}: the socket, or its node, is closed (EBADF). */
    public static final int CLOSED = -4;
    /** Result of {@link #offer}: no destination given and none connected to (ENOTCONN). */
    public static final int NO_DESTINATION = -5;
    /** Result of {@link #offer}: the destination is the any, broadcast or a multicast address (EINVAL). */
    public static final int NOT_UNICAST = -6;
    /** Result of {@link #offer}: an IPv6 destination on an IPv4 node, or the other way round (EOPNOTSUPP). */
    public static final int FAMILY_MISMATCH = -7;

    /** Result of {@link #offer}: the service level is not in 0..15 (EINVAL). */
    public static final int BAD_SERVICE_LEVEL = -8;
    /** Result of {@link #offer}: the node does not let applications use the service level (EPERM). */
    public static final int NOT_PERMITTED = -9;
    /** Result of {@link #offer}: the process of the node is gone; open another socket when it is back (ECONNRESET). */
    public static final int NODE_LOST = -11;

    /** Result of {@link #offer}: the destination port is congested, as its host said (ENOBUFS). */
    public static final int CONGESTED = -10;

    /** A timeout that never ends. */
    public static final long FOREVER = Long.MAX_VALUE;
    /** Highest service level. */
    public static final int MAX_SERVICE_LEVEL = 15;

    private static final int RDS_HEADER_LENGTH = 48;
    private static final String LOST = "the process of the node is gone: open another socket when it is back";

    private final RdsContext context;
    private final SocketControl engine;
    private final IntSupplier duty;
    private final SocketRegion region;
    private final int slot;
    private final ManyToOneRingBuffer submitRing;
    private final MutableDirectBuffer submitBuffer;
    private final int maxInlineLength;
    private final boolean isIpv4;
    private final int permittedLevels;
    private final DatagramReader reader;
    private final CongestionMaps congestion;
    private final CongestionMonitor monitor;
    private final SocketReadiness readiness;
    private volatile RdsAddress defaultDestination;
    private volatile int serviceLevel;
    private volatile int sendBufferLength;

    private RdsSocket(
        final RdsContext context, final SocketControl engine, final IntSupplier duty, final int permittedLevels,
        final SocketRegion region, final int slot) {
        this.permittedLevels = permittedLevels;
        this.context = context;
        this.engine = engine;
        this.duty = duty;
        this.region = region;
        this.slot = slot;
        this.submitRing = region.submitRing();
        this.submitBuffer = submitRing.buffer();
        this.maxInlineLength = submitRing.maxMsgLength() - DatagramRecord.HEADER_LENGTH;
        this.isIpv4 = context.localAddress().isIpv4();
        this.reader = new DatagramReader(region);
        this.congestion = engine.congestion();
        this.monitor = new CongestionMonitor(congestion);
        this.readiness = new SocketReadiness(region, monitor, engine.readySets(), slot);
        this.monitor.onArmed(readiness::onRefused);
        this.sendBufferLength = context.sendBufferLength();
        region.sendBufferLength(sendBufferLength);
        region.receiveBufferLength(context.receiveBufferLength() / 2);
    }

    /**
     * Opens a socket; applications ask their node for one instead.
     *
     * @param context concluded.
     * @param engine  that will serve it.
     * @param duty    run over and over while a call waits, returning the work it did: the node's invoker in
     *                {@link ThreadingMode#INVOKER}; null when the engine has a thread.
     * @param permittedLevels service levels that the application may use, bit n for level n.
     * @return the socket, unbound.
     * @throws RdsException (ENOMEM) when there are {@code maxSockets} already, (ETIMEDOUT) when the engine does not answer.
     */
    public static RdsSocket open(
        final RdsContext context, final EngineProxy engine, final IntSupplier duty, final int permittedLevels) {
        if (engine.isClosed()) {
            throw RdsException.of(Errno.EBADF, "the node is closed");
        }
        final SocketRegion region = new SocketRegion(context);
        region.readySets(engine.readySets());
        final int slot = engine.directory().register(region);
        if (slot < 0) {
            throw RdsException.of(Errno.ENOMEM,
                "all " + engine.directory().capacity() + " sockets are open: close some or raise maxSockets");
        }
        final RdsSocket socket = new RdsSocket(context, engine, duty, permittedLevels, region, slot);
        try {
            socket.control(EngineCommand.OPEN, 0, 0, 0, "open");
        } catch (final RdsException e) {
            region.closed();
            engine.command(EngineCommand.CLOSE, slot, 0, 0, 0); // behind the OPEN, if that is on its way: frees the slot
            throw e;
        }
        return socket;
    }

    /**
     * A socket whose engine serves it already, from another process; applications ask their {@code RdsClient} instead.
     *
     * @param context         concluded.
     * @param engine          that serves it.
     * @param permittedLevels service levels that the application may use, bit n for level n.
     * @param region          shared with the engine.
     * @param slot            of the region there.
     * @return the socket, unbound.
     */
    public static RdsSocket attached(
        final RdsContext context, final SocketControl engine, final int permittedLevels, final SocketRegion region,
        final int slot) {
        return new RdsSocket(context, engine, null, permittedLevels, region, slot);
    }

    /**
     * Binds to this host's address.
     *
     * @param port 2 to 65535, or 0 for the engine's choice.
     * @return the port bound to.
     * @throws RdsException EINVAL (bound already, or port 1), EADDRINUSE, ETIMEDOUT.
     */
    public int bind(final int port) {
        return bind(context.localAddress().withPort(port));
    }

    /**
     * Binds to an address of this host.
     *
     * @param address and port; port 0 is the engine's choice.
     * @return the port bound to.
     * @throws RdsException EINVAL (bound already, port 1, not unicast), EADDRNOTAVAIL, EADDRINUSE, ETIMEDOUT.
     */
    public int bind(final RdsAddress address) {
        if (!address.isUnicast()) {
            throw RdsException.of(Errno.EINVAL, "cannot bind to " + address + ": give an address of this host");
        }
        return control(EngineCommand.BIND, address.high(), address.low(), address.port(), "bind to " + address);
    }

    /**
     * Sets the default destination; contacts nobody and filters nothing. Repeatable.
     *
     * @param destination of sends that name none.
     * @throws RdsException EDESTADDRREQ (the any address), EINVAL (broadcast or multicast).
     */
    public void connect(final RdsAddress destination) {
        if (!destination.isUnicast()) {
            final boolean isAny = RdsAddress.isIpv4(destination.high(), destination.low())
                ? (int) destination.low() == 0 : (destination.high() | destination.low()) == 0;
            throw RdsException.of(isAny ? Errno.EDESTADDRREQ : Errno.EINVAL, "cannot connect to " + destination);
        }
        defaultDestination = destination;
        region.connected(destination.high(), destination.low(), destination.port());
    }

    /**
     * Sets the service level of sends that name none.
     *
     * @param level 0 to {@link #MAX_SERVICE_LEVEL}.
     * @throws RdsException EINVAL (there is no such level), EPERM (the node does not let applications use it).
     */
    public void serviceLevel(final int level) {
        final int refusal = admitLevel(level);
        if (refusal < 0) {
            throw RdsException.of(errnoOf(refusal), levelRefusal(refusal, level));
        }
        serviceLevel = level;
    }

    private int admitLevel(final int level) {
        if (level < 0 || level > MAX_SERVICE_LEVEL) {
            return BAD_SERVICE_LEVEL;
        }
        return (permittedLevels & 1 << level) != 0 ? 0 : NOT_PERMITTED;
    }

    private static String levelRefusal(final int refusal, final int level) {
        return refusal == BAD_SERVICE_LEVEL ? "service level " + level + " is not in 0.." + MAX_SERVICE_LEVEL
            : "service level " + level + " is reserved: the node's QosConfiguration must allow control traffic";
    }

    /**
     * Service level of sends that name none.
     *
     * @return 0 to {@link #MAX_SERVICE_LEVEL}.
     */
    public int serviceLevel() {
        return serviceLevel;
    }

    /**
     * Sets SO_SNDBUF: most octets of payload queued or unacknowledged.
     *
     * @param length above 0.
     */
    public void sendBufferLength(final int length) {
        if (length <= 0) {
            throw RdsException.of(Errno.EINVAL, "send buffer length " + length + " is not above 0");
        }
        sendBufferLength = length;
        region.sendBufferLength(length);
    }

    /**
     * What counts against the send buffer now.
     *
     * @return octets of payload queued or unacknowledged.
     */
    public long unacknowledgedLength() {
        return region.unacknowledgedLength();
    }

    /**
     * Where the socket is bound.
     *
     * @return address and port, or null.
     */
    public RdsAddress localAddress() {
        return region.boundAddress();
    }

    /**
     * The default destination.
     *
     * @return address and port, or null.
     */
    public RdsAddress remoteAddress() {
        return defaultDestination;
    }

    /**
     * Sends a datagram to the default destination; as {@link #offer(RdsAddress, DirectBuffer, int, int, int)}.
     *
     * @param buffer holding the payload.
     * @param offset of its first octet.
     * @param length of the payload.
     * @return above 0, or a code.
     */
    public int offer(final DirectBuffer buffer, final int offset, final int length) {
        return offer(defaultDestination, buffer, offset, length, serviceLevel);
    }

    /**
     * Sends a datagram at the socket's service level; as {@link #offer(RdsAddress, DirectBuffer, int, int, int)}.
     *
     * @param destination address and port.
     * @param buffer      holding the payload.
     * @param offset      of its first octet.
     * @param length      of the payload.
     * @return above 0, or a code.
     */
    public int offer(final RdsAddress destination, final DirectBuffer buffer, final int offset, final int length) {
        return offer(destination, buffer, offset, length, serviceLevel);
    }

    /**
     * Sends a datagram, whole or not at all. The payload is copied; port 0 is a ping.
     *
     * @param destination address and port; null is no destination.
     * @param buffer      holding the payload; borrowed for the call.
     * @param offset      of its first octet.
     * @param length      of the payload, 0 or more.
     * @param level       service level, 0 to {@link #MAX_SERVICE_LEVEL}.
     * @return the octets the datagram takes on its path, above 0, or one of {@link #BACK_PRESSURED}, {@link #NOT_BOUND},
     * {@link #TOO_LONG}, {@link #CLOSED}, {@link #NO_DESTINATION}, {@link #NOT_UNICAST}, {@link #FAMILY_MISMATCH},
     * {@link #BAD_SERVICE_LEVEL}, {@link #NOT_PERMITTED}, {@link #CONGESTED}, {@link #NODE_LOST}; {@link #errnoOf} maps them.
     * @throws IndexOutOfBoundsException when the payload does not lie inside the buffer; nothing has happened then.
     */
    public int offer(
        final RdsAddress destination, final DirectBuffer buffer, final int offset, final int length, final int level) {
        final long updates = congestion.updates();
        final int result = tryOffer(destination, buffer, offset, length, level);
        if (result == CONGESTED) {
            onCongested(destination.port(), updates);
        }
        return result;
    }

    private void onCongested(final int port, final long updates) {
        congestion.countRefused();
        monitor.onRefused(port, updates);
    }

    private int tryOffer(
        final RdsAddress destination, final DirectBuffer buffer, final int offset, final int length, final int level) {
        buffer.boundsCheck(offset, length);
        final int refusal = admit(destination, length, level);
        if (refusal < 0) {
            return refusal;
        }
        if (length > maxInlineLength) {
            final int block = region.submitBlocks().take();
            if (block < 0) {
                return giveUp(length);
            }
            region.submitBlocks().block(block).putBytes(0, buffer, offset, length);
            return submitBlock(destination, block, length, level);
        }
        final int index = submitRing.tryClaim(DatagramRecord.TYPE_INLINE, DatagramRecord.HEADER_LENGTH + length);
        if (index < 0) {
            return giveUp(length);
        }
        submitBuffer.putBytes(index + DatagramRecord.HEADER_LENGTH, buffer, offset, length);
        return submitInline(destination, index, length, level);
    }

    /**
     * Sends a datagram gathered from several places, at the socket's service level.
     *
     * @param destination address and port; null is no destination.
     * @param vectors     the pieces in order.
     * @return as of {@link #offer(RdsAddress, DirectBuffer, int, int, int)}.
     */
    public int offer(final RdsAddress destination, final DirectBufferVector[] vectors) {
        return offer(destination, vectors, serviceLevel);
    }

    /**
     * Sends a datagram gathered from several places.
     *
     * @param destination address and port; null is no destination.
     * @param vectors     the pieces in order.
     * @param level       service level, 0 to {@link #MAX_SERVICE_LEVEL}.
     * @return as of {@link #offer(RdsAddress, DirectBuffer, int, int, int)}.
     */
    public int offer(final RdsAddress destination, final DirectBufferVector[] vectors, final int level) {
        final long updates = congestion.updates();
        final int result = tryOffer(destination, vectors, level);
        if (result == CONGESTED) {
            onCongested(destination.port(), updates);
        }
        return result;
    }

    private int tryOffer(final RdsAddress destination, final DirectBufferVector[] vectors, final int level) {
        final long total = lengthOf(vectors);
        final int length = (int) Math.min(Integer.MAX_VALUE, total);
        final int refusal = admit(destination, length, level);
        if (refusal < 0) {
            return refusal;
        }
        if (length > maxInlineLength) {
            final int block = region.submitBlocks().take();
            if (block < 0) {
                return giveUp(length);
            }
            gather(vectors, region.submitBlocks().block(block), 0);
            return submitBlock(destination, block, length, level);
        }
        final int index = submitRing.tryClaim(DatagramRecord.TYPE_INLINE, DatagramRecord.HEADER_LENGTH + length);
        if (index < 0) {
            return giveUp(length);
        }
        gather(vectors, submitBuffer, index + DatagramRecord.HEADER_LENGTH);
        return submitInline(destination, index, length, level);
    }

    /** Also checks every piece: once the ring slot is claimed nothing may throw. */
    private static long lengthOf(final DirectBufferVector[] vectors) {
        long length = 0;
        for (int i = 0; i < vectors.length; i++) {
            vectors[i].buffer().boundsCheck(vectors[i].offset(), vectors[i].length());
            length += vectors[i].length();
        }
        return length;
    }

    private static void gather(final DirectBufferVector[] vectors, final MutableDirectBuffer target, final int start) {
        int index = start;
        for (int i = 0; i < vectors.length; i++) {
            target.putBytes(index, vectors[i].buffer(), vectors[i].offset(), vectors[i].length());
            index += vectors[i].length();
        }
    }

    /** The checks of sendmsg in Linux's order; on success the payload is in the send buffer's account. */
    private int admit(final RdsAddress destination, final int length, final int level) {
        final int state = region.state();
        if (state != SocketRegion.STATE_BOUND) {
            return switch (state) {
                case SocketRegion.STATE_OPEN -> NOT_BOUND;
                case SocketRegion.STATE_LOST -> NODE_LOST;
                default -> CLOSED;
            };
        }
        if (destination == null) {
            return NO_DESTINATION;
        }
        if (!destination.isUnicast()) {
            return NOT_UNICAST;
        }
        if (destination.isIpv4() != isIpv4) {
            return FAMILY_MISMATCH;
        }
        final int refusal = admitLevel(level);
        if (refusal < 0) {
            return refusal;
        }
        final int limit = sendBufferLength;
        if (length > limit || length > context.maxMessageLength()) {
            return TOO_LONG;
        }
        if (congestion.isCongested(destination.high(), destination.low(), destination.port())) {
            return CONGESTED;
        }
        return region.reserve(length, limit) ? 0 : BACK_PRESSURED;
    }

    private int giveUp(final int length) {
        region.unreserve(length);
        return BACK_PRESSURED;
    }

    private int submitInline(final RdsAddress destination, final int index, final int length, final int level) {
        DatagramRecord.write(
            submitBuffer, index, destination.high(), destination.low(), destination.port(), level, length, 0);
        submitRing.commit(index);
        return RDS_HEADER_LENGTH + length;
    }

    private int submitBlock(final RdsAddress destination, final int block, final int length, final int level) {
        final int index = submitRing.tryClaim(DatagramRecord.TYPE_BLOCK, DatagramRecord.BLOCK_RECORD_LENGTH);
        if (index < 0) {
            region.submitBlocks().free(block);
            return giveUp(length);
        }
        submitBuffer.putInt(index + DatagramRecord.HEADER_LENGTH, block);
        return submitInline(destination, index, length, level);
    }

    /**
     * Hands received datagrams to a handler, in order of arrival.
     *
     * @param handler called for each, on this thread.
     * @param limit   most datagrams.
     * @return how many were handed over.
     */
    public int poll(final DatagramHandler handler, final int limit) {
        return reader.read(handler, limit);
    }

    /**
     * The errno a refusal stands for.
     *
     * @param result of {@link #offer}, below 0.
     * @return its Linux name.
     * @throws IllegalArgumentException when the result is no refusal.
     */
    public static Errno errnoOf(final int result) {
        return switch (result) {
            case BACK_PRESSURED -> Errno.EAGAIN;
            case CONGESTED -> Errno.ENOBUFS;
            case NOT_BOUND, NO_DESTINATION -> Errno.ENOTCONN;
            case TOO_LONG -> Errno.EMSGSIZE;
            case CLOSED -> Errno.EBADF;
            case NOT_UNICAST, BAD_SERVICE_LEVEL -> Errno.EINVAL;
            case NOT_PERMITTED -> Errno.EPERM;
            case FAMILY_MISMATCH -> Errno.EOPNOTSUPP;
            case NODE_LOST -> Errno.ECONNRESET;
            default -> throw new IllegalArgumentException(result + " is no refusal");
        };
    }

    /**
     * Sends a datagram, waiting for room. As {@link #send(RdsAddress, DirectBuffer, int, int, int, long)} with the bytes
     * between position and limit, at the socket's service level; the position moves to the limit on success.
     *
     * @param destination address and port; null is the default destination.
     * @param payload     heap or direct.
     * @param timeoutNs   longest wait; 0 does not wait, {@link #FOREVER} has no end.
     */
    public void send(final RdsAddress destination, final ByteBuffer payload, final long timeoutNs) {
        final int length = payload.remaining();
        send(destination, new UnsafeBuffer(payload, payload.position(), length), 0, length, serviceLevel, timeoutNs);
        payload.position(payload.limit());
    }

    /**
     * Sends a datagram, waiting for room in the send buffer.
     *
     * @param destination address and port; null is the default destination.
     * @param buffer      holding the payload.
     * @param offset      of its first octet.
     * @param length      of the payload.
     * @param level       service level.
     * @param timeoutNs   longest wait; 0 does not wait, {@link #FOREVER} has no end.
     * @throws RdsException EAGAIN (timeout 0), ETIMEDOUT, EINTR, EMSGSIZE, ENOTCONN, EINVAL, EPERM, EOPNOTSUPP, EBADF,
     * ECONNRESET (the node's process is gone).
     */
    public void send(
        final RdsAddress destination, final DirectBuffer buffer, final int offset, final int length, final int level,
        final long timeoutNs) {
        final RdsAddress target = destination == null ? defaultDestination : destination;
        int result = timeoutNs > 0
            ? tryOffer(target, buffer, offset, length, level) : offer(target, buffer, offset, length, level);
        if (timeoutNs > 0 && isPassing(result)) {
            if (result == CONGESTED) {
                congestion.countBlocked();
            }
            final Wait wait = new Wait(context, duty, timeoutNs, result == CONGESTED
                ? "the congestion of " + target : "room in the send buffer");
            while (isPassing(result)) {
                wait.idle();
                result = tryOffer(target, buffer, offset, length, level);
            }
        }
        if (result < 0) {
            throw RdsException.of(errnoOf(result), refusal(result, length, level));
        }
    }

    private static boolean isPassing(final int result) {
        return result == BACK_PRESSURED || result == CONGESTED;
    }

    private String refusal(final int result, final int length, final int level) {
        return switch (result) {
            case BACK_PRESSURED -> "the send buffer of " + sendBufferLength + " octets is full";
            case CONGESTED -> "the destination's socket is not read fast enough: its port is congested";
            case NOT_BOUND -> "the socket is not bound: call bind first";
            case TOO_LONG -> length + " octets exceed maxMessageLength " + context.maxMessageLength()
                + " or the send buffer of " + sendBufferLength;
            case CLOSED -> "the socket is closed";
            case NODE_LOST -> LOST;
            case NO_DESTINATION -> "no destination: name one or call connect first";
            case NOT_UNICAST -> "the destination is not a unicast address";
            case BAD_SERVICE_LEVEL, NOT_PERMITTED -> levelRefusal(result, level);
            default -> "the destination is not of the family of " + context.localAddress();
        };
    }

    /**
     * Receives one datagram, waiting for it. What does not fit is discarded and reported. A notification of the congestion
     * monitor comes first and alone: see {@link DatagramInfo#congestedPorts()}.
     *
     * @param destination filled from its position on, which moves behind the payload.
     * @param timeoutNs   longest wait; 0 does not wait, {@link #FOREVER} has no end.
     * @return source, length as sent and truncation; valid until this socket polls or receives again.
     * @throws RdsException EAGAIN (timeout 0), ETIMEDOUT, EINTR, EBADF, ECONNRESET (the node's process is gone).
     */
    public DatagramInfo receive(final ByteBuffer destination, final long timeoutNs) {
        if (tryReceive(destination)) {
            return reader.info();
        }
        if (timeoutNs <= 0) {
            requireOpen();
            throw RdsException.of(Errno.EAGAIN, "no datagram is waiting");
        }
        final Wait wait = new Wait(context, duty, timeoutNs, "a datagram");
        do {
            requireOpen();
            wait.idle();
        } while (!tryReceive(destination));
        return reader.info();
    }

    private boolean tryReceive(final ByteBuffer destination) {
        final long ports = monitor.poll();
        if (ports != 0) {
            reader.info().congestion(ports);
            return true;
        }
        return reader.readOne(destination);
    }

    /**
     * Asks to be told when a port that refused a datagram may take one again (RDS_CONG_MONITOR). Off at first.
     *
     * @param isOn whether {@link #receive} and {@link #pollCongestion} tell it.
     */
    public void congestionMonitor(final boolean isOn) {
        monitor.set(isOn);
    }

    /**
     * What the congestion monitor has to say, once; for whoever uses {@link #poll}. The receiving thread.
     *
     * @return ports that refused a datagram before the last map of any host came, as bit port mod 64; 0 for none.
     */
    public long pollCongestion() {
        return monitor.poll();
    }

    /**
     * Sets SO_RCVBUF: unread payload above it makes the port congested, and half of it ends that. What comes nevertheless is
     * kept.
     *
     * @param length octets, above 0.
     */
    public void receiveBufferLength(final int length) {
        if (length <= 0) {
            throw RdsException.of(Errno.EINVAL, "receive buffer length " + length + " is not above 0");
        }
        region.receiveBufferLength(length);
    }

    private void requireFound() {
        if (region.state() == SocketRegion.STATE_LOST) {
            throw RdsException.of(Errno.ECONNRESET, LOST);
        }
    }

    private void requireOpen() {
        requireFound();
        if (region.state() == SocketRegion.STATE_CLOSED) {
            throw RdsException.of(Errno.EBADF, "the socket is closed");
        }
    }

    /**
     * Whether the socket, or its node, is closed or gone.
     *
     * @return true once nothing can be sent any more, or received but what is already here.
     */
    public boolean isClosed() {
        return region.state() >= SocketRegion.STATE_CLOSED;
    }

    SocketReadiness readiness() {
        return readiness;
    }

    /** The engine tells a poller of this socket, from now on. */
    void watch(final int readySet) {
        control(EngineCommand.WATCH, 0, 0, readySet, "watch the socket");
        readiness.watchedBy(readySet);
    }

    /**
     * Gives up this socket's datagrams to one destination (RDS_CANCEL_SENT_TO): all that were accepted before the call and are
     * not yet given to TCP. Those that TCP has may still arrive, but are never sent again after a break. None of them counts
     * against the send buffer any more. For the thread that binds and closes.
     *
     * @param destination address and port.
     * @throws RdsException ENOTCONN (not bound), EINVAL (no destination), EBADF, ETIMEDOUT, EINTR.
     */
    public void cancelSentTo(final RdsAddress destination) {
        requireOpen();
        if (region.state() != SocketRegion.STATE_BOUND) {
            throw RdsException.of(Errno.ENOTCONN, "the socket is not bound, so it has sent nothing");
        }
        if (destination == null) {
            throw RdsException.of(Errno.EINVAL, "no destination: name the one whose datagrams to give up");
        }
        final Wait wait = new Wait(context, duty, context.controlTimeoutNs(), "other threads to end their sends");
        while (!tryCancel(destination)) {
            wait.idle();
        }
    }

    /** Not while a thread stands between claiming its place in the ring and filling it. */
    private boolean tryCancel(final RdsAddress destination) {
        try {
            control(EngineCommand.CANCEL, destination.high(), destination.low(), destination.port(),
                "cancel what was sent to " + destination);
            return true;
        } catch (final RdsWouldBlockException e) {
            return false;
        }
    }

    /**
     * Closes the socket and frees its port. Unread datagrams are dropped. What was accepted is still sent and, while this node
     * runs, sent again after a break, as far as the send pool has room for it now; with {@code linuxExact} it is given up.
     * Idempotent.
     */
    @Override
    public void close() {
        if (isClosed() || engine.isClosed()) {
            return;
        }
        try {
            control(EngineCommand.CLOSE, 0, 0, 0, "close");
        } catch (final RdsException e) {
            if (!isClosed()) {
                throw e; // else the node has ended meanwhile
            }
        }
    }

    private int control(final int kind, final long high, final long low, final int port, final String what) {
        requireOpen();
        final Wait wait = new Wait(context, duty, context.controlTimeoutNs(), "the engine to " + what);
        long correlationId = engine.command(kind, slot, high, low, port);
        while (correlationId == SocketControl.NOT_NOW) {
            wait.idle();
            correlationId = engine.command(kind, slot, high, low, port);
        }
        while (!region.hasResponse(correlationId)) {
            requireFound();
            wait.idle();
        }
        if (region.responseErrno() != 0) {
            throw RdsException.of(Errno.ofNumber(region.responseErrno()), "cannot " + what);
        }
        return region.responseValue();
    }
}
