package org.rds4j;

import java.nio.charset.StandardCharsets;
import org.rds4j.carrier.PathKey;
import org.rds4j.message.LogPool;
import org.rds4j.socket.SocketRegion;
import org.rds4j.tcp.TcpConfiguration;

/** What a context's values must be for a node to start with them; whoever breaks a rule is told what to write instead. */
final class ContextRules {
    private static final int MOST_BUFFER = Integer.MAX_VALUE / 2;
    private static final int RDS_HEADER_LENGTH = 48;
    private static final int MAX_NAME_LENGTH = 120;
    private static final int MOST_ENCRYPTION_THREADS = 64;

    private final RdsContext context;

    private ContextRules(final RdsContext context) {
        this.context = context;
    }

    /** Throws if a value does not serve. */
    static void check(final RdsContext context, final HostAddress local) {
        final ContextRules rules = new ContextRules(context);
        rules.checkAddress(local);
        rules.checkSecurity();
        rules.checkLengths();
        rules.checkCounts();
        rules.checkTimes();
        rules.checkNames();
    }

    private void checkAddress(final HostAddress local) {
        final boolean isIpv4 = local.host().isIpv4();
        require(!local.host().isLinkLocal(), "key 'address' is '" + context.address()
            + "': a link-local address names a host on one link only; give the host another one");
        require(local.prefixLength() <= (isIpv4 ? 32 : 128),
            "key 'address': the prefix length of '" + context.address() + "' is too large");
        require(context.gateway() == null || HostAddress.parseHost("gateway", context.gateway()).isIpv4() == isIpv4,
            "key 'gateway' must be of the same family as 'address'");
        requireRange("mtu", context.mtu(), 576, 65535);
        requireRange("tcpPort", context.tcpPort(), 1, 65535);
    }

    private void checkSecurity() {
        final boolean hasFiles = context.certificate() != null && context.privateKey() != null && context.trust() != null;
        require(context.security() == SecurityMode.PLAINTEXT || hasFiles, "security is REQUIRED: set certificate, privateKey and"
            + " trust (PEM files), or ask for security PLAINTEXT by name");
        require(context.security() == SecurityMode.REQUIRED || context.peerList() == null, "key 'peerList' is set and security is"
            + " PLAINTEXT, in which nobody proves who he is: leave the key out, or ask for security REQUIRED");
        context.federatedBundles();
        require(context.pathMaxAgeNs() > 0, "key 'pathMaxAge' must be above 0");
        require(context.handshakeTimeoutNs() > 0, "key 'handshakeTimeout' must be above 0");
        requireRange("maxHandshakes", context.maxHandshakes(), 1, 1 << 16);
        requireRange("maxHandshakesPerHost", context.maxHandshakesPerHost(), 1, 1 << 16);
        requireRange("handshakeRate", context.handshakeRate(), 1, 1 << 20);
        requireRange("handshakeRatePerHost", context.handshakeRatePerHost(), 1, 1 << 20);
        checkEncryptionThreads();
    }

    private void checkEncryptionThreads() {
        requireRange("encryptionThreads", context.encryptionThreads(), 1, MOST_ENCRYPTION_THREADS);
        require(context.encryptionThreads() == 1 || context.threadingMode() == ThreadingMode.DEDICATED,
            "key 'encryptionThreads' is " + context.encryptionThreads() + " and threadingMode " + context.threadingMode()
            + ", in which the engine's own thread encrypts: leave the key out, or set threadingMode to DEDICATED");
    }

    private void checkLengths() {
        final int longest = context.maxMessageLength();
        requireRange("maxMessageLength", longest, 1, 1 << 30);
        requireRange("sendBufferLength", context.sendBufferLength(), 1, 1 << 30);
        requireRange("receiveBufferLength", context.receiveBufferLength(), 1024, 1 << 30);
        requireRange("maxSendBufferLength", context.maxSendBufferLength(), 1, MOST_BUFFER);
        requireRange("maxReceiveBufferLength", context.maxReceiveBufferLength(), 1, MOST_BUFFER);
        requireRange("submitRingLength", context.submitRingLength(), 1024, 1 << 30);
        requireRange("tcpBufferLength", context.tcpBufferLength(), 64 << 10, 1 << 30);
        requireRange("sendLogLength", context.sendLogLength(), 4096, 1 << 30);
        require(context.sendLogLength() >= longest + 2L * RDS_HEADER_LENGTH, "key 'sendLogLength' is "
            + context.sendLogLength() + ": it must hold one message of maxMessageLength " + longest + " and two headers");
        final long leastPool = LogPool.leastLength(LogPool.BLOCK_LENGTH, longest);
        final int pool = context.sendPoolLength();
        require(pool >= leastPool && pool <= 1 << 30, "key 'sendPoolLength' is " + pool
            + ": it must be in " + leastPool + ".." + (1 << 30) + " with maxMessageLength " + longest);
        require(context.reassemblyLength() >= 2L * longest, "key 'reassemblyLength' is " + context.reassemblyLength()
            + ": it must be at least twice maxMessageLength " + longest);
        require(context.receiveOverflowLength() >= 2L * longest + (128 << 10), "key 'receiveOverflowLength' is "
            + context.receiveOverflowLength() + ": it must hold two messages of maxMessageLength " + longest + " and 128 KiB");
    }

    private void checkCounts() {
        final int paths = context.paths();
        require(paths == 1 || paths == PathKey.MAX_PATHS, "key 'paths' is " + paths + ": it must be 1 or " + PathKey.MAX_PATHS
            + ", for a Linux peer may send to any of " + PathKey.MAX_PATHS + " before it knows how many there are");
        requireRange("largeBlocks", context.largeBlocks(), 1, SocketRegion.MAX_BLOCKS);
        requireRange("maxSockets", context.maxSockets(), 1, 65534);
        requireRange("maxPeers", context.maxPeers(), 1, 1 << 20);
        requireRange("maxClients", context.maxClients(), 1, 65534);
        requireRange("maxSocketsPerClient", context.maxSocketsPerClient(), 1, 65534);
        requireRange("maxConnections", context.maxConnections(), 1, 1 << 20);
        require(context.maxConnections() >= paths, "key 'maxConnections' is " + context.maxConnections()
            + ": it must be at least 'paths', " + paths
            + ", which each peer takes for every lane in use; write peers x lanes x paths and a quarter more");
        requireRange("connectBudget", context.connectBudget(), 1, 1 << 20);
        requireRange("keepAliveCount", context.keepAliveCount(),
            TcpConfiguration.LEAST_KEEPALIVE_PROBES, TcpConfiguration.MOST_KEEPALIVE_PROBES);
    }

    private void checkTimes() {
        require(context.reconnectMinDelayNs() > 0, "key 'reconnectMinDelay' must be above 0");
        require(context.reconnectResetAfterNs() >= 0, "key 'reconnectResetAfter' must not be negative");
        require(context.reconnectMaxDelayNs() >= context.reconnectMinDelayNs(),
            "key 'reconnectMaxDelay' must not be below reconnectMinDelay");
        require(context.congestionMapIntervalNs() >= 0, "key 'congestionMapInterval' must not be below 0");
        require(context.drainTimeoutNs() > 0, "key 'drainTimeout' must be above 0");
        require(context.keepAliveIdleNs() > 0, "key 'keepAliveIdle' must be above 0");
        require(context.keepAliveIntervalNs() > 0, "key 'keepAliveInterval' must be above 0");
        require(context.controlTimeoutNs() > 0, "key 'controlTimeout' must be above 0");
    }

    private void checkNames() {
        final String name = context.nodeName();
        require(name == null || (!name.isBlank() && name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME_LENGTH),
            "key 'nodeName' must have 1 to " + MAX_NAME_LENGTH + " octets");
        IdleStrategies.require("engineIdleStrategy", context.engineIdleStrategy());
        IdleStrategies.require("cryptoIdleStrategy", context.cryptoIdleStrategy());
        IdleStrategies.require("applicationIdleStrategy", context.applicationIdleStrategy());
    }

    private static void requireRange(final String key, final long value, final long least, final long most) {
        require(value >= least && value <= most, "key '" + key + "' is " + value + ": it must be in " + least + ".." + most);
    }

    static void require(final boolean condition, final String message) {
        if (!condition) {
            throw new RdsConfigurationException(message);
        }
    }
}
