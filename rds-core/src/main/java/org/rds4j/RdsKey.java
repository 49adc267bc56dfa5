package org.rds4j;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.agrona.SystemUtil;

/** The keys of {@link RdsContext}: one name for the method, the property {@code rds.<key>} and the YAML entry. */
public enum RdsKey {
    /** DPDK device string ({@code net_ring0}, {@code net_tap0,iface=x}, ...) or PCI address of the NIC. */
    DEVICE("device", (context, text) -> context.device(text), RdsContext::device),
    /** This host's address with prefix length, {@code 10.0.0.1/24}. */
    ADDRESS("address", (context, text) -> context.address(text), RdsContext::address),
    /** Next hop for other networks; none by default. */
    GATEWAY("gateway", (context, text) -> context.gateway(text), RdsContext::gateway),
    /** Largest IP packet, in octets. */
    MTU("mtu", (context, text) -> context.mtu(length("mtu", text)), RdsContext::mtu),
    /** TCP port of RDS, local and remote. */
    TCP_PORT("tcpPort", (context, text) -> context.tcpPort(length("tcpPort", text)), RdsContext::tcpPort),
    /** What is demanded of every connection. */
    SECURITY("security",
        (context, text) -> context.security(constant(SecurityMode.class, "security", text)), RdsContext::security),
    /** Cipher of encrypted records, {@code AES_128_GCM} or {@code AES_256_GCM}. */
    CIPHER("cipher",
        (context, text) -> context.cipher(constant(RecordCipher.class, "cipher", text)), RdsContext::cipher),
    /** PEM file with this host's certificate chain. */
    CERTIFICATE("certificate",
        (context, text) -> context.certificate(Path.of(text)), RdsContext::certificate),
    /** PEM file with the key of the certificate, PKCS #8. */
    PRIVATE_KEY("privateKey", (context, text) -> context.privateKey(Path.of(text)), RdsContext::privateKey),
    /** PEM file with the authorities peers are verified against. */
    TRUST("trust", (context, text) -> context.trust(Path.of(text)), RdsContext::trust),
    /** Bundles of further trust domains: {@code domain=file}, several with commas between. */
    FEDERATED_TRUST("federatedTrust", (context, text) -> context.federatedTrust(text), RdsContext::federatedTrust),
    /** YAML file that says who may be a peer; everybody of the own trust domain by default. */
    PEER_LIST("peerList", (context, text) -> context.peerList(Path.of(text)), RdsContext::peerList),
    /** Whether the NIC encrypts large records, {@code OFF} or {@code AUTO}. */
    INLINE_TLS("inlineTls",
        (context, text) -> context.inlineTls(constant(InlineTlsMode.class, "inlineTls", text)), RdsContext::inlineTls),
    /** Age at which a secure path makes a new handshake, in nanoseconds; a day by default. */
    PATH_MAX_AGE("pathMaxAge",
        (context, text) -> context.pathMaxAgeNs(duration("pathMaxAge", text)), RdsContext::pathMaxAgeNs),
    /** Whether a path ends when the certificate of its peer expires. */
    STRICT_EXPIRY("strictExpiry",
        (context, text) -> context.strictExpiry(truth("strictExpiry", text)), RdsContext::strictExpiry),
    /** Longest time from a connection to its path, in nanoseconds. */
    HANDSHAKE_TIMEOUT("handshakeTimeout",
        (context, text) -> context.handshakeTimeoutNs(duration("handshakeTimeout", text)), RdsContext::handshakeTimeoutNs),
    /** Most accepted connections that are not paths yet. */
    MAX_HANDSHAKES("maxHandshakes",
        (context, text) -> context.maxHandshakes(length("maxHandshakes", text)), RdsContext::maxHandshakes),
    /** Most accepted connections of one address that are not paths yet. */
    MAX_HANDSHAKES_PER_HOST("maxHandshakesPerHost",
        (context, text) -> context.maxHandshakesPerHost(length("maxHandshakesPerHost", text)),
        RdsContext::maxHandshakesPerHost),
    /** Most TLS handshakes begun with dialers in a second. */
    HANDSHAKE_RATE("handshakeRate",
        (context, text) -> context.handshakeRate(length("handshakeRate", text)), RdsContext::handshakeRate),
    /** Most TLS handshakes begun with one address in a second. */
    HANDSHAKE_RATE_PER_HOST("handshakeRatePerHost",
        (context, text) -> context.handshakeRatePerHost(length("handshakeRatePerHost", text)),
        RdsContext::handshakeRatePerHost),
    /** How many threads carry the node. */
    THREADING_MODE("threadingMode",
        (context, text) -> context.threadingMode(constant(ThreadingMode.class, "threadingMode", text)),
        RdsContext::threadingMode),
    /** How many threads seal and open records, each for its own connections. */
    ENCRYPTION_THREADS("encryptionThreads",
        (context, text) -> context.encryptionThreads(length("encryptionThreads", text)), RdsContext::encryptionThreads),
    /** How an idle engine thread waits: {@code busy-spin}, {@code yield} or {@code backoff}. */
    ENGINE_IDLE_STRATEGY("engineIdleStrategy",
        (context, text) -> context.engineIdleStrategy(text), RdsContext::engineIdleStrategy),
    /** How an idle encryption thread waits: {@code busy-spin}, {@code yield} or {@code backoff}. */
    CRYPTO_IDLE_STRATEGY("cryptoIdleStrategy",
        (context, text) -> context.cryptoIdleStrategy(text), RdsContext::cryptoIdleStrategy),
    /** How a blocking socket call waits: {@code busy-spin}, {@code yield} or {@code backoff}. */
    APPLICATION_IDLE_STRATEGY("applicationIdleStrategy",
        (context, text) -> context.applicationIdleStrategy(text), RdsContext::applicationIdleStrategy),
    /** SO_SNDBUF of a socket: most octets of payload queued or unacknowledged, the last datagram may overshoot. */
    SEND_BUFFER_LENGTH("sendBufferLength",
        (context, text) -> context.sendBufferLength(length("sendBufferLength", text)), RdsContext::sendBufferLength),
    /** Receive ring of a socket, in octets, rounded up to a power of two; half of it is the SO_RCVBUF of a new socket. */
    RECEIVE_BUFFER_LENGTH("receiveBufferLength",
        (context, text) -> context.receiveBufferLength(length("receiveBufferLength", text)), RdsContext::receiveBufferLength),
    /** Most octets that an application may set SO_SNDBUF to (net.core.wmem_max). */
    MAX_SEND_BUFFER_LENGTH("maxSendBufferLength",
        (context, text) -> context.maxSendBufferLength(length("maxSendBufferLength", text)), RdsContext::maxSendBufferLength),
    /** Most octets that an application may set SO_RCVBUF to (net.core.rmem_max). */
    MAX_RECEIVE_BUFFER_LENGTH("maxReceiveBufferLength",
        (context, text) -> context.maxReceiveBufferLength(length("maxReceiveBufferLength", text)),
        RdsContext::maxReceiveBufferLength),
    /** Submit ring of a socket, in octets, rounded up to a power of two. */
    SUBMIT_RING_LENGTH("submitRingLength",
        (context, text) -> context.submitRingLength(length("submitRingLength", text)), RdsContext::submitRingLength),
    /** Longest payload sent or accepted, in octets. */
    MAX_MESSAGE_LENGTH("maxMessageLength",
        (context, text) -> context.maxMessageLength(length("maxMessageLength", text)), RdsContext::maxMessageLength),
    /** Blocks of maxMessageLength per socket and direction for datagrams above an eighth of a ring. */
    LARGE_BLOCKS("largeBlocks",
        (context, text) -> context.largeBlocks(length("largeBlocks", text)), RdsContext::largeBlocks),
    /** Most octets of the send pool lent to one path for messages queued or unacknowledged. */
    SEND_LOG_LENGTH("sendLogLength",
        (context, text) -> context.sendLogLength(length("sendLogLength", text)), RdsContext::sendLogLength),
    /** Octets of the send pool: messages queued or unacknowledged of all paths of the node; allocated at start. */
    SEND_POOL_LENGTH("sendPoolLength",
        (context, text) -> context.sendPoolLength(length("sendPoolLength", text)), RdsContext::sendPoolLength),
    /** Most octets of all partly received datagrams of the node. */
    REASSEMBLY_LENGTH("reassemblyLength",
        (context, text) -> context.reassemblyLength(longLength("reassemblyLength", text)), RdsContext::reassemblyLength),
    /** Most octets of all datagrams that wait for room in the receive ring of their socket, of which one gets 3/4 at most. */
    RECEIVE_OVERFLOW_LENGTH("receiveOverflowLength",
        (context, text) -> context.receiveOverflowLength(longLength("receiveOverflowLength", text)),
        RdsContext::receiveOverflowLength),
    /** Time between two congestion maps to one peer in the long run; a few may go out in a row. */
    CONGESTION_MAP_INTERVAL("congestionMapInterval",
        (context, text) -> context.congestionMapIntervalNs(duration("congestionMapInterval", text)),
        RdsContext::congestionMapIntervalNs),
    /** Most open sockets. */
    MAX_SOCKETS("maxSockets",
        (context, text) -> context.maxSockets(length("maxSockets", text)), RdsContext::maxSockets),
    /** Most TCP connections at once. */
    MAX_CONNECTIONS("maxConnections",
        (context, text) -> context.maxConnections(length("maxConnections", text)), RdsContext::maxConnections),
    /** Octets of a TCP connection's send ring, and of its receive ring. */
    TCP_BUFFER_LENGTH("tcpBufferLength",
        (context, text) -> context.tcpBufferLength(length("tcpBufferLength", text)), RdsContext::tcpBufferLength),
    /** Most peers ever talked to. */
    MAX_PEERS("maxPeers",
        (context, text) -> context.maxPeers(length("maxPeers", text)), RdsContext::maxPeers),
    /** First bound of the random delay before a reconnect, in nanoseconds. */
    RECONNECT_MIN_DELAY("reconnectMinDelay",
        (context, text) -> context.reconnectMinDelayNs(duration("reconnectMinDelay", text)), RdsContext::reconnectMinDelayNs),
    /** Largest bound of the random delay before a reconnect, in nanoseconds. */
    RECONNECT_MAX_DELAY("reconnectMaxDelay",
        (context, text) -> context.reconnectMaxDelayNs(duration("reconnectMaxDelay", text)), RdsContext::reconnectMaxDelayNs),
    /** Service of a connection after which the delays start again from the first, in nanoseconds. */
    RECONNECT_RESET_AFTER("reconnectResetAfter",
        (context, text) -> context.reconnectResetAfterNs(duration("reconnectResetAfter", text)),
        RdsContext::reconnectResetAfterNs),
    /** Most attempts to connect in any second, over all peers. */
    CONNECT_BUDGET("connectBudget",
        (context, text) -> context.connectBudget(length("connectBudget", text)), RdsContext::connectBudget),
    /** TCP connections per peer and lane, 1 or 8. */
    PATHS("paths", (context, text) -> context.paths(length("paths", text)), RdsContext::paths),
    /** Whether to do as Linux does also where another way is better, as in giving up what a closed socket sent. */
    LINUX_EXACT("linuxExact",
        (context, text) -> context.linuxExact(truth("linuxExact", text)), RdsContext::linuxExact),
    /** Longest wait for a closing carrier to come to its end, in nanoseconds. */
    DRAIN_TIMEOUT("drainTimeout",
        (context, text) -> context.drainTimeoutNs(duration("drainTimeout", text)), RdsContext::drainTimeoutNs),
    /** Silence before the first TCP keep-alive probe, in nanoseconds. */
    KEEP_ALIVE_IDLE("keepAliveIdle",
        (context, text) -> context.keepAliveIdleNs(duration("keepAliveIdle", text)), RdsContext::keepAliveIdleNs),
    /** Time between keep-alive probes, in nanoseconds. */
    KEEP_ALIVE_INTERVAL("keepAliveInterval",
        (context, text) -> context.keepAliveIntervalNs(duration("keepAliveInterval", text)), RdsContext::keepAliveIntervalNs),
    /** Unanswered keep-alive probes after which a peer is dead. */
    KEEP_ALIVE_COUNT("keepAliveCount",
        (context, text) -> context.keepAliveCount(length("keepAliveCount", text)), RdsContext::keepAliveCount),
    /** Whether datagrams to port 0 are answered. */
    PING_ENABLE("pingEnable",
        (context, text) -> context.pingEnable(truth("pingEnable", text)), RdsContext::pingEnable),
    /** Whether checksums and segmentation are left to a device that offers them; false is the forced software mode. */
    DEVICE_OFFLOAD("deviceOffload",
        (context, text) -> context.deviceOffload(truth("deviceOffload", text)), RdsContext::deviceOffload),
    /** Whether several segments of a connection leave in one pass of the stack. */
    SEGMENTATION("segmentation",
        (context, text) -> context.segmentation(truth("segmentation", text)), RdsContext::segmentation),
    /** Whether consecutive received segments of a connection are taken in one pass of the stack. */
    AGGREGATION("aggregation",
        (context, text) -> context.aggregation(truth("aggregation", text)), RdsContext::aggregation),
    /** Longest wait of open, bind and close for the engine, in nanoseconds. */
    CONTROL_TIMEOUT("controlTimeout",
        (context, text) -> context.controlTimeoutNs(duration("controlTimeout", text)), RdsContext::controlTimeoutNs),
    /** What tools call this node; its address by default. */
    NODE_NAME("nodeName", (context, text) -> context.nodeName(text), RdsContext::nodeName),
    /** Where the node's status file goes, {@code none} for none; the user's own directory by default. */
    STATUS_DIR("statusDir", (context, text) -> context.statusDir(Path.of(text)), RdsContext::statusDir),
    /** Where applications in other processes attach to this node; nowhere by default. */
    DRIVER_DIR("driverDir", (context, text) -> context.driverDir(Path.of(text)), RdsContext::driverDir),
    /** Most applications in other processes at once. */
    MAX_CLIENTS("maxClients", (context, text) -> context.maxClients(length("maxClients", text)), RdsContext::maxClients),
    /** Most sockets of one application in another process; the node's own and all together are bounded by maxSockets. */
    MAX_SOCKETS_PER_CLIENT("maxSocketsPerClient",
        (context, text) -> context.maxSocketsPerClient(length("maxSocketsPerClient", text)), RdsContext::maxSocketsPerClient);

    private final String keyName;
    @SuppressWarnings("ImmutableEnumChecker") // a lambda without state
    private final BiConsumer<RdsContext, String> setter;
    @SuppressWarnings("ImmutableEnumChecker") // a method reference
    private final Function<RdsContext, Object> getter;

    RdsKey(final String keyName, final BiConsumer<RdsContext, String> setter, final Function<RdsContext, Object> getter) {
        this.keyName = keyName;
        this.setter = setter;
        this.getter = getter;
    }

    /**
     * The key as written in YAML and, after {@code rds.}, as a system property.
     *
     * @return the name.
     */
    public String keyName() {
        return keyName;
    }

    static RdsKey ofName(final String name) {
        for (final RdsKey key : values()) {
            if (key.keyName.equals(name)) {
                return key;
            }
        }
        throw new RdsConfigurationException("unknown key '" + name + "': see RdsKey for those that exist");
    }

    void set(final RdsContext context, final String text) {
        setter.accept(context, text.trim());
    }

    Object value(final RdsContext context) {
        final Object value = getter.apply(context);
        return value == null ? "" : value;
    }

    private static RdsConfigurationException invalid(final String key, final String text, final String wanted) {
        return new RdsConfigurationException("key '" + key + "' is '" + text + "': write " + wanted);
    }

    private static int length(final String key, final String text) {
        final long value = longLength(key, text);
        if (value != (int) value) {
            throw invalid(key, text, "a number below 2g");
        }
        return (int) value;
    }

    private static long longLength(final String key, final String text) {
        try {
            return SystemUtil.parseSize(key, text);
        } catch (final NumberFormatException e) {
            throw invalid(key, text, "a number, as 4096, 64k or 1m");
        }
    }

    private static long duration(final String key, final String text) {
        try {
            return SystemUtil.parseDuration(key, text);
        } catch (final NumberFormatException e) {
            throw invalid(key, text, "a time, as 250us, 10ms or 5s");
        }
    }

    private static boolean truth(final String key, final String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(key, text, "true or false");
        };
    }

    private static <E extends Enum<E>> E constant(final Class<E> type, final String key, final String text) {
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        } catch (final IllegalArgumentException e) {
            throw invalid(key, text, "one of " + Arrays.toString(type.getEnumConstants()));
        }
    }
}
