package org.rds4j.tests.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.tests.guest.GuestNetwork.Device;
import org.rds4j.tests.support.NodeFiles;

/**
 * A node and a peer that is none: OpenSSL makes its handshake, and its records are the kernel's (kTLS). Each test has an address
 * of its own for the peer; one below the node's makes it dial, and the client of TLS. Tests that need the same node share it.
 */
@Timeout(150)
class LinuxKtlsIT {
    private static final String NET = "198.18.81.";
    private static final String NODE = NET + 100;
    private static final int MANY = 10_000;
    private static final int FEW = 1_000;
    private static final int SOFT_RECORDS = 50;
    /** Alerts. */
    private static final int BAD_RECORD_MAC = 20;
    private static final int INTERNAL_ERROR = 80;
    private static final String FAREWELL = "alert: level 1, 0\nend: closed\n";

    @TempDir
    private static Path directory;

    private static NodeFiles credentials;
    private static GuestNetwork network;
    private static LinuxGuest guest;
    private static String secondKey;
    private static CommandProcess node;

    private String countersBefore;

    @BeforeAll
    static void bootGuest() {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        final Path image = LinuxGuest.imageWithTls(directory);
        network = new GuestNetwork();
        guest = new LinuxGuest(image, network.namespace(), GuestNetwork.GUEST);
        guest.run("rmmod rds_tcp"); // has the port that the peer needs
        final DemoAuthority authority = NodeFiles.authority();
        credentials = new NodeFiles(directory, "ours").identity(authority).trust(authority);
        final NodeFiles peers = new NodeFiles(directory, "peer").identity(authority).trust(authority);
        for (final String file : new String[] {"node.pem", "node.key", "trust.pem"}) {
            guest.write("/tmp/" + file, peers.read(file));
        }
        secondKey = guest.run("rds-ktls kernel").strip();
    }

    @AfterAll
    static void endGuest() {
        CloseHelper.closeAll(node, guest, network);
    }

    @BeforeEach
    void rememberCounters() {
        countersBefore = node.run("counters");
    }

    private static void startNode(final String... properties) {
        CloseHelper.close(node);
        node = network.node(Device.NET_TAP, NODE + "/24", credentials, properties);
        network.plugIn(Device.NET_TAP);
    }

    /** An exchange at the node, on a port of its own for each peer. */
    private static Command here(final int last, final String settings) {
        return node.start("rds-exchange " + NODE + " " + port(last) + " " + NET + last + " 4000 " + settings)
            .awaitLine("bound");
    }

    private static int port(final int last) {
        return 5000 + last;
    }

    /** An exchange in the guest, whose messages have the other seed. */
    private static Command there(final int last, final String settings) {
        guest.address(NET + last + "/24");
        return guest.start("rds-ktls " + NET + last + " 4000 " + NODE + " " + port(last)
            + " name=spiffe://rds4j.demo/node/ours seed=1 " + settings);
    }

    /** Both send and receive so many messages; answers what the peer said to its end. */
    private static String exchange(final int last, final int count, final String settings) {
        final String words = "send=" + count + " receive=" + count;
        return exchange(last, words, words + " " + settings);
    }

    private static String exchange(final int last, final String ours, final String peers) {
        final Command here = here(last, ours);
        final Command there = there(last, peers);
        there.awaitDone();
        here.awaitDone();
        return there.finish();
    }

    /** One number of what somebody said. */
    private static long number(final String said, final String pattern) {
        final Matcher matcher = Pattern.compile("(?m)^" + pattern).matcher(said);
        assertTrue(matcher.find(), () -> "no '" + pattern + "' in\n" + said);
        return Long.parseLong(matcher.group(1));
    }

    private static long keyChanges(final String said, final String direction) {
        return number(said, direction + ": .*, key changes (\\d+)");
    }

    /** How often the node has counted something since the test began. */
    private long counted(final String label) {
        final String pattern = label + " (\\d+)";
        return number(node.run("counters"), pattern) - number(countersBefore, pattern);
    }

    private void awaitCounted(final long wanted, final String label) throws InterruptedException {
        for (int i = 0; i < 100 && counted(label) != wanted; i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertEquals(wanted, counted(label), label);
    }

    /** The kernel did every record of both directions, under the first key, and farewell was said on both sides. */
    private static void assertKernelDidAll(final String said) {
        final long sent = number(said, "done: .* records (\\d+)");
        assertEquals(sent, number(said, "tx: by the kernel, number (\\d+), key changes 0"), said);
        assertTrue(number(said, "rx: by the kernel, number (\\d+), key changes 0") > 0, said);
        assertTrue(said.endsWith(FAREWELL), said);
    }

    private void assertNothingRefused() {
        assertEquals(0, counted("node_record_refused"));
        assertEquals(0, counted("node_truncated"));
    }

    /** With a node as it is without further settings. */
    @Nested
    class Records {
        @BeforeAll
        static void start() {
            startNode();
        }

        @Test
        void shouldCarryTenThousandMessagesEachWay() {
            final String said = exchange(1, MANY, "");
            assertTrue(said.contains(", AES-128\n"), said);
            assertKernelDidAll(said);
            assertNothingRefused();
        }

        /** The numbers before it are the library's. The peer asks for the cipher that the node does not ask for. */
        @ParameterizedTest
        @ValueSource(ints = {2, 202})
        void shouldBeginInTheKernelWithNumberFive(final int last) {
            final String said = exchange(last, FEW, "tx=5 rx=5 cipher=256");
            assertTrue(said.contains(", AES-256\n"), said);
            assertKernelDidAll(said);
            assertNothingRefused();
        }

        /** What the node says first is in the socket before the kernel gets the key, and tickets come before the marker. */
        @Test
        void shouldNotBeLostAtTheSwitchFromTlsToTheKernel() {
            assertKernelDidAll(exchange(203, FEW, "tickets=3 pause=500"));
            assertNothingRefused();
        }

        /** The library does what a kernel cannot, which takes no second key: whole directions. */
        @ParameterizedTest
        @ValueSource(ints = {4, 204})
        void shouldChangeKeysByThePeersWill(final int last) {
            final String said = exchange(last, FEW, "rekey=" + SOFT_RECORDS);
            assertTrue(keyChanges(said, "tx") >= 3, said);
            assertEquals(keyChanges(said, "tx"), counted("crypto-key-updates-received"), said);
            assertTrue(said.endsWith(FAREWELL), said);
        }

        /** An error told by a control message ends the connection at once. */
        @Test
        void shouldCarryAnAlertOfThePeer() throws InterruptedException {
            final String said = exchange(205, 10, "alert=" + INTERNAL_ERROR);
            assertTrue(said.endsWith("end: receive ECONNRESET\n"), said);
            awaitCounted(1, "node_alert_received");
        }

        /** Under another key each record is a changed one. */
        @Test
        void shouldBeRefusedByTheNodeWhichTellsTheKernel() throws InterruptedException {
            here(206, "send=10");
            final Command there = there(206, "receive=10 fault=send-key");
            assertEquals(1, there.exitCode());
            assertTrue(there.text().contains("alert: level 2, " + BAD_RECORD_MAC + "\n"), there.text());
            awaitCounted(1, "node_record_refused");
            assertEquals(1, counted("crypto-open-bad-mac"));
        }

        @Test
        void shouldBeRefusedByTheKernelAndTheNodeTold() throws InterruptedException {
            here(207, "send=10");
            final Command there = there(207, "receive=10 fault=receive-key");
            assertEquals(1, there.exitCode());
            assertTrue(there.text().endsWith("end: receive EBADMSG\n"), there.text());
            awaitCounted(1, "node_alert_received");
            assertEquals(1, number(guest.run("cat /proc/net/tls_stat"), "TlsDecryptError *\\t(\\d+)"));
        }
    }

    /** With a node that asks for AES-256, and is closed first. */
    @Nested
    class LongKeys {
        @BeforeAll
        static void start() {
            startNode("cipher=AES_256_GCM");
        }

        @Test
        void shouldCarryTenThousandMessagesEachWayAndAFarewell() {
            final String words = "send=" + MANY + " receive=" + MANY;
            final Command here = here(211, words);
            final Command there = there(211, words + " linger=60");
            there.awaitDone();
            here.awaitDone();
            assertNothingRefused();
            node.close();
            final String said = there.finish();
            assertTrue(said.contains(", AES-256\n"), said);
            assertKernelDidAll(said);
        }
    }

    /** With a node that changes its key all the time, and reminds its peer of a key that is due. */
    @Nested
    class ShortLivedKeys {
        @BeforeAll
        static void start() {
            startNode("key.softRecords=" + SOFT_RECORDS, "key.hardRecords=1500");
        }

        /** In the kernel, where it takes another key; else libcrypto opens what the node sends. */
        @ParameterizedTest
        @ValueSource(ints = {21, 221})
        void shouldBeFollowed(final int last) {
            final String said = exchange(last, FEW, "rekeyed=1");
            assertTrue(keyChanges(said, "rx") >= 3, said);
            assertEquals(keyChanges(said, "rx"), counted("crypto-key-updates-sent"), said);
            assertTrue(said.endsWith(FAREWELL), said);
        }

        /** Such a kernel again, with a peer that has said so: new connections instead of new keys, and nothing is lost. */
        @ParameterizedTest
        @ValueSource(ints = {31, 231})
        void shouldBeThoseOfNewConnectionsForAPeerWhoseKeysStay(final int last) {
            final String words = "send=1000 receive=1000 size=2000 ";
            final String said = exchange(last, words + "gap=1000", words + "fixed=1 connections=1000");
            assertTrue(said.lines().filter("end: closed"::equals).count() >= 3, said);
            assertEquals(0, keyChanges(said, "tx") + keyChanges(said, "rx"), said);
            assertTrue(said.contains("rx: by the kernel"), said);
            assertTrue(counted("node_path_renewed") >= 3);
            assertEquals(0, counted("crypto-key-updates-sent"));
            assertEquals(0, counted("node_alert_received"));
            assertNothingRefused();
        }

        @Test
        void shouldBeThePeersToo() {
            final String said = exchange(224, 4 * FEW, "rekeyed=1");
            assertTrue(keyChanges(said, "tx") >= 1, said);
            assertEquals(keyChanges(said, "tx"), counted("crypto-key-updates-asked"), said);
            assertEquals(keyChanges(said, "tx"), counted("crypto-key-updates-received"), said);
        }

        @Test
        void shouldBeFollowedByAKernelThatTakesAnotherKey() {
            assumeTrue(secondKey.endsWith("taken"), "this kernel's answer to another key: " + secondKey);
            final String said = exchange(222, FEW, "rekeyed=1 rekey=" + SOFT_RECORDS);
            assertTrue(number(said, "tx: by the kernel, .*, key changes (\\d+)") >= 3, said);
            assertTrue(number(said, "rx: by the kernel, .*, key changes (\\d+)") >= 3, said);
        }

        @Test
        void shouldBeDemandedByAKernelThatTakesAnotherKey() throws InterruptedException {
            assumeTrue(secondKey.endsWith("taken"), "this kernel's answer to another key: " + secondKey);
            assertEndsByName(225, " fault=one-key", "EKEYEXPIRED");
        }

        /** Linux before 6.14: it has acknowledged what it cannot open, so that is lost; but both sides know. */
        @Test
        void shouldEndTheConnectionOfAKernelThatTakesNoOtherKey() throws InterruptedException {
            assumeTrue(secondKey.endsWith("EBUSY"), "this kernel's answer to another key: " + secondKey);
            assertEndsByName(223, "", "EBUSY");
        }

        private void assertEndsByName(final int last, final String settings, final String error) throws InterruptedException {
            here(last, "send=" + FEW);
            final Command there = there(last, "receive=" + FEW + settings);
            assertEquals(1, there.exitCode());
            assertTrue(there.text().endsWith("end: receive " + error + "\n"), there.text());
            awaitCounted(1, "node_alert_received");
        }
    }

    /** With a node whose NIC, a modelled one, seals and opens large records, between those of software. */
    @Nested
    class RecordsOfANic {
        @BeforeAll
        static void start() {
            startNode("nic.threshold=4096");
        }

        @ParameterizedTest
        @ValueSource(ints = {51, 251})
        void shouldBeTheKernelsToo(final int last) {
            assertKernelDidAll(exchange(last, MANY, ""));
            assertNothingRefused();
            assertEquals(0, counted("tls-fallbacks") + counted("tls-refused") + counted("tls-err"));
            assertCountedMoreThan(MANY / 10, "tls-device-records");
            assertCountedMoreThan(10, "crypto-records-sealed"); // between them
            assertCountedMoreThan(MANY / 10, "tls-records-decrypted");
        }

        private void assertCountedMoreThan(final long least, final String label) {
            final long count = counted(label);
            assertTrue(count > least, () -> label + " " + count);
        }
    }

    /** With a node that makes new connections all the time: key changes that no kernel has to follow. */
    @Nested
    class Connections {
        @BeforeAll
        static void start() {
            startNode("pathMaxAge=1s");
        }

        /** So slowly that the farewell does not stand in a long queue at the peer. */
        @ParameterizedTest
        @ValueSource(ints = {41, 241})
        void shouldFollowEachOtherWithoutLoss(final int last) {
            final String words = "send=3000 receive=3000 size=2000 ";
            final String said = exchange(last, words + "gap=1000", words + "connections=100");
            assertTrue(said.lines().filter("end: closed"::equals).count() >= 2, said);
            assertTrue(counted("node_path_renewed") >= 1);
        }
    }
}
