package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.RdsContext;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.tests.support.NodeFiles;

/** Certificates, keys and bundles replaced under load, in virtual time: nothing is lost, and nobody waits. */
@Timeout(300)
class CredentialReloadTest {
    private static final int RELOADS = 100;
    private static final int KEY_CHANGES = 100;
    private static final long SEND_INTERVAL_NS = 500_000L;
    private static final long RELOAD_INTERVAL_NS = 600_000_000L;
    private static final long MOST_PAUSE_NS = 5_000_000L;
    private static final WireConditions WIRE = WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20);

    @TempDir
    private Path directory;

    /** Running, and beyond its beginning. */
    private static SteadyPair world(final UnaryOperator<RdsContext> settings) {
        return world(settings, KeyLimits.DEFAULT);
    }

    private static SteadyPair world(final UnaryOperator<RdsContext> settings, final KeyLimits limits) {
        final SteadyPair world = new SteadyPair(WIRE, settings, limits, SEND_INTERVAL_NS);
        world.run(RELOAD_INTERVAL_NS);
        world.forgetPauses();
        return world;
    }

    private static UnaryOperator<RdsContext> settings(
        final NodeFiles first, final NodeFiles second, final long maxAgeNs) {
        return context -> ("10.0.0.1/24".equals(context.address()) ? first : second).apply(context).pathMaxAgeNs(maxAgeNs);
    }

    /** Of both nodes' certificates together: each is for a day longer than the one before, so these are the last ones. */
    private static void requireDaysLeft(final SteadyPair world, final int days) {
        final long leftS = world.count("certificate_seconds_left");
        assertEquals(days, Math.round((double) leftS / Duration.ofDays(1).toSeconds()), leftS + " s");
    }

    @Test
    void shouldLoseNothingAndWaitForNothingInAHundredReloads() {
        final DemoAuthority authority = NodeFiles.authority();
        final NodeFiles first = new NodeFiles(directory, "first").identity(authority).trust(authority);
        final NodeFiles second = new NodeFiles(directory, "second").identity(authority).trust(authority);
        try (SteadyPair world = world(settings(first, second, 86_400_000_000_000L))) {
            for (int i = 0; i < RELOADS; i++) {
                (i % 2 == 0 ? first : second).identity(authority, i + 1);
                world.run(RELOAD_INTERVAL_NS);
            }
            assertEquals(RELOADS, world.count("credentials_loaded"));
            requireDaysLeft(world, 2 * RELOADS - 1);
            assertEquals(0, world.count("credentials_rejected"));
            assertEquals(1, world.count("passive-opens"), "the path stays");
            assertTrue(world.longestPauseNs() <= MOST_PAUSE_NS, world.longestPauseNs() + " ns");
            world.finish();
        }
    }

    /** Both at once: neither kind of change stops a message for longer than a few of its own length. */
    @Test
    void shouldLoseNothingAndWaitForNothingInAHundredReloadsAndHundredsOfKeyChanges() {
        final DemoAuthority authority = NodeFiles.authority();
        final NodeFiles first = new NodeFiles(directory, "first").identity(authority).trust(authority);
        final NodeFiles second = new NodeFiles(directory, "second").identity(authority).trust(authority);
        try (SteadyPair world = world(
            settings(first, second, 86_400_000_000_000L), new KeyLimits(400, 800, 1L << 33, 1L << 34))) {
            for (int i = 0; i < RELOADS; i++) {
                (i % 2 == 0 ? first : second).identity(authority);
                world.run(RELOAD_INTERVAL_NS);
            }
            world.finish();
            assertEquals(RELOADS, world.count("credentials_loaded"));
            assertEquals(1, world.count("passive-opens"), "the path stays");
            final long changes = world.count("crypto-key-updates-sent");
            assertTrue(changes >= 2 * KEY_CHANGES, changes + " key changes");
            assertEquals(changes, world.count("crypto-key-updates-received"));
            assertEquals(0, world.count("crypto-key-updates-asked"), "nobody has to be reminded");
            System.out.printf(
                "%d reloads and %d key changes, %d messages: longest pause %.3f ms, a message every %.3f ms%n", RELOADS, changes,
                world.checker().delivered(), world.longestPauseNs() / 1e6, SEND_INTERVAL_NS / 1e6);
            assertTrue(world.longestPauseNs() <= MOST_PAUSE_NS, world.longestPauseNs() + " ns");
        }
    }

    /** Each certificate, and each authority in its time, is what a handshake is made with. */
    @Test
    void shouldLoseNothingWhilePathsAreRenewedAndAuthoritiesFollowOneAnother() {
        DemoAuthority authority = NodeFiles.authority();
        final NodeFiles first = new NodeFiles(directory, "first").identity(authority).trust(authority);
        final NodeFiles second = new NodeFiles(directory, "second").identity(authority).trust(authority);
        try (SteadyPair world = world(settings(first, second, RELOAD_INTERVAL_NS))) {
            for (int i = 0; i < RELOADS / 4; i++) {
                final DemoAuthority next = NodeFiles.authority();
                first.trust(authority, next);
                second.trust(authority, next);
                world.run(RELOAD_INTERVAL_NS);
                first.identity(next, i + 2);
                world.run(RELOAD_INTERVAL_NS);
                second.identity(next, i + 2);
                world.run(2 * RELOAD_INTERVAL_NS);
                first.trust(next);
                second.trust(next);
                world.run(RELOAD_INTERVAL_NS);
                authority = next;
            }
            assertEquals(2 * 3 * RELOADS / 4, world.count("credentials_loaded"));
            requireDaysLeft(world, 2 * (RELOADS / 4 + 1));
            assertEquals(0, world.count("credentials_rejected"));
            assertEquals(0, world.count("node_handshake_failed"));
            assertEquals(0, world.count("node_peer_expelled"), "both had handshakes under the new authority in time");
            assertTrue(world.count("node_path_renewed") >= RELOADS, world.count("node_path_renewed") + " renewals");
            assertTrue(world.longestPauseNs() <= MOST_PAUSE_NS, world.longestPauseNs() + " ns");
            world.finish();
        }
    }

    /** A path that stands on an authority alone that is gone ends within a second, and comes back with what is trusted. */
    @Test
    void shouldEndPathsOfAnAuthorityThatIsGoneWithinASecond() {
        final DemoAuthority old = NodeFiles.authority();
        final DemoAuthority next = NodeFiles.authority();
        final NodeFiles first = new NodeFiles(directory, "first").identity(old).trust(old, next);
        final NodeFiles second = new NodeFiles(directory, "second").identity(next).trust(old, next);
        try (SteadyPair world = world(settings(first, second, 86_400_000_000_000L))) {
            second.trust(next);
            world.run(1_000_000_000L);
            assertEquals(1, AllToAll.counter(world.nodes().second(), "node_peer_expelled"));
            assertTrue(AllToAll.counter(world.nodes().second(), "peer_refused_untrusted") > 0);
            final long delivered = world.checker().delivered();
            world.run(5_000_000_000L);
            assertEquals(delivered, world.checker().delivered(), "not one more message");
            first.identity(next);
            world.run(40_000_000_000L);
            assertTrue(world.checker().delivered() > delivered);
            world.finish();
        }
    }

    @Test
    void shouldKeepWhatItHasWhileFilesDoNotServe() {
        final DemoAuthority authority = NodeFiles.authority();
        final NodeFiles first = new NodeFiles(directory, "first").identity(authority).trust(authority);
        final NodeFiles second = new NodeFiles(directory, "second").identity(authority).trust(authority);
        first.peers("peers: [{identity: 'spiffe://rds4j.demo/node/*'}]");
        final String bundle = first.read("trust.pem");
        final String certificate = first.read("node.pem");
        try (SteadyPair world = world(settings(first, second, RELOAD_INTERVAL_NS))) {
            first.write("trust.pem", bundle.substring(0, bundle.length() / 2));
            world.run(RELOAD_INTERVAL_NS);
            first.write("trust.pem", bundle);
            first.write("node.pem", second.read("node.pem"));
            world.run(RELOAD_INTERVAL_NS);
            first.write("node.key", second.read("node.key"));
            world.run(RELOAD_INTERVAL_NS);
            first.write("node.pem", certificate).peers("peers: ]");
            world.run(RELOAD_INTERVAL_NS);
            assertEquals(0, world.count("credentials_loaded"));
            assertTrue(world.count("credentials_rejected") >= 4, world.count("credentials_rejected") + " rejections");
            assertEquals(0, world.count("node_handshake_failed"));
            assertTrue(world.count("node_path_renewed") >= 4, "handshakes go on with the old ones");
            first.identity(authority).peers("peers: [{identity: 'spiffe://rds4j.demo/**'}]");
            world.run(RELOAD_INTERVAL_NS);
            assertEquals(1, world.count("credentials_loaded"));
            world.finish();
        }
    }

    /** Taken from the list of peers: the path ends at once; and not before a message of it is let in again. */
    @Test
    void shouldEndPathsOfPeersThatAreTakenFromTheList() {
        final DemoAuthority authority = NodeFiles.authority();
        final NodeFiles first = new NodeFiles(directory, "first").identity(authority).trust(authority);
        final NodeFiles second = new NodeFiles(directory, "second").identity(authority).trust(authority)
            .peers("peers: [{identity: 'spiffe://rds4j.demo/node/first', addresses: [10.0.0.0/30]}]");
        try (SteadyPair world = world(settings(first, second, 86_400_000_000_000L))) {
            second.peers("peers: [{identity: 'spiffe://rds4j.demo/node/first', addresses: [10.0.0.0/32]}]");
            world.run(1_000_000_000L);
            assertEquals(1, AllToAll.counter(world.nodes().second(), "node_peer_expelled"));
            assertTrue(AllToAll.counter(world.nodes().second(), "peer_refused_address") > 0);
            assertTrue(AllToAll.counter(world.nodes().second(), "connections-in-use") == 0);
            second.peers("peers: [{identity: 'spiffe://rds4j.demo/node/first', addresses: [10.0.0.0/30]}]");
            world.run(40_000_000_000L);
            world.finish();
        }
    }
}
