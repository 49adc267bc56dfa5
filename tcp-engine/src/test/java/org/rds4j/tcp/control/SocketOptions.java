package org.rds4j.tcp.control;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpDialect;
import org.rds4j.tcp.connection.ConnectionProbe;

/** setsockopt and getsockopt, by the names of Linux. An option that the engine cannot honour is refused, never just stored. */
final class SocketOptions {
    /** What has no meaning on a host with one process and one link, and may be set to anything. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
        "SO_REUSEPORT", "SO_DEBUG", "SO_PRIORITY", "SO_TIMESTAMPING", "SO_TIMESTAMP", "SO_NOSIGPIPE");
    /** Other names of the same thing. */
    private static final Map<String, String> ALIASES = Map.of("IPV6_TCLASS", "IP_TOS", "TCP_NOPUSH", "TCP_CORK");
    /** What is as it is: it may be set to that. */
    private static final Map<String, Long> FIXED = Map.of(
        "IP_MTU_DISCOVER", 2L, "IP_TTL", 64L, "IPV6_UNICAST_HOPS", 64L, "TCP_NOOPT", 0L, "TCP_MD5SIG", 0L, "TCP_FASTOPEN", 0L);
    private static final Set<String> IN_THE_CALLS = Set.of(
        "SO_REUSEADDR", "SO_SNDBUF", "SO_RCVTIMEO", "SO_SNDTIMEO", "SO_LINGER", "SO_RCVLOWAT", "TCP_NOTSENT_LOWAT", "TCP_INQ",
        "TCP_DEFER_ACCEPT");
    private static final Set<String> ON_THE_CONNECTION = Set.of(
        "TCP_NODELAY", "TCP_CORK", "TCP_USER_TIMEOUT", "TCP_KEEPINIT", "IP_TOS", "TCP_MAXSEG", "TCP_SYNCNT", "TCP_LINGER2",
        SocketOptions.RECEIVE_LIMIT);
    /** SO_RCVBUF as it is for one socket: what is set before there is an engine decides how long its rings are. */
    private static final String RECEIVE_LIMIT = "TCP_WINDOW_CLAMP";
    private static final Set<String> KEEPALIVE = Set.of("SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT");
    private static final int QUICK_ACKS = 16;
    private static final int DEFAULT_MSS = 536;
    private static final int LEAST_MAXSEG = 88;
    private static final int MOST_MAXSEG = 32_767;
    private static final int LEAST_BUFFER = 2048;
    private static final long LEAST_RECEIVE_BUFFER = 2304;

    private SocketOptions() {
    }

    static void set(final Sockets sockets, final Endpoint endpoint, final String rawName, final String value) throws Refusal {
        final String name = nameOf(rawName);
        if (FIXED.containsKey(name)) {
            if (Knobs.number(value) != FIXED.get(name)) {
                throw new Refusal(Errno.ENOTSUP);
            }
        } else if ("TCP_CONGESTION".equals(name)) {
            endpoint.congestion = Knobs.congestion(value);
            applyAll(endpoint);
        } else if ("SO_LINGER".equals(name)) {
            linger(endpoint, value);
        } else if ("TCP_QUICKACK".equals(name)) {
            endpoint.settings.put(name, Knobs.number(value));
            quickAck(endpoint);
        } else if ("SO_RCVBUF".equals(name)) {
            endpoint.settings.put(name, Knobs.number(value));
            if (sockets.host() != null) {
                endpoint.settings.put(RECEIVE_LIMIT, Knobs.number(value));
                apply(endpoint, RECEIVE_LIMIT);
            }
        } else if (KEEPALIVE.contains(name)) {
            endpoint.settings.put(name, checked(name, Knobs.number(value)));
            keepalive(endpoint);
        } else if (WITHOUT_EFFECT.contains(name) || IN_THE_CALLS.contains(name)) {
            endpoint.settings.put(name, Knobs.number(value));
        } else if (ON_THE_CONNECTION.contains(name)) {
            endpoint.settings.put(name, checked(name, Knobs.number(value)));
            apply(endpoint, name);
        } else {
            throw new Refusal(Errno.ENOPROTOOPT);
        }
    }

    private static String nameOf(final String rawName) {
        final String name = rawName.toUpperCase(Locale.ROOT);
        return ALIASES.getOrDefault(name, name);
    }

    /** The ranges of Linux. */
    private static long checked(final String name, final long value) throws Refusal {
        final boolean good = switch (name) {
            case "TCP_MAXSEG" -> value == 0 || (value >= LEAST_MAXSEG && value <= MOST_MAXSEG);
            case "TCP_KEEPIDLE", "TCP_KEEPINTVL" -> value >= 1 && value <= 32_767;
            case "TCP_KEEPCNT", "TCP_SYNCNT" -> value >= 1 && value <= 127;
            case "TCP_USER_TIMEOUT" -> value >= 0;
            default -> true;
        };
        if (!good) {
            throw new Refusal(Errno.EINVAL);
        }
        return value;
    }

    /** Seconds to linger, -1 for not at all; as the structure has it ({@code onoff,seconds}) or as that number. */
    private static void linger(final Endpoint endpoint, final String value) throws Refusal {
        final String[] parts = value.split(",", -1);
        final boolean on = parts.length == 1 || Knobs.number(parts[0]) != 0;
        endpoint.settings.put("SO_LINGER", on ? Knobs.number(parts[parts.length - 1]) : -1);
    }

    private static boolean isLive(final Endpoint endpoint) {
        return endpoint.connection != null && !endpoint.isOver;
    }

    /** Of IP_TOS only the code point is the program's. A listener answers SYNs with the one it had when it began to listen. */
    static int dscp(final Endpoint endpoint) {
        return (int) (endpoint.settings.get("IP_TOS") >> 2) & 63;
    }

    private static void quickAck(final Endpoint endpoint) {
        if (isLive(endpoint)) {
            endpoint.connection.quickAcks(endpoint.settings.isOn("TCP_QUICKACK") ? QUICK_ACKS : 0);
        }
    }

    private static void keepalive(final Endpoint endpoint) {
        final SocketSettings settings = endpoint.settings;
        if (isLive(endpoint) && settings.has("SO_KEEPALIVE")) {
            final long idle = settings.isOn("SO_KEEPALIVE") ? settings.get("TCP_KEEPIDLE") : 0;
            endpoint.connection.keepalive(
                idle * 1_000_000_000L, settings.get("TCP_KEEPINTVL") * 1_000_000_000L,
                (int) Math.max(2, settings.get("TCP_KEEPCNT")));
        }
    }

    static void applyAll(final Endpoint endpoint) {
        if (endpoint.congestion != null && isLive(endpoint)) {
            endpoint.connection.congestionControl(endpoint.congestion);
        }
        if (isLive(endpoint) && endpoint.settings.isOn("TCP_KEEPINIT")) {
            timeout(endpoint);
        }
        for (final String name : ON_THE_CONNECTION) {
            if (endpoint.settings.has(name)) {
                apply(endpoint, name);
            }
        }
        keepalive(endpoint);
        if (endpoint.settings.has("TCP_QUICKACK")) {
            quickAck(endpoint);
        }
    }

    private static void apply(final Endpoint endpoint, final String name) {
        final long value = endpoint.settings.get(name);
        if (endpoint.listener != null && "TCP_MAXSEG".equals(name) && value > 0) {
            endpoint.listener.maxSegmentSize((int) value);
        }
        if (!isLive(endpoint)) {
            return;
        }
        final TcpConnection c = endpoint.connection;
        switch (name) {
            case "TCP_NODELAY" -> c.noDelay(value != 0);
            case "TCP_CORK" -> c.cork(value != 0);
            case "TCP_USER_TIMEOUT", "TCP_KEEPINIT" -> timeout(endpoint);
            case "TCP_MAXSEG" -> {
                if (value > 0) {
                    c.maxSegmentSize((int) value);
                }
            }
            case "TCP_SYNCNT" -> c.synRetries((int) value);
            case "TCP_LINGER2" -> {
                if (value > 0) {
                    c.finWait2(value * 1_000_000_000L);
                }
            }
            case RECEIVE_LIMIT -> c.receiveLimit(Math.clamp(value, LEAST_BUFFER, Integer.MAX_VALUE));
            default -> c.dscp(dscp(endpoint));
        }
    }

    /** While connecting, TCP_KEEPINIT (seconds); afterwards, and if that is not limited, TCP_USER_TIMEOUT (milliseconds). */
    static void timeout(final Endpoint endpoint) {
        final long connectNs = endpoint.settings.get("TCP_KEEPINIT") * 1_000_000_000;
        final long afterwardsNs = endpoint.settings.has("TCP_USER_TIMEOUT")
            ? endpoint.settings.get("TCP_USER_TIMEOUT") * 1_000_000 : endpoint.knobs.configuration().userTimeoutNs();
        endpoint.connection.userTimeout(endpoint.isConnected || connectNs == 0 ? afterwardsNs : connectNs);
    }

    static String get(final Sockets sockets, final Endpoint endpoint, final String rawName) throws Refusal {
        final String name = nameOf(rawName);
        return switch (name) {
            case "SO_ERROR" -> {
                final Errno error = endpoint.takeError();
                yield error == null ? "0" : error.name();
            }
            case "SO_ACCEPTCONN" -> endpoint.isListening ? "1" : "0";
            case "SO_TYPE" -> "1";
            case "SO_RCVBUF" -> Long.toString(receiveBuffer(sockets, endpoint));
            case "SO_SNDBUF" -> Long.toString(sendBuffer(sockets, endpoint));
            case "TCP_MAXSEG" -> Long.toString(maxSegmentSize(endpoint));
            case "TCP_INFO" -> TcpInfo.all(sockets, endpoint);
            case "TCP_CONGESTION" -> endpoint.connection == null ? "" : name(endpoint.connection);
            default -> other(sockets, endpoint, name);
        };
    }

    /** FreeBSD has what is in use, which grows; Linux's number is what was asked for, or the ring. */
    private static long receiveBuffer(final Sockets sockets, final Endpoint endpoint) {
        final TcpConfiguration configuration = sockets.knobs.configuration();
        if (sockets.knobs.countsOverhead && endpoint.settings.has("SO_RCVBUF")) {
            return Math.max(LEAST_RECEIVE_BUFFER, 2 * endpoint.settings.get("SO_RCVBUF"));
        }
        if (configuration.dialect() == TcpDialect.FREEBSD && endpoint.connection != null) {
            return new ConnectionProbe(endpoint.connection, configuration).receiveLimit();
        }
        final long unasked = configuration.dialect() == TcpDialect.LINUX
            ? configuration.receiveBufferLength() : configuration.flow().initialReceiveBufferLength();
        return endpoint.settings.has("SO_RCVBUF") ? endpoint.settings.get("SO_RCVBUF") : unasked;
    }

    private static long sendBuffer(final Sockets sockets, final Endpoint endpoint) {
        if (sockets.knobs.countsOverhead) {
            return new LinuxSendBuffer(endpoint).limit();
        }
        final TcpConfiguration configuration = sockets.knobs.configuration();
        final long unasked = configuration.dialect() == TcpDialect.LINUX
            ? configuration.sendBufferLength() : configuration.flow().initialSendBufferLength();
        return endpoint.settings.has("SO_SNDBUF") ? endpoint.settings.get("SO_SNDBUF") : unasked;
    }

    private static long maxSegmentSize(final Endpoint endpoint) {
        if (endpoint.connection != null && endpoint.connection.maxSegmentSize() > 0) {
            return endpoint.connection.maxSegmentSize();
        }
        return endpoint.settings.isOn("TCP_MAXSEG") ? endpoint.settings.get("TCP_MAXSEG") : DEFAULT_MSS;
    }

    private static String name(final TcpConnection connection) {
        final String name = connection.congestionControl().getClass().getSimpleName().toLowerCase(Locale.ROOT);
        return "newreno".equals(name) ? "reno" : name;
    }

    private static String other(final Sockets sockets, final Endpoint endpoint, final String name) throws Refusal {
        if (FIXED.containsKey(name)) {
            return Long.toString(FIXED.get(name));
        }
        if (endpoint.settings.has(name) || IN_THE_CALLS.contains(name) || ON_THE_CONNECTION.contains(name) ||
            WITHOUT_EFFECT.contains(name) || KEEPALIVE.contains(name) || "TCP_QUICKACK".equals(name)) {
            return Long.toString(endpoint.settings.get(name));
        }
        return Long.toString(TcpInfo.field(sockets, endpoint, name.toLowerCase(Locale.ROOT)));
    }
}
