package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.agrona.CloseHelper;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsConfigurationException;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.certificate.PemException;
import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.node.PlainStream;
import org.rds4j.node.RdsNode;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.NodeFiles;
import org.rds4j.tests.support.TwoNodes;

/** Who becomes a peer and who does not, of those with and without certificates; and what attackers of handshakes come to. */
@Timeout(120)
class PeerAdmissionTest {
    private static final int PORT = 4000;
    private static final int TCP_PORT = 16_385;
    private static final long TIMEOUT_NS = TwoNodes.PATIENCE_NS;
    private static final Duration DAY = Duration.ofDays(1);
    private static final int HELLO_LENGTH = 300;

    @TempDir
    private Path directory;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private final DemoAuthority authority = NodeFiles.authority();
    private NodeFiles first;
    private NodeFiles second;

    private void makeFiles() {
        first = new NodeFiles(directory, "first").identity(authority).trust(authority);
        second = new NodeFiles(directory, "second").identity(authority).trust(authority);
    }

    private TwoNodes nodes(final EpochClock clock, final UnaryOperator<RdsContext> settingsOfSecond) {
        return new TwoNodes(
            RdsNode.with(first.apply(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.INVOKER, null, "first")))
                .link(link.first()).epochClock(clock).launch(),
            RdsNode.with(settingsOfSecond.apply(
                second.apply(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.INVOKER, null, "second"))))
                .link(link.second()).epochClock(clock).launch(),
            ThreadingMode.INVOKER);
    }

    private TwoNodes nodes() {
        return nodes(System::currentTimeMillis, UnaryOperator.identity());
    }

    /** The first sends, and either side has a reason; not one message passes. */
    private void requireRefusal(final TwoNodes nodes, final RdsNode refusing, final String reason, final int level) {
        try (RdsSocket from = TwoNodes.bound(nodes.first(), PORT); RdsSocket to = TwoNodes.bound(nodes.second(), PORT)) {
            final long before = TwoNodes.counter(refusing, "peer_refused_" + reason);
            assertTrue(from.offer(TwoNodes.at(nodes.second(), PORT), new UnsafeBuffer(new byte[9]), 0, 9, level) > 0);
            nodes.await("a refusal for " + reason, () -> TwoNodes.counter(refusing, "peer_refused_" + reason) > before);
            for (int i = 0; i < 1_000; i++) {
                nodes.work();
            }
            assertEquals(0, to.poll((buffer, offset, length, info) -> { }, 1));
            assertEquals(0, TwoNodes.counter(nodes.second(), "recv_delivered"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "first|spiffe://rds4j.demo/node/third|''|not_listed", "second|spiffe://rds4j.demo/node/third|''|not_listed",
        "first|spiffe://rds4j.demo/node/*|, addresses: [10.0.0.3]|address",
        "second|spiffe://rds4j.demo/node/*|, addresses: [10.0.0.3]|address",
        "first|spiffe://rds4j.demo/**|, levels: [6]|level", "second|spiffe://rds4j.demo/**|, levels: [6]|level"})
    void shouldRefuseAValidCertificateThatTheListDoesNotLetIn(
        final String who, final String identity, final String rest, final String reason) {
        makeFiles();
        final boolean isFirst = "first".equals(who);
        (isFirst ? first : second).peers("peers: [{identity: '" + identity + "'" + rest + "}]");
        try (TwoNodes nodes = nodes()) {
            requireRefusal(nodes, isFirst ? nodes.first() : nodes.second(), reason, 0);
        }
    }

    @Test
    void shouldOpenTheLanesOfTheLevelsThatAPeerMayUse() {
        makeFiles();
        second.peers("peers: [{identity: 'spiffe://rds4j.demo/node/first', levels: [6]}]");
        try (TwoNodes nodes = nodes();
            RdsSocket from = TwoNodes.bound(nodes.first(), PORT + 1); RdsSocket to = TwoNodes.bound(nodes.second(), PORT + 1)) {
            assertTrue(from.offer(TwoNodes.at(nodes.second(), PORT + 1), new UnsafeBuffer(new byte[9]), 0, 9, 6) > 0);
            nodes.await("what is allowed", () -> to.poll((buffer, offset, length, info) -> assertEquals(0, info.lane()), 1) > 0);
            assertTrue(from.offer(TwoNodes.at(nodes.second(), PORT + 1), new UnsafeBuffer(new byte[9]), 0, 9, 0) > 0);
            nodes.await("what is not", () -> TwoNodes.counter(nodes.second(), "peer_refused_level") > 0);
            assertEquals(0, to.poll((buffer, offset, length, info) -> { }, 1));
        }
    }

    @Test
    void shouldRefuseACertificateThatIsWithdrawn() {
        makeFiles();
        final var identity = authority.newIdentity("node/first", DAY);
        first.identity(identity);
        second.peers("{peers: [{identity: 'spiffe://rds4j.demo/**'}], revoked: ['"
            + identity.chain().getFirst().getSerialNumber().toString(16) + "']}");
        try (TwoNodes nodes = nodes()) {
            requireRefusal(nodes, nodes.second(), "revoked", 0);
        }
    }

    @Test
    void shouldNotLetInAManInTheMiddleWithACertificateOfHisOwnMaking() {
        makeFiles();
        final DemoAuthority self = NodeFiles.authority();
        second.identity(self.newIdentity("node/second", DAY)).trust(self, authority);
        try (TwoNodes nodes = nodes()) {
            requireRefusal(nodes, nodes.first(), "untrusted", 0);
        }
    }

    @Test
    void shouldTakePeersOfAnotherDomainOnlyWithItsBundleAndAnEntry() {
        final DemoAuthority partner = new DemoAuthority("partner.example", Instant.now(), new SecureRandom());
        makeFiles();
        first.identity(partner.newIdentity("node/first", DAY)).trust(partner);
        final Path ours = directory.resolve("ours.pem");
        final Path theirs = directory.resolve("theirs.pem");
        authority.writeTrustBundle(ours);
        partner.writeTrustBundle(theirs);
        first.peers("peers: [{identity: 'spiffe://rds4j.demo/**'}]");
        final NodeFiles firstWithFederation = first;
        for (int step = 0; step < 3; step++) {
            if (step == 2) {
                second.peers("peers: [{identity: 'spiffe://partner.example/node/first'}]");
            }
            final int now = step;
            try (TwoNodes nodes = new TwoNodes(
                RdsNode.with(firstWithFederation.apply(
                    TwoNodes.context(TwoNodes.FIRST, ThreadingMode.INVOKER, null, "first"))
                    .federatedTrust("rds4j.demo=" + ours)).link(new KeptOpen(link.first())).launch(),
                RdsNode.with(second.apply(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.INVOKER, null, "second"))
                    .federatedTrust(now == 0 ? "" : "partner.example=" + theirs)).link(new KeptOpen(link.second())).launch(),
                ThreadingMode.INVOKER)) {
                if (step < 2) {
                    requireRefusal(nodes, nodes.second(), step == 0 ? "foreign_domain" : "not_listed", 0);
                } else {
                    exchange(nodes, 10);
                }
            }
        }
    }

    private static void exchange(final TwoNodes nodes, final int count) {
        try (Traffic traffic = new Traffic(nodes, new SplittableRandom(1), 1, 2_000)) {
            traffic.exchange(count, count);
        }
    }

    /** By the default a path outlives its certificate until its next handshake; with strictExpiry it does not. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTreatAnExpiredCertificateOfALivePathAsDocumented(final boolean isStrict) {
        makeFiles();
        first.identity(authority.newIdentity("node/first", Duration.ofHours(1)));
        final AtomicLong offsetMs = new AtomicLong();
        try (TwoNodes nodes = nodes(() -> System.currentTimeMillis() + offsetMs.get(),
            context -> context.strictExpiry(isStrict))) {
            exchange(nodes, 10);
            offsetMs.set(Duration.ofHours(2).toMillis());
            if (isStrict) {
                nodes.await("the end of the path", () -> TwoNodes.counter(nodes.second(), "node_peer_expelled") > 0);
                nodes.await("a refusal", () -> TwoNodes.counter(nodes.second(), "peer_refused_expired") > 1);
            } else {
                workFor(nodes, 600_000_000L);
                exchange(nodes, 10);
                assertEquals(0, TwoNodes.counter(nodes.second(), "node_peer_expelled"));
            }
            assertEquals(0, TwoNodes.counter(nodes.first(), "certificate_seconds_left"));
        }
    }

    private static void workFor(final TwoNodes nodes, final long durationNs) {
        final long untilNs = System.nanoTime() + durationNs;
        nodes.await("time", () -> System.nanoTime() - untilNs > 0);
    }

    @Test
    void shouldNotStartWithoutAName() {
        makeFiles();
        second.write("node.pem", first.read("node.pem"));
        final PemException mixed = assertThrows(PemException.class, () -> launchSecond(UnaryOperator.identity()));
        assertTrue(mixed.getMessage().contains("is not the key"), mixed.getMessage());
        makeFiles();
        final RdsConfigurationException twice = assertThrows(RdsConfigurationException.class,
            () -> launchSecond(context -> context.federatedTrust("rds4j.demo=" + directory.resolve("second/trust.pem"))));
        assertTrue(twice.getMessage().contains("'federatedTrust'"), twice.getMessage());
    }

    private void launchSecond(final UnaryOperator<RdsContext> settings) {
        RdsNode.with(settings.apply(second.apply(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.INVOKER, null, "second"))))
            .link(link.second()).launch().close();
    }

    /** Strangers on plain TCP connections of the first node to the second's port for peers. */
    private List<PlainStream> strangers(final TwoNodes nodes, final int count) {
        final List<PlainStream> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            streams.add(stranger(nodes));
        }
        return streams;
    }

    private static PlainStream stranger(final TwoNodes nodes) {
        return nodes.first().connectStream(RdsAddress.parse("10.0.0.2:" + TCP_PORT), TIMEOUT_NS);
    }

    private TwoNodes dedicated(final UnaryOperator<RdsContext> settingsOfSecond) {
        makeFiles();
        return new TwoNodes(
            RdsNode.with(first.apply(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, null, "first"))
                .maxConnections(256)).link(link.first()).launch(),
            RdsNode.with(settingsOfSecond.apply(
                second.apply(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.DEDICATED, null, "second").maxConnections(256))))
                .link(link.second()).launch(),
            ThreadingMode.DEDICATED);
    }

    @Test
    void shouldServeAPeerWhileStrangersHoldEveryPlaceWithoutAWord() {
        try (TwoNodes nodes = dedicated(context -> context.maxHandshakes(16).maxHandshakesPerHost(1 << 16))) {
            final List<PlainStream> silent = strangers(nodes, 40);
            try {
                workFor(nodes, 200_000_000L);
                final long beforeNs = System.nanoTime();
                exchange(nodes, 1);
                final long tookNs = System.nanoTime() - beforeNs;
                assertTrue(tookNs < 1_000_000_000L, "a peer is served within a second, not " + tookNs + " ns");
                assertTrue(TwoNodes.counter(nodes.second(), "node_greeting_displaced") > 0);
                assertEquals(0, TwoNodes.counter(nodes.second(), "node_handshake_timeout"));
            } finally {
                CloseHelper.closeAll(silent);
            }
        }
    }

    @Test
    void shouldGiveUpOnStrangersWhoDoNotSpeakOrSpeakSlowly() {
        try (TwoNodes nodes = dedicated(context -> context.handshakeTimeoutNs(500_000_000L));
            PlainStream silent = stranger(nodes); PlainStream slow = stranger(nodes)) {
            final long beforeNs = System.nanoTime();
            int sent = 0;
            while (!slow.isEnded() && System.nanoTime() - beforeNs < TIMEOUT_NS) {
                slow.write(new byte[] {sent == 0 ? 22 : (byte) (sent < 3 ? 3 : 1)}, TIMEOUT_NS);
                sent++;
                workFor(nodes, 20_000_000L);
            }
            final long tookNs = System.nanoTime() - beforeNs;
            nodes.await("both to be given up", () -> TwoNodes.counter(nodes.second(), "node_handshake_timeout") == 2);
            assertTrue(tookNs > 300_000_000L && tookNs < 3_000_000_000L, tookNs + " ns");
            assertTrue(silent.isEnded());
            exchange(nodes, 1);
        }
    }

    @Test
    void shouldBoundTheHandshakesOfOneAddressAndCountThem() {
        try (TwoNodes nodes = dedicated(context -> context.maxHandshakesPerHost(4))) {
            final List<PlainStream> silent = strangers(nodes, 4);
            try (PlainStream fifth = stranger(nodes)) {
                nodes.await("a reset", fifth::isEnded);
                assertEquals(1, TwoNodes.counter(nodes.second(), "node_greetings_full_host"));
                assertFalse(silent.getFirst().isEnded());
            } finally {
                CloseHelper.closeAll(silent);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"5,1000,node_handshake_rate_host", "1000,5,node_handshake_rate"})
    void shouldBoundTheRateOfHandshakesAndCountWhatIsBeyond(final int ofHost, final int ofAll, final String counter) {
        try (TwoNodes nodes = dedicated(context -> context.handshakeRatePerHost(ofHost).handshakeRate(ofAll))) {
            CloseHelper.closeAll(strangers(nodes, 40));
            nodes.await("a limit", () -> TwoNodes.counter(nodes.second(), counter) > 0);
            assertTrue(TwoNodes.counter(nodes.second(), "crypto-handshakes-started") <= 40);
            exchange(nodes, 1);
        }
    }

    /** A chain without end: what a peer may make a node read before it is known is bounded. */
    @Test
    void shouldBoundWhatAPeerMaySendInAHandshake() {
        makeFiles();
        final PemIdentity identity = authority.newIdentity("node/first", DAY);
        final List<X509Certificate> chain = new ArrayList<>(identity.chain());
        chain.addAll(Collections.nCopies(220, authority.trustBundle().authorities().getFirst()));
        first.identity(new PemIdentity(chain, identity.key()));
        try (TwoNodes nodes = nodes();
            RdsSocket from = TwoNodes.bound(nodes.first(), PORT); RdsSocket to = TwoNodes.bound(nodes.second(), PORT)) {
            assertTrue(from.offer(TwoNodes.at(nodes.second(), PORT), new UnsafeBuffer(new byte[9]), 0, 9) > 0);
            nodes.await("its end", () -> TwoNodes.counter(nodes.second(), "node_handshake_too_long") > 0);
            assertEquals(0, to.poll((buffer, offset, length, info) -> { }, 1));
        }
    }

    /** What is no TLS 1.3, first: an RDS header, HTTP, SSLv2, a TLS 1.2 hello without extensions. */
    @Test
    void shouldNotFallBackToAnythingLess() {
        final byte[] header = new byte[48];
        header[7] = 1;
        final byte[] old = new byte[HELLO_LENGTH];
        old[0] = 22;
        old[1] = 3;
        old[2] = 3;
        old[4] = 43;
        old[5] = 1;
        old[8] = 39;
        old[9] = 3;
        old[10] = 3;
        old[45] = 2;
        old[46] = (byte) 0xc0;
        old[47] = 0x10;
        old[48] = 1;
        final List<byte[]> openings = List.of(header, "GET / HTTP/1.1\r\n\r\n".getBytes(
            StandardCharsets.US_ASCII), new byte[] {(byte) 0x80, 0x2e, 1, 0, 2, 0, 0x15}, old);
        try (TwoNodes nodes = dedicated(UnaryOperator.identity())) {
            for (int i = 0; i < openings.size(); i++) {
                final int failed = i + 1;
                try (PlainStream stranger = stranger(nodes)) {
                    stranger.write(openings.get(i), TIMEOUT_NS);
                    nodes.await("opening " + failed + " to be refused",
                        () -> TwoNodes.counter(nodes.second(), "node_handshake_failed") == failed && stranger.isEnded());
                }
            }
            assertEquals(0, TwoNodes.counter(nodes.second(), "paths"));
            exchange(nodes, 1);
        }
    }
}
