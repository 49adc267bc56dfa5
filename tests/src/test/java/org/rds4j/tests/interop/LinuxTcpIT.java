package org.rds4j.tests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.perf.cli.RdsCommand;
import org.rds4j.perf.tcp.Transfer;
import org.rds4j.tests.support.NetworkNamespace;
import org.rds4j.tests.support.Program;

/** {@code rds tcp} in a process of its own, and the programs of a Linux system at the other end of its device. */
@Timeout(180)
class LinuxTcpIT {
    private static final String ENGINE = "198.18.78.2";
    private static final String KERNEL = "198.18.78.1";
    private static final String ENGINE_6 = "2001:db8:78::2";
    private static final String KERNEL_6 = "2001:db8:78::1";
    private static final String PORT = "7777";
    private static final int LARGE = 100_000_000;
    private static final int FROM_ENGINE = 20_000_000;
    private static final int MANY = 200;
    private static final int EACH = 20_000;

    /** How the engine meets the kernel. */
    enum Device {
        /** A tap device that the engine makes. */
        NET_TAP("net_tap0,iface=rds0") {
            @Override
            void prepare(final LinuxTcpIT test) {
                assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
            }
        },
        /** A packet socket on one end of a veth pair. */
        NET_AF_PACKET("net_af_packet0,iface=rds1") {
            @Override
            void prepare(final LinuxTcpIT test) {
                test.namespace.ip("link add rds0 type veth peer name rds1");
                test.namespace.ip("link set rds1 up");
                test.run("python3", test.script("offload_off.py"), "rds0");
            }
        };

        private final String string;

        Device(final String string) {
            this.string = string;
        }

        abstract void prepare(LinuxTcpIT test);
    }

    @TempDir
    private Path directory;

    private NetworkNamespace namespace;

    @BeforeEach
    void openNamespace() {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        assumeTrue(Program.succeeds("python3", "--version"), "needs python3");
        namespace = new NetworkNamespace();
    }

    @AfterEach
    void closeNamespace() {
        if (namespace != null) {
            namespace.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerPing(final Device device) {
        assumeTrue(Program.succeeds("ping", "-V"), "needs ping");
        try (Program engine = listen(device, "echo")) {
            final String output = run("ping", "-c", "5", "-i", "0.2", "-W", "10", ENGINE);
            assertTrue(output.contains("5 received"), output);
            assertTrue(engine.isRunning());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerPingOverIpv6(final Device device) {
        assumeTrue(Program.succeeds("ping", "-V"), "needs ping");
        try (Program engine = listen(device, "echo")) {
            shouldAnswerPing(ENGINE_6);
            // net_tap gives the kernel's end the engine's station address, so that both claim one link-local address and yield it
            if (device != Device.NET_TAP) {
                shouldAnswerPing(linkLocalOfEngine() + "%rds0");
            }
            final String large = run("ping", "-6", "-c", "2", "-i", "0.2", "-W", "10", "-s", "1452", "-M", "do", ENGINE_6);
            assertTrue(large.contains("2 received"), large);
            assertTrue(engine.isRunning());
        }
    }

    private void shouldAnswerPing(final String address) {
        final String output = run("ping", "-6", "-c", "5", "-i", "0.2", "-W", "10", address);
        assertTrue(output.contains("5 received"), output);
    }

    /** The address that follows from the station's, which the kernel has learnt. */
    private String linkLocalOfEngine() {
        run("ping", "-6", "-c", "1", "-W", "10", ENGINE_6);
        final String neighbours = run("ip", "-6", "neigh", "show", "dev", "rds0");
        final String line = neighbours.lines().filter(each -> each.startsWith(ENGINE_6)).findFirst().orElseThrow();
        final String mac = line.replaceAll(".*lladdr (\\S+).*", "$1");
        final String[] octets = mac.split(":", -1);
        final int first = Integer.parseInt(octets[0], 16) ^ 2;
        return String.format(
            "fe80::%02x%s:%sff:fe%s:%s%s", first, octets[1], octets[2], octets[3], octets[4], octets[5]);
    }

    @ParameterizedTest
    @EnumSource
    void shouldEchoToPythonOverIpv6(final Device device) throws IOException {
        try (Program engine = listen(device, "echo")) {
            assertEchoed(FROM_ENGINE, run("python3", script("echo_client.py"), ENGINE_6, PORT, "" + FROM_ENGINE));
            assertReport(engine, "sent " + FROM_ENGINE + " received " + FROM_ENGINE + " closed NORMAL");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendToALinuxServerOverIpv6(final Device device) throws Exception {
        shouldSendTo("[" + KERNEL_6 + "]", device);
    }

    @ParameterizedTest
    @EnumSource
    void shouldEchoAHundredMegabytesToPython(final Device device) throws IOException {
        try (Program engine = listen(device, "echo")) {
            assertEchoed(LARGE, run("python3", script("echo_client.py"), ENGINE, PORT, "" + LARGE));
            assertReport(engine, "sent " + LARGE + " received " + LARGE + " closed NORMAL");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGoOnSendingAfterLinuxHasClosedItsHalf(final Device device) throws IOException {
        final int octets = 200_000;
        try (Program engine = listen(device, "echo")) {
            assertEchoed(octets, run("python3", script("echo_client.py"), ENGINE, PORT, "" + octets, "late"));
            assertReport(engine, "sent " + octets + " received " + octets + " closed NORMAL");
        }
    }

    /** The kernel hashes by a key of its own, so that the first frame of every second connection comes by the wrong queue. */
    @ParameterizedTest
    @CsvSource({"2, " + ENGINE, "4, " + ENGINE, "2, " + ENGINE_6})
    void shouldTakeHundredsOfConnectionsByThePythonOfLinuxOnSeveralQueues(final int queues, final String host) {
        Device.NET_TAP.prepare(this);
        try (Program engine = start(Device.NET_TAP, "listen", PORT, "--queues", "" + queues, "--count", "" + MANY)) {
            engine.awaitLine("ready");
            address();
            final String output = run("python3", script("echo_many.py"), host, PORT, "" + MANY, "" + EACH);
            assertTrue(output.contains("good " + MANY), output);
            assertEngines(queues, engine.finish());
        }
    }

    @ParameterizedTest
    @CsvSource({"2, " + KERNEL, "4, " + KERNEL, "2, [" + KERNEL_6 + "]"})
    void shouldMakeHundredsOfConnectionsToThePythonOfLinuxOnSeveralQueues(final int queues, final String host) {
        Device.NET_TAP.prepare(this);
        try (Program server = namespace.start("python3", script("echo_many.py"), "listen", PORT, "" + MANY, "" + EACH)) {
            server.awaitLine("ready");
            try (Program engine = start(
                Device.NET_TAP, "connect", host + ":" + PORT, "--queues", "" + queues, "--connections", "" + MANY)) {
                awaitInterface(engine);
                address();
                assertEngines(queues, engine.finish());
            }
            final String output = server.finish();
            assertTrue(output.contains("good " + MANY), output);
        }
    }

    /** Every connection echoed all and closed in order, every engine had its share, and no frame was lost between them. */
    private static void assertEngines(final int queues, final String output) {
        final String wanted = "sent " + EACH + " received " + EACH + " closed NORMAL";
        assertEquals(MANY, output.lines().filter(wanted::equals).count(), output);
        final List<String> engines = output.lines().filter(line -> line.startsWith("engine ")).toList();
        assertEquals(queues, engines.size(), output);
        assertTrue(engines.stream().allMatch(line -> Integer.parseInt(line.split(" ", -1)[3]) > MANY / queues / 3), output);
        assertTrue(engines.stream().noneMatch(line -> line.contains("steering-forwarded 0 ")), output);
        assertTrue(engines.stream().allMatch(
            line -> line.endsWith("drop-steering-ring-full 0 drop-steering-no-frame 0")), output);
    }

    private static void assertEchoed(final int octets, final String output) {
        final String[] lines = output.strip().split("\n", -1);
        assertTrue(lines[0].startsWith("sent " + octets + " "), output);
        assertEquals(lines[0].replace("sent", "came"), lines[1]);
    }

    @ParameterizedTest
    @EnumSource
    void shouldEchoAHundredMegabytesToNetcat(final Device device) throws IOException {
        assumeTrue(Program.succeeds("sh", "-c", "nc -h 2>&1 | grep -q -e '-4.*N'"), "needs the netcat of OpenBSD, for its -N");
        final Path sent = directory.resolve("sent");
        final Path came = directory.resolve("came");
        writeRandom(sent);
        try (Program engine = listen(device, "echo");
            Program netcat = namespace.start(sent, came, "nc", "-N", ENGINE, PORT)) {
            netcat.finish();
            assertEquals(-1, Files.mismatch(sent, came));
            assertReport(engine, "sent " + LARGE + " received " + LARGE + " closed NORMAL");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendToALinuxServerAndHearItsAnswerAfterClosingItsHalf(final Device device) throws Exception {
        shouldSendTo(KERNEL, device);
    }

    private void shouldSendTo(final String kernel, final Device device) throws Exception {
        device.prepare(this);
        final int answer = 1_000_000;
        try (Program server = namespace.start("python3", script("sink_server.py"), PORT, "" + answer)) {
            server.awaitLine("ready");
            try (Program engine = start(
                device, "connect", kernel + ":" + PORT, "--mode", "source", "--bytes", "" + FROM_ENGINE)) {
                awaitInterface(engine);
                address();
                assertReport(engine, "sent " + FROM_ENGINE + " received " + answer + " closed NORMAL");
            }
            final String output = server.finish();
            assertTrue(output.contains("came " + FROM_ENGINE + " " + digestOfPattern()), output);
        }
    }

    private static String digestOfPattern() throws NoSuchAlgorithmException {
        final byte[] octets = new byte[FROM_ENGINE];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) (i % Transfer.PATTERN_PERIOD);
        }
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
    }

    private static void writeRandom(final Path file) throws IOException {
        final byte[] octets = new byte[LARGE];
        new SplittableRandom(LARGE).nextBytes(octets);
        Files.write(file, octets);
    }

    private static void assertReport(final Program engine, final String line) {
        final String output = engine.finish();
        assertTrue(Arrays.asList(output.split("\n", -1)).contains(line), output);
    }

    private Program listen(final Device device, final String mode) {
        device.prepare(this);
        final Program engine = start(device, "listen", PORT, "--mode", mode, "--count", "1");
        engine.awaitLine("ready");
        address();
        return engine;
    }

    private Program start(final Device device, final String... arguments) {
        final String[] before = {"tcp", "--device", device.string, "--address", ENGINE + "/24," + ENGINE_6 + "/64"};
        final String[] all = Arrays.copyOf(before, before.length + arguments.length);
        System.arraycopy(arguments, 0, all, before.length, arguments.length);
        return Program.start(namespace.inside(Program.java(RdsCommand.class, all)));
    }

    /** The engine says nothing while it connects, so ask until its device is there. */
    private void awaitInterface(final Program engine) {
        while (!Program.succeeds(namespace.inside(List.of("ip", "link", "show", "rds0")).toArray(String[]::new))) {
            assertTrue(engine.isRunning(), "the engine ended before its device was there");
        }
    }

    /** Gives the kernel's end its addresses. */
    private void address() {
        namespace.ip("addr add " + KERNEL_6 + "/64 dev rds0 nodad");
        namespace.ip("addr add " + KERNEL + "/24 dev rds0");
        namespace.ip("link set rds0 up");
    }

    private String run(final String... words) {
        return namespace.run(words);
    }

    private String script(final String name) {
        return new Scripts(directory).file(name);
    }
}
