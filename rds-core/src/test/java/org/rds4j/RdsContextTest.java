package org.rds4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.rds4j.frame.DirectMemory;

class RdsContextTest {
    private static Properties properties(final String... pairs) {
        final Properties properties = new Properties();
        for (int i = 0; i < pairs.length; i += 2) {
            properties.setProperty(pairs[i], pairs[i + 1]);
        }
        return properties;
    }

    private static RdsContext plain() {
        return new RdsContext(new Properties()).address("10.0.0.1/24").security(SecurityMode.PLAINTEXT);
    }

    private static String errorOf(final Runnable call) {
        return assertThrows(RdsConfigurationException.class, call::run).getMessage();
    }

    @Test
    void shouldReadYamlThenPropertiesThenMethods() {
        final RdsContext context = RdsContext.parse("""
            address: 10.0.0.1/24
            security: plaintext
            mtu: 9000
            sendBufferLength: 2m
            reconnectMinDelay: 5ms
            pingEnable: false
            certificate: /tmp/c.pem
            """, properties("rds.mtu", "4000", "rds.maxSockets", "7", "rds.test.other", "x", "java.home", "y"));
        assertEquals(4000, context.mtu());
        assertEquals(7, context.maxSockets());
        assertEquals(2 << 20, context.sendBufferLength());
        assertEquals(5_000_000, context.reconnectMinDelayNs());
        assertEquals(SecurityMode.PLAINTEXT, context.security());
        assertEquals(Path.of("/tmp/c.pem"), context.certificate());
        assertEquals(1500, context.mtu(1500).conclude().mtu());
        assertEquals(RdsAddress.parse("10.0.0.1"), context.localAddress());
        assertEquals(24, context.prefixLength());
    }

    /** Three quarters of it are for one socket that is not read: what each connection may bring for that. */
    @Test
    void shouldMakeTheRoomBehindReceiveRingsAsLargeAsConnectionsNeed() {
        final RdsContext context = new RdsContext(new Properties());
        final long wanted = (512L << 20) * 4 / 3;
        assertEquals(wanted, context.overflowOfConnections());
        assertEquals(Math.min(wanted, DirectMemory.limit() / 2), context.receiveOverflowLength());
        assertEquals((32L << 20) * 4 / 3, context.maxConnections(16).overflowOfConnections());
        assertEquals(64L << 20, context.receiveOverflowLength(), "at least");
        assertEquals(8L << 20, context.receiveOverflowLength(8 << 20).receiveOverflowLength());
    }

    /** Half of it is for others: what is partly received, sockets, send logs. */
    @Test
    void shouldMakeThatRoomNoLargerThanWhatTheProcessMayHave() {
        assertEquals(700 << 20, RdsContext.defaultOverflow(700 << 20, 4L << 30));
        assertEquals(256 << 20, RdsContext.defaultOverflow(700 << 20, 512 << 20));
        assertEquals(64 << 20, RdsContext.defaultOverflow(700 << 20, 100 << 20), "at least");
        assertEquals(1L << 30, RdsContext.defaultOverflow(3L << 30, 16L << 30), "at most");
    }

    @Test
    void shouldNameAnUnknownKey() {
        assertTrue(errorOf(() -> RdsContext.parse("adress: x", new Properties())).contains("'adress'"));
        assertTrue(errorOf(() -> new RdsContext(properties("rds.mtuu", "1"))).contains("'mtuu'"));
    }

    @Test
    void shouldNameTheKeyOfABadValue() {
        assertTrue(errorOf(() -> RdsContext.parse("mtu: many", new Properties())).contains("'mtu'"));
        assertTrue(errorOf(() -> RdsContext.parse("reconnectMinDelay: soon", new Properties())).contains("'reconnectMinDelay'"));
        assertTrue(errorOf(() -> RdsContext.parse("security: none", new Properties())).contains("REQUIRED, PLAINTEXT"));
        assertTrue(errorOf(() -> RdsContext.parse("pingEnable: 1", new Properties())).contains("true or false"));
        assertTrue(errorOf(() -> RdsContext.parse("mtu:", new Properties())).contains("'mtu'"));
        assertTrue(errorOf(() -> RdsContext.parse("- a", new Properties())).contains("mapping"));
        assertTrue(errorOf(() -> RdsContext.parse("a: [", new Properties())).contains("not YAML"));
        assertTrue(errorOf(() -> RdsContext.load(Path.of("/does/not/exist"))).contains("/does/not/exist"));
    }

    @Test
    void shouldDemandSecurityFilesUnlessPlaintextIsAskedFor() {
        final RdsContext context = new RdsContext(new Properties()).address("10.0.0.1/24");
        assertTrue(errorOf(context::conclude).contains("PLAINTEXT by name"));
        context.certificate(Path.of("a")).privateKey(Path.of("b")).trust(Path.of("c")).conclude();
    }

    @Test
    void shouldReadFurtherTrustDomainsAndLimitsOfHandshakes() {
        final RdsContext context = RdsContext.parse("""
            federatedTrust: partner.example=/etc/p.pem, third.example=/etc/t.pem
            peerList: /etc/peers.yaml
            pathMaxAge: 3600s
            strictExpiry: true
            handshakeTimeout: 2s
            maxHandshakes: 10
            maxHandshakesPerHost: 3
            handshakeRate: 40
            handshakeRatePerHost: 4
            """, new Properties());
        assertEquals(Map.of("partner.example", Path.of("/etc/p.pem"), "third.example", Path.of("/etc/t.pem")),
            context.federatedBundles());
        assertEquals(Path.of("/etc/peers.yaml"), context.peerList());
        assertEquals(3_600_000_000_000L, context.pathMaxAgeNs());
        assertTrue(context.strictExpiry());
        assertEquals(2_000_000_000L, context.handshakeTimeoutNs());
        assertEquals(List.of(10, 3, 40, 4), List.of(context.maxHandshakes(), context.maxHandshakesPerHost(),
            context.handshakeRate(), context.handshakeRatePerHost()));
        for (final String wrong : List.of("x", "=y", "x=", "a=b,,c=d", "a=b,a=c")) {
            assertTrue(errorOf(() -> plain().federatedTrust(wrong).conclude()).contains("'federatedTrust'"), wrong);
        }
        assertTrue(errorOf(() -> plain().peerList(Path.of("x")).conclude()).contains("'peerList'"));
        assertTrue(errorOf(() -> plain().pathMaxAgeNs(0).conclude()).contains("'pathMaxAge'"));
        assertTrue(errorOf(() -> plain().handshakeRate(0).conclude()).contains("'handshakeRate'"));
    }

    @Test
    void shouldTakeSeveralEncryptionThreadsWhereEncryptionHasThreads() {
        assertEquals(1, plain().conclude().encryptionThreads());
        assertEquals(4, RdsContext.parse("encryptionThreads: 4", new Properties()).encryptionThreads());
        assertTrue(errorOf(() -> plain().encryptionThreads(0).conclude()).contains("'encryptionThreads'"));
        assertTrue(errorOf(() -> plain().encryptionThreads(65).conclude()).contains("'encryptionThreads'"));
        assertTrue(errorOf(() -> plain().encryptionThreads(2).threadingMode(ThreadingMode.SHARED).conclude())
            .contains("DEDICATED"));
    }

    @Test
    void shouldRefuseValuesThatDoNotServe() {
        assertTrue(errorOf(() -> new RdsContext(new Properties()).conclude()).contains("'address'"));
        assertTrue(errorOf(() -> plain().address("10.0.0.1").conclude()).contains("prefix length"));
        assertTrue(errorOf(() -> plain().address("10.0.0.1/33").conclude()).contains("prefix length"));
        assertTrue(errorOf(() -> plain().address("0.0.0.0/24").conclude()).contains("'address'"));
        assertTrue(errorOf(() -> plain().gateway("fe80::1").conclude()).contains("'gateway'"));
        assertTrue(errorOf(() -> plain().maxMessageLength(8 << 20).conclude()).contains("'sendLogLength'"));
        assertTrue(errorOf(() -> plain().engineIdleStrategy("sleepy").conclude()).contains("busy-spin"));
        assertTrue(errorOf(() -> plain().reconnectMaxDelayNs(1).conclude()).contains("'reconnectMaxDelay'"));
        assertTrue(errorOf(() -> plain().mtu(100).conclude()).contains("'mtu'"));
        assertTrue(errorOf(() -> plain().nodeName(" ").conclude()).contains("'nodeName'"));
        assertTrue(errorOf(() -> plain().nodeName("ö".repeat(61)).conclude()).contains("'nodeName'"));
    }

    @Test
    void shouldConcludeOnceAndFreeze() {
        final RdsContext context = plain().receiveBufferLength(100_000).conclude();
        assertEquals(131_072, context.receiveBufferLength());
        errorOf(context::conclude);
        errorOf(() -> context.mtu(9000));
    }

    @Test
    void shouldPrintItselfAsYamlThatReadsBack() {
        final String text = plain().keepAliveCount(9).conclude().toString();
        final String valuesOnly = text.replaceAll("(?m)^\\w+: $", "");
        final RdsContext back = RdsContext.parse(valuesOnly, new Properties());
        assertEquals(text, back.conclude().toString());
        assertEquals(9, back.keepAliveCount());
    }

    @Test
    void shouldReconnectSlowlyUnlessLinuxIsToBeMatchedOrTimesAreSet() {
        final RdsContext slow = plain().conclude();
        assertEquals(50_000_000L, slow.reconnectMinDelayNs());
        assertEquals(30_000_000_000L, slow.reconnectMaxDelayNs());
        assertEquals(10_000_000_000L, slow.reconnectResetAfterNs());
        assertEquals(100, slow.connectBudget());
        final RdsContext exact = plain().linuxExact(true).reconnectMaxDelayNs(2_000_000_000L).conclude();
        assertEquals(4_000_000L, exact.reconnectMinDelayNs());
        assertEquals(2_000_000_000L, exact.reconnectMaxDelayNs());
        assertEquals(0, exact.reconnectResetAfterNs());
    }

    @Test
    void shouldTakeOneOrEightPathsAndNoAddressThatNeedsALink() {
        assertEquals(8, plain().paths(8).conclude().paths());
        assertTrue(errorOf(() -> plain().paths(4).conclude()).contains("'paths'"));
        assertEquals(8, plain().paths(8).maxConnections(8).conclude().maxConnections());
        assertTrue(errorOf(() -> plain().paths(8).maxConnections(7).conclude()).contains("'maxConnections' is 7"));
        assertTrue(errorOf(() -> plain().address("fe80::1/64").conclude()).contains("link-local"));
        assertEquals("fd00::1", RdsAddress.hostText(
            plain().address("fd00::1/64").gateway("fd00::ff").conclude().localAddress().high(), 1));
        assertTrue(plain().address("::ffff:10.0.0.1/24").conclude().localAddress().isIpv4());
    }

    /** Keep-alive by the numbers of Linux's RDS: an idle dead peer is noticed after some half a minute. */
    @Test
    void shouldKeepConnectionsAliveAsLinuxDoes() {
        assertEquals(5_000_000_000L, plain().keepAliveIdleNs());
        assertEquals(5_000_000_000L, plain().keepAliveIntervalNs());
        assertEquals(5, plain().keepAliveCount());
        assertEquals(2, plain().keepAliveCount(2).conclude().keepAliveCount());
        assertTrue(errorOf(() -> plain().keepAliveCount(1).conclude()).contains("'keepAliveCount' is 1: it must be in 2..255"));
    }
}
