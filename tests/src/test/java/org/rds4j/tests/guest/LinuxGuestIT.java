package org.rds4j.tests.guest;

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
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.dpdk.DpdkEnvironment;

/** A node and a Linux kernel with rds_tcp as peers. Each test uses addresses of its own, so that the kernel does not know the node. */
@Timeout(40)
class LinuxGuestIT {
    private static final String NODE = "198.18.80.100";
    private static final int MANY = 20_000;

    @TempDir
    private static Path directory;

    private static GuestNetwork network;
    private static LinuxGuest guest;

    private CommandProcess node;

    @BeforeAll
    static void bootGuest() {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        final Path image = LinuxGuest.image(directory);
        network = new GuestNetwork();
        guest = new LinuxGuest(image, network.namespace(), GuestNetwork.GUEST);
    }

    @AfterAll
    static void endGuest() {
        CloseHelper.closeAll(guest, network);
    }

    @AfterEach
    void endNode() {
        CloseHelper.close(node);
    }

    private static final int FEW = 100;

    private void startNode(final String... properties) {
        node = network.node(GuestNetwork.Device.NET_TAP, NODE + "/24", properties);
    }

    /** The first who speaks is the guest; its kernel waits, or does not, until it knows how many paths there are. */
    @ParameterizedTest
    @CsvSource({"198.18.80.1, 0", "198.18.80.2, 1", "198.18.80.201, 0", "198.18.80.202, 1"})
    void shouldReceiveFromAGuestThatTurnsToTheNode(final String address, final int blocking) {
        guest.address(address + "/24");
        startNode();
        final Command receiver =
            node.start("rds-exchange " + NODE + " 4001 " + address + " 4000 receive=" + FEW).awaitLine("bound");
        final Command sender = guest.start(
            "rds-exchange " + address + " 4000 " + NODE + " 4001 linger=1 seed=1 send=" + FEW + " blocking=" + blocking);
        sender.finish();
        receiver.finish();
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.80.3", "198.18.80.203"})
    void shouldSendToAGuestFirst(final String address) {
        guest.address(address + "/24");
        startNode();
        final Command receiver =
            guest.start("rds-exchange " + address + " 4000 " + NODE + " 4001 receive=" + FEW).awaitLine("bound");
        node.run("rds-exchange " + NODE + " 4001 " + address + " 4000 seed=1 send=" + FEW);
        receiver.finish();
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.80.4", "198.18.80.204"})
    void shouldExchangeWhenBothSendFirst(final String address) {
        guest.address(address + "/24");
        startNode();
        exchange(address, FEW);
    }

    private void exchange(final String address, final int count) {
        final Command here = node.start("rds-exchange " + NODE + " 4001 " + address + " 4000 seed=0 send=" + count
            + " receive=" + count);
        final Command there = guest.start("rds-exchange " + address + " 4000 " + NODE + " 4001 linger=1 seed=1 send=" + count
            + " receive=" + count);
        System.out.println(there.finish());
        System.out.println(here.finish());
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.80.5", "198.18.80.205"})
    void shouldExchangeTwentyThousandMessagesOfAllSizesBothWays(final String address) {
        guest.address(address + "/24");
        startNode();
        exchange(address, MANY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.80.6", "198.18.80.206"})
    void shouldAnswerRdsPing(final String address) {
        LinuxGuest.Tools.assumeFound("rds-ping");
        guest.address(address + "/24");
        startNode();
        System.out.println(guest.run("rds-ping -c 5 -i 100ms -I " + address + " " + NODE));
    }
}
