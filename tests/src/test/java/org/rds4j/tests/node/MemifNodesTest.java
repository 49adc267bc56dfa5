package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.node.RdsNode;
import org.rds4j.tests.support.NodeFiles;
import org.rds4j.tests.support.Program;
import org.rds4j.tests.support.TwoNodes;

/** Two nodes in two processes, joined by shared memory alone (memif): all that is sent comes back, whole and in order. */
@Timeout(180)
class MemifNodesTest {
    private static final int DATAGRAMS = 3_000;
    private static final int MOST_UNDER_WAY = 48;
    private static final int LONGEST = 20_000;
    private static final long PATIENCE_NS = 60_000_000_000L;

    @TempDir
    private Path directory;
    private final List<Integer> lengths = new ArrayList<>();
    private final UnsafeBuffer datagram = new UnsafeBuffer(ByteBuffer.allocateDirect(LONGEST));
    private int received;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldExchangeDatagramsWithAnotherProcess(final boolean isEncrypted) {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK: " + DpdkEnvironment.unavailabilityCause().getMessage());
        final String memif = (isEncrypted ? "net_memif2" : "net_memif1") + ",socket=" + directory.resolve("memif.sock")
            + ",socket-abstract=no,role=";
        final RdsContext context =
            TwoNodes.context(TwoNodes.FIRST, ThreadingMode.SHARED, null, "here").device(memif + "server");
        final List<String> arguments = new ArrayList<>(List.of(memif + "client"));
        if (isEncrypted) {
            final DemoAuthority authority = NodeFiles.authority();
            new NodeFiles(directory, "here").identity(authority).trust(authority).apply(context);
            new NodeFiles(directory, "there").identity(authority).trust(authority);
            arguments.add(directory.resolve("there").toString());
        }
        try (RdsNode node = RdsNode.launch(context); RdsSocket socket = TwoNodes.bound(node, 4000);
            Program echo = Program.start(Program.java(EchoProgram.class, arguments.toArray(new String[0])))) {
            echo.awaitLine("ready");
            exchange(socket);
            final Map<String, Long> counters = new HashMap<>();
            node.counters((label, meaning, value) -> counters.put(label, value));
            assertEquals(1, counters.get("conn_up"));
            echo.endInput();
        }
    }

    private void exchange(final RdsSocket socket) {
        final RdsAddress there = RdsAddress.parse("10.0.0.2:" + EchoProgram.PORT);
        final SplittableRandom random = new SplittableRandom(7);
        final long startNs = System.nanoTime();
        while (received < DATAGRAMS) {
            final int sent = lengths.size();
            if (sent < DATAGRAMS && sent - received < MOST_UNDER_WAY) {
                final int length = random.nextInt(LONGEST + 1);
                for (int i = 0; i < length; i++) {
                    datagram.putByte(i, octet(sent, i));
                }
                if (socket.offer(there, datagram, 0, length) > 0) {
                    lengths.add(length);
                }
            }
            socket.poll((octets, offset, length, info) -> {
                assertEquals(lengths.get(received), length, "of datagram " + received);
                for (int i = 0; i < length; i++) {
                    assertEquals(octet(received, i), octets.getByte(offset + i));
                }
                received++;
            }, 16);
            assertTrue(System.nanoTime() - startNs < PATIENCE_NS, received + " of " + DATAGRAMS + " came back");
        }
    }

    private static byte octet(final int number, final int index) {
        return (byte) (number * 31 + index);
    }
}
