package org.rds4j.tests.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.perf.cli.RdsCommand;
import org.rds4j.tests.guest.GuestNetwork.Device;
import org.rds4j.tests.support.Program;

/**
 * A node and a Linux kernel with rds_tcp as peers. The guest has an address of its own for each test, so that its kernel has
 * never spoken with the node from there; those below the node's make the guest the host that connects.
 */
@Timeout(150)
class LinuxGuestIT {
    private static final String NET = "198.18.80.";
    private static final String NODE = NET + 100;
    private static final String NET_6 = "2001:db8:80::";
    private static final int FEW = 100;
    private static final int MANY = 20_000;
    private static final int HEAD_START_MS = 400;
    /** Of SO_SNDBUF and SO_RCVBUF: what a kernel has at its start, and what this guest is given then. */
    private static final int USUAL_MOST_BUFFER = 212_992;
    private static final int MOST_BUFFER = 8 << 20;

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

    private void startNode(final String... properties) {
        node = network.node(Device.NET_TAP, NODE + "/24", properties);
        network.plugIn(Device.NET_TAP);
    }

    private static String guestAddress(final int last) {
        guest.address(NET + last + "/24");
        return NET + last;
    }

    /** Words of an exchange at the node. */
    private static String here(final String address, final String settings) {
        return "rds-exchange " + NODE + " 4001 " + address + " 4000 " + settings;
    }

    /**
     * Words of an exchange in the guest, whose messages have the other seed. Its socket stays, as with it
     * would go what the node does not have yet.
     */
    private static String there(final String address, final String settings) {
        return "rds-exchange " + address + " 4000 " + NODE + " 4001 linger=60 seed=1 " + settings;
    }

    /**
     * A kernel that does not wait until it knows the number of paths sends first on one and then on another, and the second
     * may be faster (Linux up to 6.18).
     */
    private static String waiting(final int paths) {
        return paths > 1 ? " blocking=1" : "";
    }

    private void exchange(final String address, final int count, final int paths) {
        exchange(address, "send=" + count + " receive=" + count, paths, 0);
    }

    /** Both send and receive. A socket that is not there loses what comes for it, so the guest's comes first and is slower. */
    private void exchange(final String address, final String settings, final int paths, final int delayMs) {
        guest.run("killall -q rds-exchange; true"); // what stayed from before
        final Command there = guest.start(
            there(address, settings + waiting(paths) + " delay=" + HEAD_START_MS)).awaitLine("bound");
        node.run(here(address, settings + " delay=" + delayMs));
        there.awaitDone();
    }

    /** The first who speaks is the guest; its kernel waits, or does not, until it knows how many paths there are. */
    @ParameterizedTest
    @CsvSource({"1, 0", "2, 1", "201, 0", "202, 1"})
    void shouldReceiveFromAGuestThatTurnsToTheNode(final int last, final int blocking) {
        final String address = guestAddress(last);
        startNode();
        final Command receiver = node.start(here(address, "receive=" + FEW)).awaitLine("bound");
        guest.start(there(address, "send=" + FEW + " blocking=" + blocking)).awaitDone();
        receiver.awaitDone();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 203})
    void shouldSendToAGuestFirst(final int last) {
        final String address = guestAddress(last);
        startNode();
        final Command receiver = guest.start(there(address, "receive=" + FEW)).awaitLine("bound");
        node.run(here(address, "send=" + FEW));
        receiver.awaitDone();
    }

    /** Of many first contacts at about the same time some collide. */
    @ParameterizedTest
    @CsvSource({"10, 8", "210, 1"})
    void shouldExchangeWhenBothSendFirst(final int first, final int paths) {
        startNode("paths=" + paths);
        for (int i = 0; i < 8; i++) {
            final String address = guestAddress(first + i);
            exchange(address, "send=" + FEW + " receive=" + FEW, paths, HEAD_START_MS - 20 + 4 * i);
        }
    }

    @ParameterizedTest
    @CsvSource({"NET_TAP, 4, 1", "NET_TAP, 204, 1", "NET_TAP, 5, 8", "NET_TAP, 205, 8", "NET_AF_PACKET, 6, 8"})
    void shouldExchangeTwentyThousandMessagesOfAllSizesBothWays(final Device device, final int last, final int paths) {
        final String address = guestAddress(last);
        node = network.node(device, NODE + "/24", "paths=" + paths);
        network.plugIn(device);
        exchange(address, MANY, paths);
        assertEquals(paths, pathsOf(address));
    }

    /** How many TCP connections the guest's kernel has to the node. */
    private int pathsOf(final String address) {
        return (int) guest.run("netstat -tn").lines()
            .filter(line -> line.contains(address + ":") && line.contains("ESTABLISHED")).count();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 300})
    void shouldExchangeOverIpv6(final int last) {
        final String address = NET_6 + last;
        guest.address(address + "/64");
        node = network.node(Device.NET_TAP, NET_6 + "200/64");
        network.plugIn(Device.NET_TAP);
        final String settings = " seed=1 linger=60 send=1000 receive=1000 delay=" + HEAD_START_MS;
        final Command there =
            guest.start("rds-exchange " + address + " 4000 " + NET_6 + "200 4001" + settings).awaitLine("bound");
        node.run("rds-exchange " + NET_6 + "200 4001 " + address + " 4000 send=1000 receive=1000");
        there.awaitDone();
    }

    @ParameterizedTest
    @CsvSource({"20, 1", "220, 8"})
    void shouldLoseNothingWhenTheLinkIsCutForTwentySeconds(final int last, final int paths) throws InterruptedException {
        final String address = guestAddress(last);
        startNode("paths=" + paths);
        final String settings = "size=3000 send=300 receive=300 gap=10000";
        final Command there = guest.start(
            there(address, settings + waiting(paths) + " delay=" + HEAD_START_MS)).awaitLine("bound");
        final Command here = node.start(here(address, settings));
        TimeUnit.SECONDS.sleep(1);
        network.cut();
        TimeUnit.SECONDS.sleep(20);
        assertTrue(!here.isOver() && !there.isOver(), "the exchange was over before the cut");
        network.mend();
        there.awaitDone();
        here.awaitDone();
    }

    /** Each message that was not acknowledged comes again, to the kernel that has forgotten all. */
    @ParameterizedTest
    @CsvSource({"30, 8", "230, 1"})
    void shouldGoOnSendingToAGuestThatWasRestarted(final int last, final int paths) throws InterruptedException {
        final String address = guestAddress(last);
        startNode("paths=" + paths);
        final Command early = guest.start(there(address, "receive=2000 size=3000 loose=1")).awaitLine("bound");
        final Command sender = node.start(here(address, "send=2000 size=3000 gap=2000 wait=90"));
        early.awaitLine("first");
        TimeUnit.SECONDS.sleep(1);
        network.cut();
        guest.restart();
        final Command receiver =
            guest.start(there(address, "receive=2000 size=3000 loose=1 wait=90")).awaitLine("bound");
        network.mend();
        assertOneTail(receiver.awaitDone());
        sender.awaitDone();
        exchange(address, FEW, paths);
    }

    /** What the kernel had sent and got no acknowledgement for is dropped there when it learns that the node is another. */
    @ParameterizedTest
    @CsvSource({"40, 1", "240, 8"})
    void shouldReceiveFromTheGuestAfterARestartOfTheNode(final int last, final int paths) throws InterruptedException {
        final String address = guestAddress(last);
        startNode("paths=" + paths);
        final Command early = node.start(here(address, "receive=2000 size=3000 loose=1")).awaitLine("bound");
        final Command sender = guest.start(there(address, "send=2000 size=3000 gap=2000 wait=90" + waiting(paths)));
        early.awaitLine("first");
        TimeUnit.SECONDS.sleep(1);
        node.kill();
        node = network.node(Device.NET_TAP, NODE + "/24", "paths=" + paths);
        final Command receiver = node.start(here(address, "receive=2000 size=3000 loose=1 wait=60")).awaitLine("bound");
        network.plugIn(Device.NET_TAP);
        assertOneTail(receiver.awaitDone());
        sender.awaitDone();
        exchange(address, FEW, paths);
    }

    /** The rest of a stream: in order, without a hole, to its end. */
    private static void assertOneTail(final String output) {
        final List<String> ranges = output.lines().filter(line -> line.startsWith("came ")).toList();
        assertEquals(1, ranges.size(), output);
        assertTrue(ranges.get(0).matches("came [1-9]\\d*-1999"), output);
    }

    @ParameterizedTest
    @CsvSource({"50, 8", "250, 1"})
    void shouldStopTheNodesSenderByTheMapOfTheKernel(final int last, final int paths) {
        final String address = guestAddress(last);
        startNode("paths=" + paths);
        final Command receiver =
            guest.start(there(address, "receive=500 size=10000 rcvbuf=100000 deaf=3")).awaitLine("bound");
        final String said = node.run(here(address, "send=500 size=10000"));
        assertTrue(!said.contains("refused 0,"), said);
        receiver.awaitDone();
    }

    @ParameterizedTest
    @ValueSource(ints = {51, 251})
    void shouldStopTheKernelsSenderByTheMapOfTheNode(final int last) {
        final String address = guestAddress(last);
        startNode("receiveBufferLength=256k");
        final Command receiver = node.start(here(address, "receive=500 size=10000 deaf=3")).awaitLine("bound");
        final String said = guest.start(there(address, "send=500 size=10000")).awaitDone();
        assertTrue(!said.contains("refused 0,"), said);
        receiver.awaitDone();
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 206})
    void shouldAnswerRdsPing(final int last) {
        LinuxGuest.Tools.assumeFound("rds-ping");
        final String address = guestAddress(last);
        startNode();
        assertAnswers(5, guest.run("rds-ping -c 5 -i 100ms -I " + address + " " + NODE));
    }

    @ParameterizedTest
    @ValueSource(ints = {61, 207})
    void shouldBeAnsweredByTheKernel(final int last) {
        final String address = guestAddress(last);
        try (Program ping = command("ping", "-c", "3", "-i", "0.1", address)) {
            assertAnswers(3, ping.finish());
        }
    }

    private static void assertAnswers(final int count, final String output) {
        assertEquals(count, output.lines().filter(line -> line.matches(" +\\d+: \\d+ usec")).count(), output);
    }

    /** A command of {@code rds} that is a host of its own on the guest's network. */
    private static Program command(final String name, final String... words) {
        network.plugIn(Device.NET_AF_PACKET);
        final List<String> first = List.of(name, "--device", Device.NET_AF_PACKET.string(), "--address", NODE + "/24",
            "--security", "plaintext", "--status-dir", "none");
        final List<String> all = Program.concat(first, List.of(words));
        return Program.start(network.namespace().inside(Program.java(RdsCommand.class, all.toArray(String[]::new))));
    }

    @ParameterizedTest
    @ValueSource(ints = {62, 208})
    void shouldStressThePassiveSideOfRdsStress(final int last) {
        LinuxGuest.Tools.assumeFound("rds-stress");
        final String address = guestAddress(last);
        final Command passive = guest.start("rds-stress -r " + address + " -p 4100")
            .awaitLine("waiting for incoming connection on " + address + ":4100");
        try (Program active = command("stress", "-s", address, "-p", "4100", "-t", "2", "-d", "2", "-q", "2k", "-v", "-T", "3")) {
            assertStressed(active.finish());
        }
        assertStressed(passive.finish());
    }

    @ParameterizedTest
    @ValueSource(ints = {63, 209})
    void shouldBeThePassiveSideOfRdsStress(final int last) {
        LinuxGuest.Tools.assumeFound("rds-stress");
        final String address = guestAddress(last);
        try (Program passive = command("stress", "-p", "4200")) {
            passive.awaitLine("waiting for incoming connection on " + NODE + ":4200");
            assertStressed(guest.run("rds-stress -r " + address + " -s " + NODE + " -p 4200 -t 2 -d 2 -q 2k -v -T 3"));
            assertStressed(passive.finish());
        }
    }

    /** Both sides did work and found nothing wrong. */
    private static void assertStressed(final String output) {
        final String average = output.lines().filter(line -> line.endsWith("  (average)")).findFirst().orElse("");
        assertTrue(average.matches(" {3}2 +[1-9]\\d* +[1-9]\\d* .*"), output);
    }

    @Test
    void shouldLookSaneToRdsInfoInTheGuest() {
        LinuxGuest.Tools.assumeFound("rds-info");
        final String address = guestAddress(70);
        startNode();
        final String before = guest.run("rds-info -c");
        exchange(address, FEW, 1);
        final String connections = guest.run("rds-info -n");
        assertTrue(connections.lines().anyMatch(
            line -> line.matches(" *" + address + " +" + NODE + " +0 +\\d+ +\\d+ +--C-? *")), connections);
        final String after = guest.run("rds-info -c");
        for (final String counter : List.of("recv_drop_no_sock", "recv_drop_old_seq", "conn_reset")) {
            assertEquals(count(before, counter), count(after, counter), counter);
        }
        assertTrue(count(after, "recv_delivered") - count(before, "recv_delivered") >= FEW, after);
        assertEquals("", guest.run("rds-info -t").lines().filter(line -> line.contains(address))
            .filter(line -> !line.contains(" 48 ")).findFirst().orElse(""));
    }

    private static long count(final String text, final String counter) {
        final String line = text.lines().filter(each -> each.trim().startsWith(counter + " ")).findFirst().orElseThrow();
        return Long.parseLong(line.trim().split(" +", -1)[1]);
    }

    /** What {@link CallOrderTest} expects of sockets of ours is what a kernel answers. */
    @Test
    void shouldRefuseInTheOrderThatIsExpectedOfSockets() {
        final String address = guestAddress(240);
        limitBuffers(USUAL_MOST_BUFFER);
        try {
            Calls.require(calls -> new Calls(calls.words(),
                guest.run("rds-calls " + calls.words(address, NET + 99, NET + 241)).strip(), calls.sockets()));
        } finally {
            limitBuffers(MOST_BUFFER);
        }
    }

    private static void limitBuffers(final int octets) {
        guest.run("echo " + octets + " > /proc/sys/net/core/wmem_max; echo " + octets + " > /proc/sys/net/core/rmem_max");
    }
}
