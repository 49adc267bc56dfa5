package org.rds4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.agrona.BitUtil;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.frame.DirectMemory;
import org.rds4j.socket.SocketRegion;

/**
 * Everything that can be configured, as plain values. Fluent; {@link #conclude()} validates and freezes it, once. Not
 * thread safe before that, immutable after.
 * <p>
 * Every {@link RdsKey} is a method here, the system property {@code rds.<key>}, and an entry of the YAML file, all under one
 * name. Lengths take {@code k}, {@code m}, {@code g}; times take {@code ns}, {@code us}, {@code ms}, {@code s}. A method
 * overrides a property, a property the file, the file the default.
 */
public final class RdsContext {
    /** A {@link #statusDir(Path)} that stands for no status file. */
    public static final Path NO_STATUS_DIR = Path.of("none");

    private static final long UNSET = Long.MIN_VALUE;
    private static final int UNSET_LENGTH = Integer.MIN_VALUE;
    private static final long LEAST_OVERFLOW = 64L << 20;
    private static final long MOST_OVERFLOW = 1L << 30;
    private static final int OVERFLOW_PART = 2;
    /** What Linux gives a socket as SO_SNDBUF and SO_RCVBUF, and lets it set; half of it is the limit of payload. */
    private static final int LINUX_BUFFER = 212_992;
    private static final int DEFAULT_MOST_BUFFER = 16 << 20;

    private String device;
    private String address;
    private String gateway;
    private int mtu = 1500;
    private int tcpPort = 16385;
    private SecurityMode security = SecurityMode.REQUIRED;
    private RecordCipher cipher = RecordCipher.AES_128_GCM;
    private Path certificate;
    private Path privateKey;
    private Path trust;
    private String federatedTrust = "";
    private Path peerList;
    private InlineTlsMode inlineTls = InlineTlsMode.OFF;
    private long pathMaxAgeNs = 86_400_000_000_000L;
    private boolean strictExpiry;
    private long handshakeTimeoutNs = 5_000_000_000L;
    private int maxHandshakes = 256;
    private int maxHandshakesPerHost = 64;
    private int handshakeRate = 500;
    private int handshakeRatePerHost = 100;
    private ThreadingMode threadingMode = ThreadingMode.DEDICATED;
    private int encryptionThreads = 1;
    private String engineIdleStrategy = "backoff";
    private String cryptoIdleStrategy = "backoff";
    private String applicationIdleStrategy = "backoff";
    private int sendBufferLength = UNSET_LENGTH;
    private int maxSendBufferLength = UNSET_LENGTH;
    private int maxReceiveBufferLength = UNSET_LENGTH;
    private int receiveBufferLength = 1 << 20;
    private int submitRingLength = 256 << 10;
    private int maxMessageLength = 1 << 20;
    private int largeBlocks = 4;
    private int sendLogLength = 4 << 20;
    private int sendPoolLength = 32 << 20;
    private long reassemblyLength = 256L << 20;
    private int maxSockets = 1024;
    private int maxPeers = 1024;
    private int maxConnections = 256;
    private int tcpBufferLength = 256 << 10;
    private int paths = 1;
    private boolean linuxExact;
    private long reconnectMinDelayNs = UNSET;
    private long reconnectMaxDelayNs = UNSET;
    private long reconnectResetAfterNs = UNSET;
    private int connectBudget = 100;
    private long receiveOverflowLength = UNSET;
    private long congestionMapIntervalNs = 1_000_000L;
    private long drainTimeoutNs = 5_000_000_000L;
    private long keepAliveIdleNs = 5_000_000_000L;
    private long keepAliveIntervalNs = 5_000_000_000L;
    private int keepAliveCount = 5;
    private boolean pingEnable = true;
    private boolean deviceOffload = true;
    private boolean segmentation = true;
    private boolean aggregation = true;
    private long controlTimeoutNs = 5_000_000_000L;
    private String nodeName;
    private Path statusDir;
    private Path driverDir;
    private int maxClients = 64;
    private int maxSocketsPerClient = 256;
    private NanoClock nanoClock = SystemNanoClock.INSTANCE;
    private RdsAddress localAddress;
    private int prefixLength;
    private boolean isConcluded;

    /** The defaults, overridden by the system properties {@code rds.<key>}. */
    public RdsContext() {
        this(System.getProperties());
    }

    /**
     * The defaults, overridden by properties.
     *
     * @param properties of which those named {@code rds.<key>} are read; {@code rds.} names with a further dot are not ours.
     * @throws RdsConfigurationException when a key is unknown or a value does not parse.
     */
    public RdsContext(final Properties properties) {
        ContextFile.applyProperties(this, properties);
    }

    /**
     * The defaults, overridden by a YAML file, overridden by the system properties.
     *
     * @param file a flat mapping from key to value.
     * @return the context, not yet concluded.
     * @throws RdsConfigurationException when the file cannot be read, a key is unknown or a value does not parse.
     */
    public static RdsContext load(final Path file) {
        try {
            return parse(Files.readString(file), System.getProperties());
        } catch (final IOException e) {
            throw new RdsConfigurationException("cannot read the configuration file " + file + ": " + e.getMessage());
        }
    }

    /**
     * The defaults, overridden by YAML text, overridden by properties.
     *
     * @param yaml       a flat mapping from key to value.
     * @param properties as of {@link #RdsContext(Properties)}.
     * @return the context, not yet concluded.
     * @throws RdsConfigurationException when the text is no mapping, a key is unknown or a value does not parse.
     */
    public static RdsContext parse(final String yaml, final Properties properties) {
        final RdsContext context = new RdsContext(new Properties());
        ContextFile.applyYaml(context, yaml);
        ContextFile.applyProperties(context, properties);
        return context;
    }

    /**
     * Validates and freezes the context.
     *
     * @return this.
     * @throws RdsConfigurationException when a value does not serve, or on a second call.
     */
    public RdsContext conclude() {
        requireOpen();
        final HostAddress local = HostAddress.parse("address", address);
        ContextRules.check(this, local);
        localAddress = local.host();
        prefixLength = local.prefixLength();
        settleDefaults();
        tcpBufferLength = BitUtil.findNextPositivePowerOfTwo(tcpBufferLength);
        receiveBufferLength = BitUtil.findNextPositivePowerOfTwo(receiveBufferLength);
        submitRingLength = BitUtil.findNextPositivePowerOfTwo(submitRingLength);
        isConcluded = true;
        return this;
    }

    /** What was not set and depends on other values does so no longer. */
    private void settleDefaults() {
        sendBufferLength = sendBufferLength();
        receiveOverflowLength = receiveOverflowLength();
        maxSendBufferLength = maxSendBufferLength();
        maxReceiveBufferLength = maxReceiveBufferLength();
        reconnectMinDelayNs = reconnectMinDelayNs();
        reconnectMaxDelayNs = reconnectMaxDelayNs();
        reconnectResetAfterNs = reconnectResetAfterNs();
    }

    private void requireOpen() {
        if (isConcluded) {
            throw new RdsConfigurationException("the context is concluded: make a new one for other values");
        }
    }

    /**
     * A fresh strategy for one engine thread.
     *
     * @return as named by {@code engineIdleStrategy}.
     */
    public IdleStrategy newEngineIdleStrategy() {
        return IdleStrategies.of(engineIdleStrategy);
    }

    /**
     * A fresh strategy for one encryption thread.
     *
     * @return as named by {@code cryptoIdleStrategy}.
     */
    public IdleStrategy newCryptoIdleStrategy() {
        return IdleStrategies.of(cryptoIdleStrategy);
    }

    /**
     * A fresh strategy for one blocking call of an application thread.
     *
     * @return as named by {@code applicationIdleStrategy}.
     */
    public IdleStrategy newApplicationIdleStrategy() {
        return IdleStrategies.of(applicationIdleStrategy);
    }

    /**
     * The host part of {@code address}, port 0.
     *
     * @return known once concluded, null before.
     */
    public RdsAddress localAddress() {
        return localAddress;
    }

    /**
     * The prefix length of {@code address}.
     *
     * @return bits, known once concluded.
     */
    public int prefixLength() {
        return prefixLength;
    }

    /**
     * Octets of off-heap memory one open socket reserves. Rings are touched at once, blocks only when used.
     *
     * @return octets of header, both rings and all blocks.
     */
    public long socketMemoryLength() {
        return SocketRegion.length(this);
    }

    /**
     * The clock of blocking calls and engine threads.
     *
     * @return nanoseconds since an arbitrary start.
     */
    public NanoClock nanoClock() {
        return nanoClock;
    }

    /**
     * Sets the clock of blocking calls and engine threads.
     *
     * @param value the clock; the system's monotonic clock by default.
     * @return this.
     */
    public RdsContext nanoClock(final NanoClock value) {
        requireOpen();
        nanoClock = value;
        return this;
    }

    /**
     * DPDK device string ({@code net_ring0}, {@code net_tap0,iface=x}, ...) or PCI address of the NIC.
     *
     * @return the value, or null.
     */
    public String device() {
        return device;
    }

    /**
     * Sets DPDK device string ({@code net_ring0}, {@code net_tap0,iface=x}, ...) or PCI address of the NIC.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext device(final String value) {
        requireOpen();
        device = value;
        return this;
    }

    /**
     * This host's address with prefix length, {@code 10.0.0.1/24}.
     *
     * @return the value, or null.
     */
    public String address() {
        return address;
    }

    /**
     * Sets this host's address with prefix length, {@code 10.0.0.1/24}.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext address(final String value) {
        requireOpen();
        address = value;
        return this;
    }

    /**
     * Next hop for other networks; none by default.
     *
     * @return the value, or null.
     */
    public String gateway() {
        return gateway;
    }

    /**
     * Sets next hop for other networks.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext gateway(final String value) {
        requireOpen();
        gateway = value;
        return this;
    }

    /**
     * Largest IP packet, in octets.
     *
     * @return the value.
     */
    public int mtu() {
        return mtu;
    }

    /**
     * Sets largest IP packet, in octets.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext mtu(final int value) {
        requireOpen();
        mtu = value;
        return this;
    }

    /**
     * TCP port of RDS, local and remote.
     *
     * @return the value.
     */
    public int tcpPort() {
        return tcpPort;
    }

    /**
     * Sets TCP port of RDS, local and remote.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext tcpPort(final int value) {
        requireOpen();
        tcpPort = value;
        return this;
    }

    /**
     * What is demanded of every connection.
     *
     * @return the value.
     */
    public SecurityMode security() {
        return security;
    }

    /**
     * Sets what is demanded of every connection.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext security(final SecurityMode value) {
        requireOpen();
        security = value;
        return this;
    }

    /**
     * The cipher of encrypted records that this node asks for; a peer may ask for the stronger one.
     *
     * @return the value.
     */
    public RecordCipher cipher() {
        return cipher;
    }

    /**
     * Sets the cipher of encrypted records that this node asks for.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext cipher(final RecordCipher value) {
        requireOpen();
        cipher = value;
        return this;
    }

    /**
     * PEM file with this host's certificate chain.
     *
     * @return the value, or null.
     */
    public Path certificate() {
        return certificate;
    }

    /**
     * Sets PEM file with this host's certificate chain.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext certificate(final Path value) {
        requireOpen();
        certificate = value;
        return this;
    }

    /**
     * PEM file with the key of the certificate, PKCS #8.
     *
     * @return the value, or null.
     */
    public Path privateKey() {
        return privateKey;
    }

    /**
     * Sets PEM file with the key of the certificate, PKCS #8.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext privateKey(final Path value) {
        requireOpen();
        privateKey = value;
        return this;
    }

    /**
     * PEM file with the authorities peers are verified against.
     *
     * @return the value, or null.
     */
    public Path trust() {
        return trust;
    }

    /**
     * Sets PEM file with the authorities peers are verified against.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext trust(final Path value) {
        requireOpen();
        trust = value;
        return this;
    }

    /**
     * Trust bundles of further trust domains.
     *
     * @return the value.
     */
    public String federatedTrust() {
        return federatedTrust;
    }

    /**
     * Sets trust bundles of further trust domains, as {@code partner.example=/etc/rds/partner.pem}, several with commas
     * between.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext federatedTrust(final String value) {
        requireOpen();
        federatedTrust = value;
        return this;
    }

    /**
     * Trust bundles of further trust domains.
     *
     * @return PEM files by trust domain, in the order given.
     * @throws RdsConfigurationException when {@link #federatedTrust()} does not parse.
     */
    public Map<String, Path> federatedBundles() {
        final Map<String, Path> bundles = new LinkedHashMap<>();
        for (final String entry : federatedTrust.isBlank() ? new String[0] : federatedTrust.split(",", -1)) {
            final int equals = entry.indexOf('=');
            ContextRules.require(equals > 0 && equals < entry.length() - 1, "key 'federatedTrust' is '" + federatedTrust
                + "': write a trust domain and its bundle, as partner.example=/etc/rds/partner.pem, several with commas between");
            final String domain = entry.substring(0, equals).trim();
            ContextRules.require(bundles.put(domain, Path.of(entry.substring(equals + 1).trim())) == null,
                "key 'federatedTrust' names '" + domain + "' twice");
        }
        return bundles;
    }

    /**
     * YAML file that says who may be a peer, from which addresses and at which service levels.
     *
     * @return the value.
     */
    public Path peerList() {
        return peerList;
    }

    /**
     * Sets the YAML file that says who may be a peer, from which addresses and at which service levels. Without it everybody of
     * node's own trust domain may, from anywhere and at every level.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext peerList(final Path value) {
        requireOpen();
        peerList = value;
        return this;
    }

    /**
     * Age at which a secure path makes a new handshake, in nanoseconds.
     *
     * @return the value.
     */
    public long pathMaxAgeNs() {
        return pathMaxAgeNs;
    }

    /**
     * Sets the age at which a secure path makes a new handshake, in nanoseconds.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext pathMaxAgeNs(final long value) {
        requireOpen();
        pathMaxAgeNs = value;
        return this;
    }

    /**
     * Whether the NIC encrypts large records on their way out.
     *
     * @return the value.
     */
    public InlineTlsMode inlineTls() {
        return inlineTls;
    }

    /**
     * Sets whether the NIC encrypts large records on their way out (inline TLS, ConnectX-6 Dx and later), where it can.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext inlineTls(final InlineTlsMode value) {
        requireOpen();
        inlineTls = value;
        return this;
    }

    /**
     * Whether a path ends when the certificate of its peer expires.
     *
     * @return the value.
     */
    public boolean strictExpiry() {
        return strictExpiry;
    }

    /**
     * Sets whether a path ends when the certificate of its peer expires, and not only at its next handshake.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext strictExpiry(final boolean value) {
        requireOpen();
        strictExpiry = value;
        return this;
    }

    /**
     * Longest time from an accepted or dialed connection to its path, in nanoseconds.
     *
     * @return the value.
     */
    public long handshakeTimeoutNs() {
        return handshakeTimeoutNs;
    }

    /**
     * Sets the longest time from an accepted or dialed connection to its path, in nanoseconds.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext handshakeTimeoutNs(final long value) {
        requireOpen();
        handshakeTimeoutNs = value;
        return this;
    }

    /**
     * Most accepted connections that are not paths yet.
     *
     * @return the value.
     */
    public int maxHandshakes() {
        return maxHandshakes;
    }

    /**
     * Sets the most accepted connections that are not paths yet; a quarter of maxConnections is another bound. One more ends the
     * oldest that has been silent for a while, or waits.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext maxHandshakes(final int value) {
        requireOpen();
        maxHandshakes = value;
        return this;
    }

    /**
     * Most accepted connections of one address that are not paths yet.
     *
     * @return the value.
     */
    public int maxHandshakesPerHost() {
        return maxHandshakesPerHost;
    }

    /**
     * Sets the most accepted connections of one address that are not paths yet. One more is reset.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext maxHandshakesPerHost(final int value) {
        requireOpen();
        maxHandshakesPerHost = value;
        return this;
    }

    /**
     * Most TLS handshakes begun with dialers in a second.
     *
     * @return the value.
     */
    public int handshakeRate() {
        return handshakeRate;
    }

    /**
     * Sets the most TLS handshakes begun with dialers in a second, over all addresses; as many may come at once. One more is
     * reset.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext handshakeRate(final int value) {
        requireOpen();
        handshakeRate = value;
        return this;
    }

    /**
     * Most TLS handshakes begun with one address in a second.
     *
     * @return the value.
     */
    public int handshakeRatePerHost() {
        return handshakeRatePerHost;
    }

    /**
     * Sets the most TLS handshakes begun with one dialing address in a second; as many may come at once. One more is reset.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext handshakeRatePerHost(final int value) {
        requireOpen();
        handshakeRatePerHost = value;
        return this;
    }

    /**
     * How many threads carry the node.
     *
     * @return the value.
     */
    public ThreadingMode threadingMode() {
        return threadingMode;
    }

    /**
     * Sets how many threads carry the node.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext threadingMode(final ThreadingMode value) {
        requireOpen();
        threadingMode = value;
        return this;
    }

    /**
     * How many threads seal and open records in {@link ThreadingMode#DEDICATED}; each connection keeps to one of them.
     *
     * @return the value.
     */
    public int encryptionThreads() {
        return encryptionThreads;
    }

    /**
     * Sets how many threads seal and open records; more than one in {@link ThreadingMode#DEDICATED} only.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext encryptionThreads(final int value) {
        requireOpen();
        encryptionThreads = value;
        return this;
    }

    /**
     * How an idle engine thread waits: {@code busy-spin}, {@code yield} or {@code backoff}.
     *
     * @return the value.
     */
    public String engineIdleStrategy() {
        return engineIdleStrategy;
    }

    /**
     * Sets how an idle engine thread waits: {@code busy-spin}, {@code yield} or {@code backoff}.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext engineIdleStrategy(final String value) {
        requireOpen();
        engineIdleStrategy = value;
        return this;
    }

    /**
     * How an idle encryption thread waits: {@code busy-spin}, {@code yield} or {@code backoff}.
     *
     * @return the value.
     */
    public String cryptoIdleStrategy() {
        return cryptoIdleStrategy;
    }

    /**
     * Sets how an idle encryption thread waits: {@code busy-spin}, {@code yield} or {@code backoff}.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext cryptoIdleStrategy(final String value) {
        requireOpen();
        cryptoIdleStrategy = value;
        return this;
    }

    /**
     * How a blocking socket call waits: {@code busy-spin}, {@code yield} or {@code backoff}.
     *
     * @return the value.
     */
    public String applicationIdleStrategy() {
        return applicationIdleStrategy;
    }

    /**
     * Sets how a blocking socket call waits: {@code busy-spin}, {@code yield} or {@code backoff}.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext applicationIdleStrategy(final String value) {
        requireOpen();
        applicationIdleStrategy = value;
        return this;
    }

    /**
     * SO_SNDBUF of a socket: most octets of payload queued or unacknowledged, whatever their destinations; the last datagram
     * may overshoot.
     *
     * @return the value; when not set 1 MiB, so that the longest datagram fits, with {@link #linuxExact()} 106496.
     */
    public int sendBufferLength() {
        return sendBufferLength != UNSET_LENGTH ? sendBufferLength : linuxExact ? LINUX_BUFFER / 2 : 1 << 20;
    }

    /**
     * Sets SO_SNDBUF of a socket: most octets of payload queued or unacknowledged, the last datagram may overshoot.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext sendBufferLength(final int value) {
        requireOpen();
        sendBufferLength = value;
        return this;
    }

    /**
     * Most octets that an application may set {@link RdsOption#SO_SNDBUF} to (net.core.wmem_max).
     *
     * @return the value; when not set 16 MiB, with {@link #linuxExact()} 212992.
     */
    public int maxSendBufferLength() {
        return maxSendBufferLength != UNSET_LENGTH ? maxSendBufferLength : linuxExact ? LINUX_BUFFER : DEFAULT_MOST_BUFFER;
    }

    /**
     * Sets most octets that an application may set {@link RdsOption#SO_SNDBUF} to.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext maxSendBufferLength(final int value) {
        requireOpen();
        maxSendBufferLength = value;
        return this;
    }

    /**
     * Most octets that an application may set {@link RdsOption#SO_RCVBUF} to (net.core.rmem_max).
     *
     * @return the value; when not set 16 MiB, with {@link #linuxExact()} 212992.
     */
    public int maxReceiveBufferLength() {
        return maxReceiveBufferLength != UNSET_LENGTH ? maxReceiveBufferLength : linuxExact ? LINUX_BUFFER : DEFAULT_MOST_BUFFER;
    }

    /**
     * Sets most octets that an application may set {@link RdsOption#SO_RCVBUF} to.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext maxReceiveBufferLength(final int value) {
        requireOpen();
        maxReceiveBufferLength = value;
        return this;
    }

    /**
     * Unread payload above which a new socket's port is congested.
     *
     * @return half of {@link #receiveBufferLength()}, with {@link #linuxExact()} at most 106496.
     */
    public int receiveLimit() {
        return linuxExact ? Math.min(receiveBufferLength / 2, LINUX_BUFFER / 2) : receiveBufferLength / 2;
    }

    /**
     * Receive ring of a socket, in octets, rounded up to a power of two; half of it is the SO_RCVBUF of a new socket.
     *
     * @return the value.
     */
    public int receiveBufferLength() {
        return receiveBufferLength;
    }

    /**
     * Sets receive ring of a socket, in octets, rounded up to a power of two.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext receiveBufferLength(final int value) {
        requireOpen();
        receiveBufferLength = value;
        return this;
    }

    /**
     * Submit ring of a socket, in octets, rounded up to a power of two.
     *
     * @return the value.
     */
    public int submitRingLength() {
        return submitRingLength;
    }

    /**
     * Sets submit ring of a socket, in octets, rounded up to a power of two.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext submitRingLength(final int value) {
        requireOpen();
        submitRingLength = value;
        return this;
    }

    /**
     * Longest payload sent or accepted, in octets.
     *
     * @return the value.
     */
    public int maxMessageLength() {
        return maxMessageLength;
    }

    /**
     * Sets longest payload sent or accepted, in octets.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext maxMessageLength(final int value) {
        requireOpen();
        maxMessageLength = value;
        return this;
    }

    /**
     * Blocks of maxMessageLength per socket and direction for datagrams above an eighth of a ring.
     *
     * @return the value.
     */
    public int largeBlocks() {
        return largeBlocks;
    }

    /**
     * Sets blocks of maxMessageLength per socket and direction for datagrams above an eighth of a ring.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext largeBlocks(final int value) {
        requireOpen();
        largeBlocks = value;
        return this;
    }

    /**
     * Most octets of the send pool lent to one path for messages queued or unacknowledged. A path whose peer does not
     * answer gets less when others hold much.
     *
     * @return the value.
     */
    public int sendLogLength() {
        return sendLogLength;
    }

    /**
     * Sets most octets of the send pool lent to one path.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext sendLogLength(final int value) {
        requireOpen();
        sendLogLength = value;
        return this;
    }

    /**
     * Octets of the send pool: messages queued or unacknowledged of all paths of the node; allocated at start.
     *
     * @return the value.
     */
    public int sendPoolLength() {
        return sendPoolLength;
    }

    /**
     * Sets octets of the send pool.
     *
     * @param value the value, at least four messages of maxMessageLength.
     * @return this.
     */
    public RdsContext sendPoolLength(final int value) {
        requireOpen();
        sendPoolLength = value;
        return this;
    }

    /**
     * Most octets of all partly received datagrams of the node.
     *
     * @return the value.
     */
    public long reassemblyLength() {
        return reassemblyLength;
    }

    /**
     * Sets most octets of all partly received datagrams of the node.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext reassemblyLength(final long value) {
        requireOpen();
        reassemblyLength = value;
        return this;
    }

    /**
     * Most open sockets.
     *
     * @return the value.
     */
    public int maxSockets() {
        return maxSockets;
    }

    /**
     * Sets most open sockets.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext maxSockets(final int value) {
        requireOpen();
        maxSockets = value;
        return this;
    }

    /**
     * Whether {@link #conclude()} has succeeded.
     *
     * @return true once the values are fixed.
     */
    public boolean isConcluded() {
        return isConcluded;
    }

    /**
     * Most TCP connections at once: {@link #paths()} for each peer and lane in use, and some for those being opened or closed.
     * What is beyond that waits, counted by {@code node_connections_full}, until others have ended.
     *
     * @return the value.
     */
    public int maxConnections() {
        return maxConnections;
    }

    /**
     * Sets most TCP connections at once.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext maxConnections(final int value) {
        requireOpen();
        maxConnections = value;
        return this;
    }

    /**
     * Octets of a TCP connection's send ring, and of its receive ring; bounds what is in flight on one path.
     *
     * @return the value, a power of two once concluded.
     */
    public int tcpBufferLength() {
        return tcpBufferLength;
    }

    /**
     * Sets octets of a TCP connection's send ring, and of its receive ring.
     *
     * @param value the value, rounded up to a power of two.
     * @return this.
     */
    public RdsContext tcpBufferLength(final int value) {
        requireOpen();
        tcpBufferLength = value;
        return this;
    }

    /**
     * Most peers ever talked to.
     *
     * @return the value.
     */
    public int maxPeers() {
        return maxPeers;
    }

    /**
     * Sets most peers ever talked to.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext maxPeers(final int value) {
        requireOpen();
        maxPeers = value;
        return this;
    }

    /**
     * First bound of the random delay before a reconnect, in nanoseconds.
     *
     * @return the value; when not set 50 ms, with {@link #linuxExact()} 4 ms.
     */
    public long reconnectMinDelayNs() {
        return reconnectMinDelayNs != UNSET ? reconnectMinDelayNs : linuxExact ? 4_000_000L : 50_000_000L;
    }

    /**
     * Sets first bound of the random delay before a reconnect, in nanoseconds.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext reconnectMinDelayNs(final long value) {
        requireOpen();
        reconnectMinDelayNs = value;
        return this;
    }

    /**
     * Largest bound of the random delay before a reconnect, in nanoseconds.
     *
     * @return the value; when not set 30 s, with {@link #linuxExact()} 1 s.
     */
    public long reconnectMaxDelayNs() {
        return reconnectMaxDelayNs != UNSET ? reconnectMaxDelayNs : linuxExact ? 1_000_000_000L : 30_000_000_000L;
    }

    /**
     * Sets largest bound of the random delay before a reconnect, in nanoseconds.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext reconnectMaxDelayNs(final long value) {
        requireOpen();
        reconnectMaxDelayNs = value;
        return this;
    }

    /**
     * How long a connection must have served before the delays start again from the first, in nanoseconds.
     *
     * @return the value; when not set 10 s, with {@link #linuxExact()} 0.
     */
    public long reconnectResetAfterNs() {
        return reconnectResetAfterNs != UNSET ? reconnectResetAfterNs : linuxExact ? 0 : 10_000_000_000L;
    }

    /**
     * Sets how long a connection must have served before the delays start again from the first, in nanoseconds.
     *
     * @param value the value, 0 for no time at all.
     * @return this.
     */
    public RdsContext reconnectResetAfterNs(final long value) {
        requireOpen();
        reconnectResetAfterNs = value;
        return this;
    }

    /**
     * Most attempts to connect in any second, over all peers.
     *
     * @return the value.
     */
    public int connectBudget() {
        return connectBudget;
    }

    /**
     * Sets most attempts to connect in any second, over all peers.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext connectBudget(final int value) {
        requireOpen();
        connectBudget = value;
        return this;
    }

    /**
     * TCP connections per peer and lane that messages are spread over, by the sending socket.
     *
     * @return 1 or 8; a peer that has fewer gets fewer.
     */
    public int paths() {
        return paths;
    }

    /**
     * Sets TCP connections per peer and lane that messages are spread over, by the sending socket.
     *
     * @param value 1 or 8.
     * @return this.
     */
    public RdsContext paths(final int value) {
        requireOpen();
        paths = value;
        return this;
    }

    /**
     * Whether the node does as Linux does also where another way is better.
     *
     * @return the value.
     */
    public boolean linuxExact() {
        return linuxExact;
    }

    /**
     * Sets whether the node does as Linux does also where another way is better: reconnects within 4 ms to 1 s, starting again
     * as soon as a connection is up; refuses a connection at once when no path is free; gives up what a closed socket had not
     * sent; has Linux's lengths of socket buffers; and a send that waits for the end of congestion has no time limit.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext linuxExact(final boolean value) {
        requireOpen();
        linuxExact = value;
        return this;
    }

    /**
     * Most octets of all datagrams that wait for room in the receive ring of their socket.
     *
     * @return the value; unless set, what {@link #overflowOfConnections()} says, but at most 1 GiB and half of what this process
     * may have outside its heap (-XX:MaxDirectMemorySize), and at least 64 MiB.
     */
    public long receiveOverflowLength() {
        return receiveOverflowLength != UNSET
            ? receiveOverflowLength : defaultOverflow(overflowOfConnections(), DirectMemory.limit());
    }

    static long defaultOverflow(final long wanted, final long directMemory) {
        return Math.max(LEAST_OVERFLOW, Math.min(wanted, Math.min(MOST_OVERFLOW, directMemory / OVERFLOW_PART)));
    }

    /**
     * What {@link #receiveOverflowLength} must be for no path to stop because of one socket that is not read, when one socket at
     * the other end of each connection sends it all that it may have on its way: three quarters of this hold twice SO_SNDBUF
     * (taken to be the peers' too) for each connection. Twice, since the last datagram may overshoot, and each takes 56 octets
     * besides its own length, which is as much again for one of 56. Of shorter ones a socket has as many on their way as a
     * path's {@link #sendLogLength} and its {@link #submitRingLength} hold, and they take as much room as there. Further sockets
     * of a host bring as much again each.
     *
     * @return octets.
     */
    public long overflowOfConnections() {
        return 2L * maxConnections() * sendBufferLength() * 4 / 3;
    }

    /**
     * Sets most octets of all datagrams that wait for room in the receive ring of their socket; one socket gets three quarters
     * at most. When its share is used up, or this process has less outside its heap, of which a quarter is left to others, its
     * port is congested, and the paths that bring more for it are not read on, for other ports neither.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext receiveOverflowLength(final long value) {
        requireOpen();
        receiveOverflowLength = value;
        return this;
    }

    /**
     * Time between two congestion maps to one peer in the long run; a few may go out in a row.
     *
     * @return nanoseconds.
     */
    public long congestionMapIntervalNs() {
        return congestionMapIntervalNs;
    }

    /**
     * Sets time between two congestion maps to one peer in the long run.
     *
     * @param value nanoseconds.
     * @return this.
     */
    public RdsContext congestionMapIntervalNs(final long value) {
        requireOpen();
        congestionMapIntervalNs = value;
        return this;
    }

    /**
     * Longest wait for a closing carrier to come to its end, in nanoseconds.
     *
     * @return the value.
     */
    public long drainTimeoutNs() {
        return drainTimeoutNs;
    }

    /**
     * Sets longest wait for a closing carrier to come to its end, in nanoseconds.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext drainTimeoutNs(final long value) {
        requireOpen();
        drainTimeoutNs = value;
        return this;
    }

    /**
     * Silence before the first TCP keep-alive probe, in nanoseconds.
     *
     * @return the value.
     */
    public long keepAliveIdleNs() {
        return keepAliveIdleNs;
    }

    /**
     * Sets silence before the first TCP keep-alive probe, in nanoseconds.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext keepAliveIdleNs(final long value) {
        requireOpen();
        keepAliveIdleNs = value;
        return this;
    }

    /**
     * Time between keep-alive probes, in nanoseconds.
     *
     * @return the value.
     */
    public long keepAliveIntervalNs() {
        return keepAliveIntervalNs;
    }

    /**
     * Sets time between keep-alive probes, in nanoseconds.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext keepAliveIntervalNs(final long value) {
        requireOpen();
        keepAliveIntervalNs = value;
        return this;
    }

    /**
     * Unanswered keep-alive probes after which a peer is dead.
     *
     * @return the value.
     */
    public int keepAliveCount() {
        return keepAliveCount;
    }

    /**
     * Sets unanswered keep-alive probes after which a peer is dead.
     *
     * @param value 2 to 255: a peer is not given up because of one lost segment.
     * @return this.
     */
    public RdsContext keepAliveCount(final int value) {
        requireOpen();
        keepAliveCount = value;
        return this;
    }

    /**
     * Whether datagrams to port 0 are answered.
     *
     * @return the value.
     */
    public boolean pingEnable() {
        return pingEnable;
    }

    /**
     * Sets whether datagrams to port 0 are answered.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext pingEnable(final boolean value) {
        requireOpen();
        pingEnable = value;
        return this;
    }

    /**
     * Whether checksums and segmentation are left to a device that offers them.
     *
     * @return the value.
     */
    public boolean deviceOffload() {
        return deviceOffload;
    }

    /**
     * Sets whether checksums and segmentation are left to a device that offers them.
     *
     * @param value the value. False is the forced software mode, for devices that are not to be trusted.
     * @return this.
     */
    public RdsContext deviceOffload(final boolean value) {
        requireOpen();
        deviceOffload = value;
        return this;
    }

    /**
     * Whether several segments of a connection leave in one pass of the stack, cut by the device or in software.
     *
     * @return the value.
     */
    public boolean segmentation() {
        return segmentation;
    }

    /**
     * Sets whether several segments of a connection leave in one pass of the stack, cut by the device or in software.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext segmentation(final boolean value) {
        requireOpen();
        segmentation = value;
        return this;
    }

    /**
     * Whether consecutive received segments of a connection are taken in one pass of the stack.
     *
     * @return the value.
     */
    public boolean aggregation() {
        return aggregation;
    }

    /**
     * Sets whether consecutive received segments of a connection are taken in one pass of the stack.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext aggregation(final boolean value) {
        requireOpen();
        aggregation = value;
        return this;
    }

    /**
     * Longest wait of open, bind and close for the engine, in nanoseconds.
     *
     * @return the value.
     */
    public long controlTimeoutNs() {
        return controlTimeoutNs;
    }

    /**
     * Sets longest wait of open, bind and close for the engine, in nanoseconds.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext controlTimeoutNs(final long value) {
        requireOpen();
        controlTimeoutNs = value;
        return this;
    }

    /**
     * What tools call this node; its address by default.
     *
     * @return the value, or null.
     */
    public String nodeName() {
        return nodeName;
    }

    /**
     * Sets what tools call this node.
     *
     * @param value the value, 1 to 120 octets in UTF-8.
     * @return this.
     */
    public RdsContext nodeName(final String value) {
        requireOpen();
        nodeName = value;
        return this;
    }

    /**
     * Where the node's status file goes. When it is not set, a node on a device of its own uses the user's directory, and a
     * node whose link is given has no file.
     *
     * @return the value, or null.
     */
    public Path statusDir() {
        return statusDir;
    }

    /**
     * Sets where the node's status file goes: a directory of this user's with mode 0700, made if it is not there.
     *
     * @param value the value, or {@link #NO_STATUS_DIR}.
     * @return this.
     */
    public RdsContext statusDir(final Path value) {
        requireOpen();
        statusDir = value;
        return this;
    }

    /**
     * Where applications in other processes attach to this node, as its clients: see {@code RdsClient}.
     *
     * @return the value, or null for nowhere.
     */
    public Path driverDir() {
        return driverDir;
    }

    /**
     * Sets where applications in other processes attach to this node: a directory, made for this user alone if it is not there;
     * the permissions of one that is there say who may attach. Its path has at most 95 octets.
     *
     * @param value the value; null or {@code none} for nowhere.
     * @return this.
     */
    public RdsContext driverDir(final Path value) {
        requireOpen();
        driverDir = NO_STATUS_DIR.equals(value) ? null : value;
        return this;
    }

    /**
     * Most applications in other processes at once.
     *
     * @return the value.
     */
    public int maxClients() {
        return maxClients;
    }

    /**
     * Sets most applications in other processes at once.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext maxClients(final int value) {
        requireOpen();
        maxClients = value;
        return this;
    }

    /**
     * Most sockets of one application in another process.
     *
     * @return the value.
     */
    public int maxSocketsPerClient() {
        return maxSocketsPerClient;
    }

    /**
     * Sets most sockets of one application in another process.
     *
     * @param value the value.
     * @return this.
     */
    public RdsContext maxSocketsPerClient(final int value) {
        requireOpen();
        maxSocketsPerClient = value;
        return this;
    }

    /** Every key with its value, one per line, as YAML. */
    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        for (final RdsKey key : RdsKey.values()) {
            text.append(key.keyName()).append(": ").append(key.value(this)).append(System.lineSeparator());
        }
        return text.append("# memory per socket: ").append(socketMemoryLength()).append(" octets").toString();
    }
}
