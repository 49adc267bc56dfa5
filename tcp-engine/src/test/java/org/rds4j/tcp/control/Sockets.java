package org.rds4j.tcp.control;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.agrona.BufferUtil;
import org.rds4j.tcp.TcpAcceptor;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.connection.ConnectionProbe;
import org.rds4j.tcp.network.Ipv4Address;

/**
 * BSD sockets over the engine of a {@link VirtualHost}, with the errors of Linux. No call waits: one that would is an
 * {@link Attempt}, and its caller decides. The engine is built when the first packet or connection needs it, so that everything
 * a script settles before that takes effect.
 */
final class Sockets {
    private static final int FIRST_HANDLE = 3;
    private static final int FIRST_EPHEMERAL = 32_768;
    private static final String DEFAULT_IPV4 = "192.168.0.1";
    private static final String DEFAULT_IPV6 = "2001:db8::1";

    final Knobs knobs = new Knobs();
    private final TreeMap<Integer, Endpoint> handles = new TreeMap<>();
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(64 * 1024);
    private final List<Byte> lastRead = new ArrayList<>();
    private VirtualHost host;
    private IpAddress localIpv4;
    private IpAddress localIpv6;
    private int nextPort = FIRST_EPHEMERAL;
    private long nowUs;

    /** Null until the engine is built. */
    VirtualHost host() {
        return host;
    }

    long nowUs() {
        return host == null ? nowUs : host.nowUs();
    }

    /** Time before there is an engine. */
    void idleTo(final long us) {
        nowUs = us;
    }

    /** The octets that the last {@code recv} took. */
    byte[] lastRead() {
        final byte[] octets = new byte[lastRead.size()];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = lastRead.get(i);
        }
        return octets;
    }

    void knob(final String name, final String value) throws Refusal {
        if (host != null) {
            throw new Refusal(Errno.EBUSY);
        }
        knobs.set(name, value);
    }

    /** Builds the engine, if it is not built, on the addresses that the script means by this host. */
    VirtualHost start(final IpAddress meant) throws Refusal {
        if (host == null) {
            localIpv4 = local(knobs.local4, meant != null && meant.isIpv4() ? meant : IpAddress.parse(DEFAULT_IPV4));
            localIpv6 = local(knobs.local6, meant != null && !meant.isIpv4() ? meant : IpAddress.parse(DEFAULT_IPV6));
            bufferKnobs();
            host = new VirtualHost(knobs, localIpv4, localIpv6, nowUs);
            for (final Endpoint endpoint : handles.values()) {
                if (endpoint.isListening) {
                    register(endpoint);
                }
            }
        }
        return host;
    }

    /** An own address: the one that was set, or one that a socket of its family is bound to, or the one given. */
    private IpAddress local(final IpAddress set, final IpAddress otherwise) {
        if (set != null) {
            return set;
        }
        for (final Endpoint endpoint : handles.values()) {
            final IpAddress bound = endpoint.boundAddress;
            if (bound != null && !bound.isAny() && bound.isIpv4() == otherwise.isIpv4()) {
                return bound;
            }
        }
        return otherwise;
    }

    /** What Linux has per socket and the engine for all: the largest request counts. */
    private void bufferKnobs() throws Refusal {
        for (final Endpoint endpoint : handles.values()) {
            if (endpoint.settings.has("SO_RCVBUF")) {
                knobs.setNumber("receiveBufferLength", endpoint.settings.get("SO_RCVBUF"));
            }
            if (endpoint.settings.has("SO_SNDBUF") && !knobs.countsOverhead) {
                knobs.setNumber("sendBufferLength", endpoint.settings.get("SO_SNDBUF"));
            }
        }
    }

    /** Time is about to pass for every socket. */
    void passTime(final long us) {
        for (final Endpoint endpoint : handles.values()) {
            endpoint.stopwatches.run(endpoint, knobs.configuration(), us);
        }
    }

    Endpoint endpoint(final int handle) throws Refusal {
        final Endpoint endpoint = handles.get(handle);
        if (endpoint == null) {
            throw new Refusal(Errno.EBADF);
        }
        return endpoint;
    }

    private int give(final Endpoint endpoint) {
        int handle = FIRST_HANDLE;
        while (handles.containsKey(handle)) {
            handle++;
        }
        handles.put(handle, endpoint);
        return handle;
    }

    int socket(final int family) throws Refusal {
        if (family != 4 && family != 6) {
            throw new Refusal(Errno.EAFNOSUPPORT);
        }
        return give(new Endpoint(family == 6, knobs));
    }

    void bind(final Endpoint endpoint, final IpAddress address, final int port) throws Refusal {
        if (endpoint.boundPort != 0 || endpoint.connection != null || port < 0 || port > 0xffff) {
            throw new Refusal(Errno.EINVAL);
        }
        if (address.isIpv4() == endpoint.isIpv6) {
            throw new Refusal(Errno.EINVAL);
        }
        if (!address.isAny() && host != null && !address.equals(address.isIpv4() ? localIpv4 : localIpv6)) {
            throw new Refusal(Errno.EADDRNOTAVAIL);
        }
        endpoint.boundPort = port == 0 ? freePort() : port;
        for (final Endpoint other : handles.values()) {
            final boolean bothReuse = other.settings.isOn("SO_REUSEADDR") && endpoint.settings.isOn("SO_REUSEADDR");
            if (other != endpoint && other.boundPort == endpoint.boundPort && (other.isListening || !bothReuse)) {
                endpoint.boundPort = 0;
                throw new Refusal(Errno.EADDRINUSE);
            }
        }
        endpoint.boundAddress = address;
    }

    private int freePort() {
        while (handles.values().stream().anyMatch(endpoint -> endpoint.boundPort == nextPort)) {
            nextPort++;
        }
        return nextPort++;
    }

    void listen(final Endpoint endpoint, final int backlog) throws Refusal {
        if (endpoint.connection != null) {
            throw new Refusal(Errno.EINVAL);
        }
        endpoint.backlog = backlog;
        if (endpoint.isListening) {
            return;
        }
        if (endpoint.boundPort == 0) {
            endpoint.boundPort = freePort();
        }
        for (final Endpoint other : handles.values()) {
            if (other != endpoint && other.isListening && other.boundPort == endpoint.boundPort) {
                throw new Refusal(Errno.EADDRINUSE);
            }
        }
        endpoint.isListening = true;
        if (host != null) {
            register(endpoint);
        }
    }

    private void register(final Endpoint listening) {
        listening.listener = host.engine.listen(
            listening.boundPort, 0, SocketOptions.dscp(listening), new AcceptQueue(listening));
        SocketOptions.applyAll(listening);
    }

    /** The accept queue of a listening socket, as long as its backlog and, as Linux counts, one more. */
    private record AcceptQueue(Endpoint listening) implements TcpAcceptor {
        @Override
        public TcpHandler onAccept(final TcpConnection connection) {
            final Endpoint child = new Endpoint(listening.isIpv6, listening.knobs);
            child.settings.inherit(listening.settings);
            child.congestion = listening.congestion;
            child.connection = connection;
            apply(child);
            listening.accepted.add(child);
            return child;
        }

        @Override
        public boolean isReady() {
            return listening.accepted.size() <= listening.backlog;
        }
    }

    /** Puts what was set before there was a connection into force. */
    private static void apply(final Endpoint endpoint) {
        SocketOptions.applyAll(endpoint);
    }

    Attempt accept(final Endpoint endpoint) throws Refusal {
        if (!endpoint.isListening) {
            throw new Refusal(Errno.EINVAL);
        }
        return () -> {
            final Endpoint child = firstAcceptable(endpoint);
            if (child == null) {
                return null;
            }
            endpoint.accepted.remove(child);
            return Integer.toString(give(child));
        };
    }

    /** The next connection to be accepted. Those that have brought nothing yet wait behind TCP_DEFER_ACCEPT. */
    private static Endpoint firstAcceptable(final Endpoint listening) {
        final boolean isDeferred = listening.settings.isOn("TCP_DEFER_ACCEPT");
        for (final Endpoint child : listening.accepted) {
            if (!isDeferred || child.readable() > 0 || child.isPeerClosed || child.isOver) {
                return child;
            }
        }
        return null;
    }

    /** Begins to connect; the attempt then waits for the end of it. */
    Attempt connect(final Endpoint endpoint, final IpAddress remote, final int port) throws Refusal {
        if (endpoint.isListening) {
            throw new Refusal(Errno.EISCONN);
        }
        if (endpoint.connection != null) {
            return reconnect(endpoint);
        }
        if (port < 1 || port > 0xffff) {
            throw new Refusal(Errno.EADDRNOTAVAIL);
        }
        if (remote.isIpv4() == endpoint.isIpv6) {
            throw new Refusal(Errno.EAFNOSUPPORT);
        }
        start(null);
        if (remote.isIpv4() && !Ipv4Address.isHost(remote.ipv4())) {
            throw new Refusal(Errno.ENETUNREACH);
        }
        final int localPort = endpoint.boundPort;
        final TcpConnection connection = localPort == 0
            ? host.engine.connect(remote.high(), remote.low(), port, 0, 0, endpoint, host.nowNs())
            : host.engine.connect(remote.high(), remote.low(), port, localPort, 0, 0, endpoint, host.nowNs());
        if (connection == null) {
            throw new Refusal(localPort == 0 ? Errno.ENETUNREACH : Errno.EADDRNOTAVAIL);
        }
        endpoint.connection = connection;
        apply(endpoint);
        return () -> connected(endpoint);
    }

    private static String connected(final Endpoint endpoint) throws Refusal {
        if (endpoint.isConnected) {
            endpoint.isConnectReported = true;
            return "";
        }
        if (!endpoint.isOver) {
            return null;
        }
        final Errno error = endpoint.takeError();
        endpoint.forget();
        throw new Refusal(error == null ? Errno.ECONNABORTED : error);
    }

    private static Attempt reconnect(final Endpoint endpoint) throws Refusal {
        if (endpoint.isConnecting()) {
            throw new Refusal(Errno.EALREADY);
        }
        if (endpoint.isConnected && endpoint.isConnectReported) {
            throw new Refusal(Errno.EISCONN);
        }
        return () -> connected(endpoint);
    }

    Attempt send(final Endpoint endpoint, final long length, final int flags) throws Refusal {
        if ((flags & ~(Flags.DONTWAIT | Flags.MORE | Flags.EOR | 0x4000)) != 0) {
            throw new Refusal(Errno.ENOTSUP);
        }
        final boolean wait = !endpoint.nonBlocking && (flags & Flags.DONTWAIT) == 0;
        final long[] taken = new long[1];
        return () -> {
            if (!isWritable(endpoint, taken[0])) {
                return taken[0] > 0 ? Long.toString(taken[0]) : null;
            }
            if (endpoint.wantsRoom && !hasRoom(endpoint)) {
                return null;
            }
            endpoint.hold((flags & Flags.MORE) != 0);
            taken[0] += write(endpoint, length - taken[0], (flags & Flags.MORE) != 0);
            if (taken[0] == length && (flags & Flags.EOR) != 0) {
                endpoint.connection.endSegment();
            }
            endpoint.wantsRoom = wait && taken[0] < length;
            return taken[0] == length || (taken[0] > 0 && !wait) ? Long.toString(taken[0]) : null;
        };
    }

    /** False if the call has to wait, or has to end with what it has. */
    private static boolean isWritable(final Endpoint endpoint, final long taken) throws Refusal {
        if (endpoint.isConnecting()) {
            return false;
        }
        final boolean broken = endpoint.connection == null || endpoint.isOver || endpoint.isSendShut;
        if (broken && taken > 0) {
            return false;
        }
        if (broken) {
            final Errno error = endpoint.takeError();
            throw new Refusal(error == null ? Errno.EPIPE : error);
        }
        return true;
    }

    private long write(final Endpoint endpoint, final long wanted, final boolean more) {
        long written = 0;
        while (written < wanted) {
            final long room = sendRoom(endpoint);
            final int length = (int) Math.min(Math.min(wanted - written, room), zeros.capacity());
            if (length == 0) {
                return written;
            }
            final int taken = more
                ? endpoint.connection.sendMore(BufferUtil.address(zeros), length)
                : endpoint.connection.send(BufferUtil.address(zeros), length);
            if (taken == 0) {
                return written;
            }
            written += taken;
            if (knobs.countsOverhead && taken == room) {
                host.pump(); // a full buffer is not kept until the call is over
            }
        }
        return written;
    }

    /** What may be queued now: SO_SNDBUF may have been set lower than what the engine's ring holds. */
    static long sendRoom(final Endpoint endpoint) {
        final TcpConnection c = endpoint.connection;
        if (endpoint.knobs.countsOverhead) {
            return Math.min(c.sendSpace(), new LinuxSendBuffer(endpoint).room());
        }
        final long queued = c.sendCommitted() - c.acknowledgedPosition();
        final long limit = endpoint.settings.has("SO_SNDBUF") ? endpoint.settings.get("SO_SNDBUF") : Long.MAX_VALUE;
        return Math.max(0, Math.min(Math.min(c.sendSpace(), limit - queued), unsentRoom(endpoint)));
    }

    /** Whether a call that waits for room goes on, and poll tells of it. */
    private static boolean hasRoom(final Endpoint endpoint) {
        return endpoint.knobs.countsOverhead
            ? endpoint.connection != null && new LinuxSendBuffer(endpoint).isWritable() : sendRoom(endpoint) > 0;
    }

    /** TCP_NOTSENT_LOWAT: what waits to be sent for the first time stays below that. */
    private static long unsentRoom(final Endpoint endpoint) {
        final TcpConnection c = endpoint.connection;
        final long most = leastUnsent(endpoint);
        return most == Long.MAX_VALUE ? most : most - ConnectionProbe.bytesNotSent(c);
    }

    /** What waits to be sent may be that much before no more is taken. */
    static long leastUnsent(final Endpoint endpoint) {
        final long own = endpoint.settings.get("TCP_NOTSENT_LOWAT") & 0xffff_ffffL;
        final long most = own == 0 ? endpoint.knobs.leastUnsent : own;
        return most == 0 ? Long.MAX_VALUE : most;
    }

    Attempt receive(final Endpoint endpoint, final long length, final int flags) throws Refusal {
        if ((flags & ~(Flags.DONTWAIT | Flags.PEEK | Flags.WAITALL | 0x4000 | 0x20)) != 0) {
            throw new Refusal(Errno.ENOTSUP);
        }
        if (endpoint.isListening || (endpoint.connection == null && endpoint.error == null)) {
            throw new Refusal(Errno.ENOTCONN);
        }
        final boolean wantsAll = (flags & Flags.WAITALL) != 0;
        return () -> {
            final long readable = endpoint.readable();
            final boolean ended = endpoint.isPeerClosed || endpoint.isReceiveShut || endpoint.isOver;
            final long least = ended ? 1 : wantsAll ? length : Math.max(1, endpoint.settings.get("SO_RCVLOWAT"));
            if (readable >= length || readable >= least) {
                return Long.toString(read(endpoint, Math.min(length, readable), (flags & Flags.PEEK) != 0));
            }
            if (endpoint.error != null) {
                throw new Refusal(endpoint.takeError());
            }
            return ended || endpoint.connection == null ? "0" : null;
        };
    }

    private long read(final Endpoint endpoint, final long length, final boolean peek) {
        final TcpConnection c = endpoint.connection;
        final long from = c.consumedPosition();
        lastRead.clear();
        long at = from;
        while (at < from + length) {
            final int run = (int) Math.min(from + length - at, c.contiguousLength(at));
            final long address = c.receiveAddress(at, run);
            for (int i = 0; i < run; i++) {
                lastRead.add(org.agrona.UnsafeApi.getByte(address + i));
            }
            at += run;
        }
        if (!peek) {
            c.consume(at);
        }
        return length;
    }

    void shutdown(final Endpoint endpoint, final int how) throws Refusal {
        if (how < 0 || how > 2) {
            throw new Refusal(Errno.EINVAL);
        }
        if (endpoint.connection == null || endpoint.isOver) {
            throw new Refusal(Errno.ENOTCONN);
        }
        endpoint.isReceiveShut |= how != 1;
        if (how != 0) {
            endpoint.isSendShut = true;
            endpoint.connection.closeSend();
        }
    }

    /** Closes a handle; the attempt waits only where SO_LINGER says so. */
    Attempt close(final int handle) throws Refusal {
        final Endpoint endpoint = endpoint(handle);
        handles.remove(handle);
        if (endpoint.listener != null) {
            endpoint.listener.close();
        }
        for (final Endpoint child : endpoint.accepted) {
            orphan(child, true);
        }
        final long linger = endpoint.settings.get("SO_LINGER");
        final TcpConnection c = endpoint.connection;
        orphan(endpoint, linger == 0);
        if (linger > 0 && c != null && !endpoint.nonBlocking) {
            return () -> endpoint.isOver || endpoint.connection == null || c.bytesInFlight() == 0 ? "" : null;
        }
        return () -> "";
    }

    private static void orphan(final Endpoint endpoint, final boolean abort) {
        endpoint.isOrphan = true;
        if (endpoint.connection == null) {
            return;
        }
        if (endpoint.isOver) {
            endpoint.forget();
        } else if (abort) {
            endpoint.connection.abort();
        } else {
            endpoint.connection.close();
        }
    }

    /** What poll reports; errors and hang-ups are reported without being asked for. */
    static int ready(final Endpoint endpoint, final int wanted) {
        int events = 0;
        if (endpoint.isListening) {
            return firstAcceptable(endpoint) == null ? 0 : Flags.IN & wanted;
        }
        final boolean noConnection = endpoint.connection == null || endpoint.isOver;
        if (endpoint.error != null) {
            events |= Flags.ERR;
        }
        if (noConnection || (endpoint.isSendShut && endpoint.isPeerClosed)) {
            events |= Flags.HUP;
        }
        final boolean ended = endpoint.isPeerClosed || endpoint.isReceiveShut;
        final boolean enough = endpoint.readable() >= Math.max(1, endpoint.settings.get("SO_RCVLOWAT"));
        if (enough || ended || (noConnection && endpoint.isConnected)) {
            events |= Flags.IN | 0x40;
        }
        if (ended || noConnection) {
            events |= Flags.RDHUP;
        }
        if (noConnection || endpoint.isSendShut || (endpoint.isConnected && hasRoom(endpoint))) {
            events |= Flags.OUT | 0x100;
        }
        return events & (wanted | Flags.ERR | Flags.HUP);
    }
}
