package org.rds4j.tests.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.tests.guest.GuestNetwork.Device;
import org.rds4j.tests.support.NodeFiles;

/**
 * A node and a peer that is none: OpenSSL makes its handshake, and its records are the kernel's (kTLS). The peer has an address of
 * its own for each test; with one below the node's it dials and is the client of TLS.
 */
@Timeout(150)
class LinuxKtlsIT {
    private static final String NET = "198.18.81.";
    private static final String NODE = NET + 100;
    private static final int MANY = 10_000;
    private static final int FEW = 500;

    @TempDir
    private static Path directory;

    private static NodeFiles credentials;
    private static GuestNetwork network;
    private static LinuxGuest guest;

    private CommandProcess node;

    @BeforeAll
    static void bootGuest() {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        final Path image = LinuxGuest.imageWithTls(directory);
        network = new GuestNetwork();
        guest = new LinuxGuest(image, network.namespace(), GuestNetwork.GUEST);
        guest.run("rmmod rds_tcp"); // its port is the peer's
        final DemoAuthority authority = NodeFiles.authority();
        credentials = new NodeFiles(directory, "ours").identity(authority).trust(authority);
        final NodeFiles peers = new NodeFiles(directory, "peer").identity(authority).trust(authority);
        for (final String file : new String[] {"node.pem", "node.key", "trust.pem"}) {
            guest.write("/tmp/" + file, peers.read(file));
        }
    }

    @AfterAll
    static void endGuest() {
        CloseHelper.closeAll(guest, network);
    }

    @AfterEach
    void endNode() {
        CloseHelper.close(node);
    }

    private void startNode(final String... properties) {
        node = network.node(Device.NET_TAP, NODE + "/24", credentials, properties);
        network.plugIn(Device.NET_TAP);
    }

    /** Words of an exchange at the node. */
    private static String here(final int last, final String settings) {
        return "rds-exchange " + NODE + " 4001 " + NET + last + " 4000 " + settings;
    }

    /** Words of an exchange in the guest, whose messages have the other seed. */
    private static String there(final int last, final String settings) {
        guest.address(NET + last + "/24");
        return "rds-ktls " + NET + last + " 4000 " + NODE + " 4001 name=spiffe://rds4j.demo/node/ours seed=1 " + settings;
    }

    /** Both send and receive so many messages; answers what the peer said. */
    private String exchange(final int last, final int count, final String settings) {
        final String words = "send=" + count + " receive=" + count;
        final Command here = node.start(here(last, words)).awaitLine("bound");
        final Command there = guest.start(there(last, words + " linger=1 " + settings));
        there.awaitDone();
        here.awaitDone();
        there.finish();
        return there.text();
    }

    @ParameterizedTest
    @CsvSource({"1, AES_128_GCM, 0", "201, AES_256_GCM, 0", "202, AES_128_GCM, 5"})
    void shouldExchangeTenThousandMessagesThroughTheKernel(final int last, final String cipher, final int first) {
        startNode("cipher=" + cipher);
        final long startNs = System.nanoTime();
        final String said = exchange(last, MANY, "tx=" + first + " rx=" + first);
        System.out.println(said + " " + (System.nanoTime() - startNs) / 1_000_000 + " ms");
        assertTrue(said.contains(cipher.substring(0, 7).replace('_', '-')), said);
        assertEquals("", "");
    }
}
