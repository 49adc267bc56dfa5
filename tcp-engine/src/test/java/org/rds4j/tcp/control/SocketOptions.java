package org.rds4j.tcp.control;

import java.util.Locale;
import java.util.Set;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpDialect;
import org.rds4j.tcp.connection.ConnectionProbe;

/** setsockopt and getsockopt, by the names of Linux. An option that the engine cannot honour is refused, never just stored. */
final class SocketOptions {
    /** What has no meaning on a host with one process and one link, and may be set to anything. */
    private static final Set<String> WITHOUT_EFFECT = Set.of("SO_REUSEPORT", "SO_DEBUG", "SO_PRIORITY", "SO_TIMESTAMPING");
    /** What decides how the engine is built, so it must be set before the first packet or connection. */
    private static final Set<String> BEFORE_START =
        Set.of("SO_RCVBUF", "SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT");
    private static final Set<String> IN_THE_CALLS =
        Set.of("SO_REUSEADDR", "SO_SNDBUF", "SO_RCVTIMEO", "SO_SNDTIMEO", "SO_LINGER");
    private static final Set<String> ON_THE_CONNECTION =
        Set.of("TCP_NODELAY", "TCP_CORK", "TCP_USER_TIMEOUT", "TCP_KEEPINIT", "IP_TOS");
    private static final int DONT_FRAGMENT = 2;

    private SocketOptions() {
    }

    static void set(final Sockets sockets, final Endpoint endpoint, final String rawName, final String value) throws Refusal {
        final String name = rawName.toUpperCase(Locale.ROOT);
        if ("IP_MTU_DISCOVER".equals(name)) {
            if (Knobs.number(value) != DONT_FRAGMENT) {
                throw new Refusal(Errno.ENOTSUP);
            }
        } else if ("TCP_CONGESTION".equals(name)) {
            endpoint.congestion = Knobs.congestion(value);
            applyAll(endpoint);
        } else if ("SO_LINGER".equals(name)) {
            linger(endpoint, value);
        } else if (BEFORE_START.contains(name)) {
            if (sockets.host() != null) {
                throw new Refusal(Errno.ENOTSUP);
            }
            endpoint.settings.put(name, Knobs.number(value));
        } else if (WITHOUT_EFFECT.contains(name) || IN_THE_CALLS.contains(name)) {
            endpoint.settings.put(name, Knobs.number(value));
        } else if (ON_THE_CONNECTION.contains(name)) {
            endpoint.settings.put(name, Knobs.number(value));
            apply(endpoint, name);
        } else {
            throw new Refusal(Errno.ENOPROTOOPT);
        }
    }

    /** Seconds to linger, -1 for not at all; as the structure has it ({@code onoff,seconds}) or as that number. */
    private static void linger(final Endpoint endpoint, final String value) throws Refusal {
        final String[] parts = value.split(",", -1);
        final boolean on = parts.length == 1 || Knobs.number(parts[0]) != 0;
        endpoint.settings.put("SO_LINGER", on ? Knobs.number(parts[parts.length - 1]) : -1);
    }

    static void applyAll(final Endpoint endpoint) {
        if (endpoint.congestion != null && endpoint.connection != null && !endpoint.isOver) {
            endpoint.connection.congestionControl(endpoint.congestion);
        }
        if (endpoint.connection != null && !endpoint.isOver && connectTimeoutUs(endpoint) > 0) {
            timeout(endpoint);
        }
        for (final String name : ON_THE_CONNECTION) {
            if (endpoint.settings.has(name)) {
                apply(endpoint, name);
            }
        }
    }

    private static void apply(final Endpoint endpoint, final String name) {
        if (endpoint.connection == null || endpoint.isOver) {
            return;
        }
        final long value = endpoint.settings.get(name);
        switch (name) {
            case "TCP_NODELAY" -> endpoint.connection.noDelay(value != 0);
            case "TCP_CORK" -> endpoint.connection.cork(value != 0);
            case "TCP_USER_TIMEOUT", "TCP_KEEPINIT" -> timeout(endpoint);
            default -> endpoint.connection.dscp((int) (value >> 2) & 63);
        }
    }

    /** While connecting, TCP_KEEPINIT (seconds); afterwards, and if that is not limited, TCP_USER_TIMEOUT (milliseconds). */
    static void timeout(final Endpoint endpoint) {
        final long connectNs = connectTimeoutUs(endpoint) * 1000;
        final long afterwardsNs = endpoint.settings.has("TCP_USER_TIMEOUT")
            ? endpoint.settings.get("TCP_USER_TIMEOUT") * 1_000_000 : endpoint.knobs.configuration().userTimeoutNs();
        endpoint.connection.userTimeout(endpoint.isConnected || connectNs == 0 ? afterwardsNs : connectNs);
    }

    private static long connectTimeoutUs(final Endpoint endpoint) {
        return endpoint.settings.has("TCP_KEEPINIT")
            ? endpoint.settings.get("TCP_KEEPINIT") * 1_000_000 : endpoint.knobs.connectTimeoutUs();
    }

    static String get(final Sockets sockets, final Endpoint endpoint, final String rawName) throws Refusal {
        final String name = rawName.toUpperCase(Locale.ROOT);
        return switch (name) {
            case "SO_ERROR" -> {
                final Errno error = endpoint.takeError();
                yield error == null ? "0" : error.name();
            }
            case "SO_ACCEPTCONN" -> endpoint.isListening ? "1" : "0";
            case "TCP_KEEPINIT" -> Long.toString(connectTimeoutUs(endpoint) / 1_000_000);
            case "SO_RCVBUF" -> Long.toString(receiveBuffer(sockets, endpoint));
            case "SO_SNDBUF" -> Long.toString(endpoint.settings.has(name)
                ? endpoint.settings.get(name) : sockets.knobs.configuration().sendBufferLength());
            case "TCP_MAXSEG" -> Integer.toString(endpoint.connection == null ? 536 : endpoint.connection.maxSegmentSize());
            case "TCP_INFO" -> TcpInfo.all(sockets, endpoint);
            case "TCP_CONGESTION" -> endpoint.connection == null ? "" : name(endpoint.connection);
            case "IP_MTU_DISCOVER" -> Integer.toString(DONT_FRAGMENT);
            default -> other(sockets, endpoint, name);
        };
    }

    /** FreeBSD has what is in use, which grows; Linux's number is the ring. */
    private static long receiveBuffer(final Sockets sockets, final Endpoint endpoint) {
        final TcpConfiguration configuration = sockets.knobs.configuration();
        if (configuration.dialect() == TcpDialect.LINUX) {
            return configuration.receiveBufferLength();
        }
        return endpoint.connection == null
            ? configuration.flow().initialReceiveBufferLength()
            : new ConnectionProbe(endpoint.connection, configuration).receiveLimit();
    }

    private static String name(final TcpConnection connection) {
        final String name = connection.congestionControl().getClass().getSimpleName().toLowerCase(Locale.ROOT);
        return "newreno".equals(name) ? "reno" : name;
    }

    private static String other(final Sockets sockets, final Endpoint endpoint, final String name) throws Refusal {
        if (endpoint.settings.has(name) || IN_THE_CALLS.contains(name) || ON_THE_CONNECTION.contains(name) ||
            WITHOUT_EFFECT.contains(name) || BEFORE_START.contains(name)) {
            return Long.toString(endpoint.settings.get(name));
        }
        return Long.toString(TcpInfo.field(sockets, endpoint, name.toLowerCase(Locale.ROOT)));
    }
}
