package org.rds4j.perf.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.driver.RdsClient;
import org.rds4j.node.RdsNode;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;
import picocli.CommandLine;

/** Every table of {@code rds info} with what two nodes have to tell; the peer falls silent when the test no longer drives it. */
@Timeout(60)
class InfoCommandTest {
    private static final int SHORT = 100;
    private static final int LONG = 60_000;
    private static final int LONG_ONES = 20;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[LONG]);
    private final List<RdsClient> clients = new ArrayList<>();
    private RdsNode node;
    private RdsNode peer;
    private RdsSocket socket;
    private RdsSocket peerSocket;

    @TempDir
    private Path directory;

    private RdsNode launch(final String address, final ThreadingMode mode, final LinkPort port) {
        final RdsContext context = new RdsContext(new Properties()).address(address).security(SecurityMode.PLAINTEXT)
            .maxConnections(16).threadingMode(mode);
        if (mode == ThreadingMode.SHARED) {
            context.nodeName("first").statusDir(directory.resolve("status")).driverDir(directory.resolve("driver"));
        }
        return RdsNode.with(context).link(port).launch();
    }

    /** Two messages that nobody reads on their way in, one in TCP's hands and more than it takes on their way out. */
    private void open(final String own, final String other) {
        node = launch(own, ThreadingMode.SHARED, link.first());
        peer = launch(other, ThreadingMode.INVOKER, link.second());
        socket = node.socket();
        socket.bind(4000);
        peerSocket = peer.socket();
        peerSocket.bind(4001);
        socket.connect(peer.address().withPort(4001));
        socket.sendBufferLength(4 << 20);
        drive(() -> peerSocket.offer(node.address().withPort(4000), payload, 0, SHORT) > 0);
        drive(() -> peerSocket.offer(node.address().withPort(4000), payload, 0, SHORT) > 0);
        drive(() -> table("-r").size() == 2);
        drive(() -> peerSocket.unacknowledgedLength() == 0);
        send(SHORT);
        await(() -> table("-t").size() == 1);
        for (int i = 0; i < LONG_ONES; i++) {
            send(LONG);
        }
        await(() -> table("-s").size() + table("-t").size() == LONG_ONES + 1);
    }

    private void send(final int length) {
        socket.send(peer.address().withPort(4001), payload, 0, length, 0, TimeUnit.SECONDS.toNanos(20));
    }

    private void drive(final BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            for (int i = 0; i < 100; i++) {
                peer.invoke();
            }
        }
    }

    private static void await(final BooleanSupplier condition) {
        final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean() && System.nanoTime() < endNs) {
            Thread.onSpinWait();
        }
        assertTrue(condition.getAsBoolean());
    }

    @AfterEach
    void close() {
        clients.forEach(RdsClient::close);
        node.close();
        peer.close();
    }

    private String info(final String... options) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final CommandLine command = RdsCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        final List<String> words = new ArrayList<>(
            List.of("info", "--status-dir", directory.resolve("status").toString()));
        words.addAll(List.of(options));
        assertEquals(0, command.execute(words.toArray(String[]::new)), err.toString());
        return out.toString() + err;
    }

    /** The rows of one table. */
    private List<String> table(final String option) {
        final List<String> lines = info(option).lines().toList();
        assertEquals("", lines.getFirst());
        return lines.subList(3, lines.size());
    }

    /** Each row has the columns, right-aligned with their names where addresses are short. */
    private void check(final String option, final String title, final String columns, final int rows, final String row) {
        final List<String> lines = info(option).lines().toList();
        assertEquals(List.of("", title), lines.subList(0, 2));
        assertEquals(columns, lines.get(2).trim().replaceAll(" +", " "));
        final List<String> found = lines.subList(3, lines.size());
        assertEquals(rows, found.size(), found.toString());
        for (final String each : found) {
            final String words = each.trim().replaceAll(" +", " ");
            assertTrue(words.matches(row), words + " is not " + row);
            assertTrue(!node.address().isIpv4() || each.length() == lines.get(2).length(), each);
        }
    }

    private static String host(final RdsNode which) {
        return Pattern.quote(RdsAddress.hostText(which.address().high(), which.address().low()));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1/24, 10.0.0.2/24", "fd00::1/64, fd00::2/64"})
    void shouldShowEveryTable(final String own, final String other) {
        open(own, other);
        final String hosts = host(node) + " " + host(peer);
        final String ports = host(node) + " \\d+ " + host(peer) + " \\d+";
        check("-k", "RDS Sockets:", "BoundAddr BPort ConnAddr CPort SndBuf RcvBuf Inode", 1,
            host(node) + " 4000 " + host(peer) + " 4001 " + (4 << 20) + " \\d+ \\d+");
        check("-n", "RDS Connections:", "LocalAddr RemoteAddr Tos NextTX NextRX Flgs", 1,
            hosts + " 2 [1-9]\\d* [1-9]\\d* s-C-");
        check("-r", "Receive Message Queue:", "LocalAddr LPort RemoteAddr RPort Tos Seq Bytes", 2,
            host(node) + " 4000 " + host(peer) + " 4001 2 \\d+ " + SHORT);
        final int unsent = table("-s").size();
        assertTrue(unsent > 0 && unsent <= LONG_ONES, "unsent " + unsent);
        check("-s", "Send Message Queue:", "LocalAddr LPort RemoteAddr RPort Tos Seq Bytes", unsent,
            host(node) + " 4000 " + host(peer) + " 4001 2 \\d+ " + LONG);
        check("-t", "Retransmit Message Queue:", "LocalAddr LPort RemoteAddr RPort Tos Seq Bytes", LONG_ONES + 1 - unsent,
            host(node) + " 4000 " + host(peer) + " 4001 2 \\d+ (" + SHORT + "|" + LONG + ")");
        check("-T", "TCP Connections:", "LocalAddr LPort RemoteAddr RPort HdrRemain DataRemain SentNxt ExpectUna SeenUna", 1,
            ports + " 48 0 \\d+ \\d+ \\d+");
        check("--paths", "RDS Paths:",
            "LocalAddr LPort RemoteAddr RPort Tos Path State Gen NPaths Queued QBytes Unacked UBytes", 1,
            ports + " 2 0 up [0-9a-f]+ \\d+ " + unsent + " \\d+ " + (LONG_ONES + 1 - unsent) + " \\d+");
    }

    @Test
    void shouldShowClientsOfTheDriver() {
        open("10.0.0.1/24", "10.0.0.2/24");
        clients.add(RdsClient.attach(node.driverDir()));
        final RdsSocket clientSocket = clients.getFirst().socket();
        clientSocket.bind(4002);
        final String row = "1 " + ProcessHandle.current().pid() + " 1 \\d{4}-.*Z";
        await(() -> table("--clients").stream().anyMatch(line -> line.trim().replaceAll(" +", " ").matches(row)));
        check("--clients", "Driver Clients:", "Client Process Sockets LastSignOfLife", 1, row);
        assertEquals(2, table("-k").size());
        clientSocket.close();
    }

    @Test
    void shouldSayAllAsJson() throws IOException {
        open("fd00::1/64", "fd00::2/64");
        final JsonNode json = new ObjectMapper().readTree(info("--json"));
        assertEquals("first", json.at("/node/name").asText());
        assertEquals("fd00::1", json.at("/node/address").asText());
        assertEquals("[fd00::1]:4000", json.at("/sockets/0/bound").asText());
        assertEquals("[fd00::2]:4001", json.at("/sockets/0/connected").asText());
        assertEquals("fd00::2", json.at("/connections/0/remote").asText());
        assertEquals(2, json.at("/receive").size());
        assertEquals(LONG_ONES + 1, json.at("/send").size() + json.at("/retransmit").size());
        assertEquals(SHORT, json.at("/retransmit/0/length").asInt());
        assertEquals("up", json.at("/paths/0/state").asText());
        assertEquals(1, json.at("/tcp").size());
        assertTrue(json.at("/clients").isArray());
        assertTrue(json.at("/counters/recv_queued").asLong() >= 2, json.toString());
    }

    /** In the order of the option letters in ASCII, which is rds-info's; and without InfiniBand as on a kernel that has none. */
    @Test
    void shouldPrintWhatWasAskedForInTheOriginalsOrder() {
        open("10.0.0.1/24", "10.0.0.2/24");
        assertEquals(List.of("TCP Connections:", "Counters:", "RDS Sockets:", "RDS Connections:", "Receive Message Queue:",
            "Send Message Queue:", "Retransmit Message Queue:"), titles(info()));
        assertEquals(titles(info()), titles(info("-t", "-s", "-r", "-n", "-k", "-c", "-T")));
        assertEquals("rds info: Unable get statistics: Protocol not available\n", info("-I"));
        assertEquals(List.of("Counters:"), titles(info("-Ic")));
        assertTrue(info("-v", "-n").startsWith("node first, address 10.0.0.1"));
    }

    private static List<String> titles(final String text) {
        return text.lines().filter(line -> line.endsWith(":")).toList();
    }
}
