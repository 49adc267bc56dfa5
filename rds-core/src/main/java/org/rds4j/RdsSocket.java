package org.rds4j;

import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
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
    /** Result of {@link #offer}: the destination is the any, broadcast, a multicast or a link-local address (EINVAL). */
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
    /** Result of a send without copy: the payload does not lie in memory lent to this socket, or is empty (EINVAL). */
    public static final int NOT_LENT = -12;
    /** Flags that mean nothing to a send (EOPNOTSUPP). */
    static final int BAD_FLAGS = -13;

    /** A timeout that never ends. */
    public static final long FOREVER = Long.MAX_VALUE;
    /** Highest service level. */
    public static final int MAX_SERVICE_LEVEL = 15;

    private static final RdsAddress ANY_IPV4 = RdsAddress.parse("0.0.0.0:0");
    private static final RdsAddress ANY_IPV6 = RdsAddress.parse("[::]:0");

    private final RdsContext context;
    private final SocketRegion region;
    private final SocketCommands commands;
    private final CongestionMonitor monitor;
    private final Lendings lendings;
    private final SendSide sendSide;
    private final Receiver receiver;
    private final SocketOptions options;
    private final Arrivals arrivals;
    private final SocketReadiness readiness;
    private volatile RdsAddress defaultDestination;
    private volatile int serviceLevel;

    private RdsSocket(
        final RdsContext context, final SocketControl engine, final IntSupplier duty, final int permittedLevels,
        final SocketRegion region, final int slot) {
        this.context = context;
        this.region = region;
        this.commands = new SocketCommands(context, engine, duty, region, slot);
        this.monitor = new CongestionMonitor(engine.congestion());
        this.arrivals = new Arrivals(context.nanoClock());
        this.lendings = new Lendings(region);
        this.sendSide = new SendSide(context, duty, region, permittedLevels, engine.congestion(), monitor, lendings);
        this.receiver = new Receiver(context, duty, commands, monitor, new DatagramReader(region, arrivals), lendings);
        this.readiness = new SocketReadiness(region, monitor, lendings, engine.readySets(), slot);
        this.monitor.onArmed(readiness::onRefused);
        this.options = new SocketOptions(context, region, sendSide, monitor, arrivals);
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
            socket.commands.run(EngineCommand.OPEN, 0, 0, 0, "open");
        } catch (final RdsException e) {
            region.closed();
            engine.giveUp(slot); // behind the OPEN, if that is on its way
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
     * @param port 2 to 65535, or 0 for the engine's choice: the first free one from a random one on.
     * @return the port bound to.
     * @throws RdsException as of {@link #bind(RdsAddress)}.
     */
    public int bind(final int port) {
        return bind(context.localAddress().withPort(port));
    }

    /**
     * Binds to an address of this host. What is wrong is told in the order of Linux: the address's form, bound already, not of
     * this host, port 1, taken.
     *
     * @param address and port; port 0 is the engine's choice.
     * @return the port bound to.
     * @throws RdsException EINVAL (null, not unicast, link-local; bound already; port 1), EADDRINUSE, EADDRNOTAVAIL (not of this
     * host; ENOPROTOOPT when the transport was set), EBADF, ETIMEDOUT.
     */
    public int bind(final RdsAddress address) {
        commands.requireOpen();
        if (address == null || !address.isUnicast() || address.isLinkLocal()) {
            throw RdsException.of(Errno.EINVAL, "cannot bind to " + address + ": give an address of this host");
        }
        try {
            return commands.run(EngineCommand.BIND, address.high(), address.low(), address.port(), "bind to " + address);
        } catch (final RdsAddressException e) {
            throw e.errno() == Errno.EADDRNOTAVAIL ? RdsException.of(options.notLocal(), e.getMessage()) : e;
        }
    }

    /**
     * Sets the default destination; contacts nobody and filters nothing. Repeatable.
     *
     * @param destination of sends that name none.
     * @throws RdsException EAFNOSUPPORT (null), EDESTADDRREQ (0.0.0.0), EPROTOTYPE (:: and IPv6 multicast), EINVAL (broadcast,
     * IPv4 multicast, link-local), EBADF.
     */
    public void connect(final RdsAddress destination) {
        commands.requireOpen();
        if (destination == null) {
            throw RdsException.of(Errno.EAFNOSUPPORT, "a default destination cannot be taken back");
        }
        if (!destination.isUnicast() || destination.isLinkLocal()) {
            throw RdsException.of(notADestination(destination), "cannot connect to " + destination);
        }
        defaultDestination = destination;
        region.connected(destination.high(), destination.low(), destination.port());
    }

    private static Errno notADestination(final RdsAddress address) {
        if (!address.isIpv4()) {
            return address.isLinkLocal() ? Errno.EINVAL : Errno.EPROTOTYPE;
        }
        return (int) address.low() == 0 ? Errno.EDESTADDRREQ : Errno.EINVAL;
    }

    /**
     * Sets an option. For the thread that binds and closes.
     *
     * @param option one of {@link RdsOption}, which has the rules.
     * @param value  as the option takes it.
     * @param <T>    of the value.
     * @return this.
     * @throws RdsException EINVAL, EOPNOTSUPP, ENOPROTOOPT, EFAULT by the option; EBADF.
     */
    public <T> RdsSocket setOption(final RdsOption<T> option, final T value) {
        commands.requireOpen();
        if (option.kind() == RdsOption.Kind.CANCEL_SENT_TO) {
            cancelSentTo((RdsAddress) value);
            return this;
        }
        final boolean hadTimes = arrivals.isOn();
        try {
            options.set(option, value);
        } finally {
            tellTimes(hadTimes);
        }
        return this;
    }

    /** The engine takes times only while a socket wants to know them. */
    private void tellTimes(final boolean hadTimes) {
        if (arrivals.isOn() != hadTimes) {
            commands.run(EngineCommand.TIMES, 0, 0, hadTimes ? 0 : 1, "take the times of arrival");
        }
    }

    /**
     * The value of an option.
     *
     * @param option one of {@link RdsOption}.
     * @param <T>    of the value.
     * @return the value.
     * @throws RdsException ENOPROTOOPT (it can only be set), EBADF.
     */
    public <T> T getOption(final RdsOption<T> option) {
        commands.requireOpen();
        return option.type().cast(options.get(option));
    }

    /**
     * Sets the service level of sends that name none.
     *
     * @param level 0 to {@link #MAX_SERVICE_LEVEL}.
     * @throws RdsException EINVAL (there is no such level), EPERM (the node does not let applications use it).
     */
    public void serviceLevel(final int level) {
        final int refusal = sendSide.admitLevel(level);
        if (refusal < 0) {
            throw Refusal.exception(refusal);
        }
        serviceLevel = level;
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
     * Sets the limit that SO_SNDBUF stands for, itself: neither doubled nor bounded as by {@link RdsOption#SO_SNDBUF}.
     *
     * @param length most octets of payload queued or unacknowledged, above 0.
     */
    public void sendBufferLength(final int length) {
        if (length <= 0) {
            throw RdsException.of(Errno.EINVAL, "send buffer length " + length + " is not above 0");
        }
        sendSide.limit(length);
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
     * Where the socket is bound (getsockname).
     *
     * @return address and port; of a socket that is only connected the any address of its family; of one that is neither, null.
     */
    public RdsAddress localAddress() {
        final RdsAddress bound = region.boundAddress();
        final RdsAddress destination = defaultDestination;
        if (bound != null || destination == null) {
            return bound;
        }
        return destination.isIpv4() ? ANY_IPV4 : ANY_IPV6;
    }

    /**
     * The default destination (getpeername).
     *
     * @return address and port, or null, where getpeername says ENOTCONN.
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
        return sendSide.offer(destination, buffer, offset, length, level);
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
        return sendSide.offer(destination, vectors, level);
    }

    /**
     * Gives a block to send from without a copy, of {@code maxMessageLength} octets. The blocks are those through which long
     * datagrams go that are copied, {@code largeBlocks} in all.
     *
     * @return the block; closed by the caller.
     * @throws RdsException ENOBUFS (all are taken, or the process has no memory outside its heap left), EBADF, ECONNRESET.
     */
    public LentMemory lend() {
        commands.requireOpen();
        return lendings.block();
    }

    /**
     * Takes in memory of the application's own to send from without a copy. Not when the node is in another process, which sees
     * only the blocks of {@link #lend()}.
     *
     * @param memory direct; kept reachable until closed, but memory that the application unmaps by itself is its own business.
     * @return the memory as lent; closed by the caller.
     * @throws RdsException EOPNOTSUPP (the node is in another process), EINVAL (on the heap), ENOBUFS (64 already), EBADF.
     */
    public LentMemory lend(final MutableDirectBuffer memory) {
        commands.requireOpen();
        return lendings.own(memory);
    }

    /**
     * Sends a datagram without copying it (MSG_ZEROCOPY): encrypted from where it lies, and again after a break. It pays from
     * about 16 KiB on. When the socket closes, what was lent and not given to TCP is given up, and no cookie comes back.
     *
     * @param destination address and port; null is no destination.
     * @param memory      lent by this socket.
     * @param offset      of the payload in it.
     * @param length      of the payload, above 0.
     * @param level       service level.
     * @param cookie      told when the payload may be changed again, once.
     * @return as of {@link #offer(RdsAddress, DirectBuffer, int, int, int)}, and {@link #NOT_LENT}; {@link #BACK_PRESSURED} also
     * when 256 cookies are under way.
     * @throws IndexOutOfBoundsException when the payload does not lie in the memory; nothing has happened then.
     */
    public int offer(
        final RdsAddress destination, final LentMemory memory, final int offset, final int length, final int level,
        final int cookie) {
        return sendSide.offer(destination, memory, offset, length, level, cookie);
    }

    /**
     * Sends a datagram without copying it, at the socket's service level, waiting for room.
     *
     * @param destination address and port; null is the default destination.
     * @param memory      lent by this socket.
     * @param offset      of the payload in it.
     * @param length      of the payload, above 0.
     * @param cookie      told when the payload may be changed again, once.
     * @param timeoutNs   longest wait; 0 does not wait, {@link #FOREVER} has no end.
     * @throws RdsException as of {@link #send(RdsAddress, DirectBuffer, int, int, int, long)}.
     */
    public void send(
        final RdsAddress destination, final LentMemory memory, final int offset, final int length, final int cookie,
        final long timeoutNs) {
        sendSide.send(destination == null ? defaultDestination : destination, memory, offset, length, serviceLevel, cookie,
            timeoutNs);
    }

    /**
     * Tells which datagrams sent from {@link LentMemory} need it no more; for whoever uses {@link #poll}. The receiving thread.
     *
     * @param handler hears each cookie, on this thread.
     * @param limit   most cookies.
     * @return how many there were.
     */
    public int pollCompletions(final IntConsumer handler, final int limit) {
        return receiver.pollCompletions(handler, limit);
    }

    /**
     * Hands received datagrams to a handler, in order of arrival.
     *
     * @param handler called for each, on this thread.
     * @param limit   most datagrams.
     * @return how many were handed over.
     */
    public int poll(final DatagramHandler handler, final int limit) {
        return receiver.poll(handler, limit);
    }

    /**
     * The errno a refusal stands for.
     *
     * @param result of {@link #offer}, below 0.
     * @return its Linux name.
     * @throws IllegalArgumentException when the result is no refusal.
     */
    public static Errno errnoOf(final int result) {
        return Refusal.errnoOf(result);
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
        sendSide.send(destination == null ? defaultDestination : destination, buffer, offset, length, level, timeoutNs);
    }

    /**
     * Sends a datagram gathered from several places at the socket's service level, as sendmsg does. What is wrong is told in the
     * order of Linux: flags, the destination's form, not bound or no destination, mixed families, the service level, size, the
     * lending that {@link MessageFlags#ZEROCOPY} promises, congestion, the send buffer.
     *
     * @param destination address and port; null is the default destination.
     * @param payload     the pieces in order.
     * @param flags       {@link MessageFlags#DONTWAIT}, or 0 to wait up to {@link RdsOption#SO_SNDTIMEO}.
     * @return octets of payload: all of them.
     * @throws RdsException EOPNOTSUPP (other flags, MSG_NOSIGNAL among them; mixed families), EINVAL, ENOTCONN, EPERM, EMSGSIZE,
     * ENOBUFS (DONTWAIT and congested), EAGAIN (DONTWAIT and full), ETIMEDOUT, EINTR, EBADF, ECONNRESET.
     */
    public int send(final RdsAddress destination, final DirectBufferVector[] payload, final int flags) {
        return sendSide.send(destination == null ? defaultDestination : destination, payload, serviceLevel, flags,
            options.sendTimeoutNs());
    }

    /**
     * Receives one datagram, waiting for it. What does not fit is discarded and reported. A notification of the congestion
     * monitor comes first and alone: see {@link DatagramInfo#congestedPorts()}. Cookies of datagrams sent from
     * {@link LentMemory} come with a datagram or alone: see {@link DatagramInfo#cookieCount()}.
     *
     * @param destination filled from its position on, which moves behind the payload.
     * @param timeoutNs   longest wait; 0 does not wait, {@link #FOREVER} has no end.
     * @return source, length as sent and truncation; valid until this socket polls or receives again.
     * @throws RdsException EAGAIN (timeout 0), ETIMEDOUT, EINTR, EBADF, ECONNRESET (the node's process is gone).
     */
    public DatagramInfo receive(final ByteBuffer destination, final long timeoutNs) {
        return receiver.receive(destination, timeoutNs);
    }

    /**
     * Receives one datagram into several places, as recvmsg does. In this order: nothing for OOB, EAGAIN for ERRQUEUE, what the
     * congestion monitor says, a datagram with the cookies that are there, cookies alone.
     *
     * @param destinations filled one after another, each from its position on, which moves.
     * @param flags        of {@link MessageFlags}: DONTWAIT, or without it a wait up to {@link RdsOption#SO_RCVTIMEO}; PEEK,
     *                     TRUNC, OOB, ERRQUEUE. Others mean nothing.
     * @return as of {@link #receive(ByteBuffer, long)}; {@link DatagramInfo#result()} is what recvmsg answers.
     * @throws RdsException EAGAIN (DONTWAIT, ERRQUEUE), ETIMEDOUT, EINTR, EBADF, ECONNRESET.
     */
    public DatagramInfo receive(final ByteBuffer[] destinations, final int flags) {
        return receiver.receive(destinations, flags, options.receiveTimeoutNs());
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
     * Sets the limit that SO_RCVBUF stands for, itself: neither doubled nor bounded as by {@link RdsOption#SO_RCVBUF}. Unread
     * payload above it makes the port congested, and less than half of it ends that. What comes nevertheless is kept.
     *
     * @param length octets, above 0.
     */
    public void receiveBufferLength(final int length) {
        if (length <= 0) {
            throw RdsException.of(Errno.EINVAL, "receive buffer length " + length + " is not above 0");
        }
        region.receiveBufferLength(length);
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
        commands.run(EngineCommand.WATCH, 0, 0, readySet, "watch the socket");
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
        commands.requireOpen();
        if (region.state() != SocketRegion.STATE_BOUND) {
            throw RdsException.of(Errno.ENOTCONN, "the socket is not bound, so it has sent nothing");
        }
        if (destination == null) {
            throw RdsException.of(Errno.EINVAL, "no destination: name the one whose datagrams to give up");
        }
        final Wait wait = commands.waitFor("other threads to end their sends");
        while (!tryCancel(destination)) {
            wait.idle();
        }
    }

    /** Not while a thread stands between claiming its place in the ring and filling it. */
    private boolean tryCancel(final RdsAddress destination) {
        try {
            commands.run(EngineCommand.CANCEL, destination.high(), destination.low(), destination.port(),
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
        if (isClosed() || commands.isEngineClosed()) {
            commands.freeBrokenSlot();
            return;
        }
        try {
            commands.run(EngineCommand.CLOSE, 0, 0, 0, "close");
        } catch (final RdsException e) {
            if (!isClosed()) {
                throw e; // else the node has ended meanwhile
            }
        }
    }
}
