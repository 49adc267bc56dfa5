package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shared memory between two processes: this JVM serves, another connects and sends everything back. */
class MemifDeviceTest extends DpdkTestSupport {
    @TempDir
    private Path directory;

    @Test
    void shouldExchangeFramesWithAnotherProcess() throws IOException {
        final String socket = ",socket=" + directory.resolve("memif.sock") + ",socket-abstract=no";
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_memif0,role=server" + socket))) {
            final Process peer = Command.java(MemifEchoProgram.class, List.of(), "net_memif0,role=client" + socket);
            final DpdkPort port = device.queue(0);
            awaitLink(port, peer);
            for (int i = 0; i < 5; i++) {
                final byte[] octets = randomFrame(100 + 300 * i);
                add(port, burst, octets);
                transmitAll(port, burst);
                assertTrue(receivePatiently(port) > 0, "no echo of frame " + i);
                assertArrayEquals(octets, octets(burst, 0));
                port.release(burst);
            }
            peer.outputWriter().append("enough\n").flush();
            final Command.Result result = Command.finish(peer);
            assertEquals(0, result.exitCode(), result.output());
        }
    }

    private static void awaitLink(final DpdkPort port, final Process peer) {
        while (!port.isUp()) {
            assertTrue(peer.isAlive(), () -> Command.finish(peer).output());
            Thread.onSpinWait();
        }
    }

    private int receivePatiently(final DpdkPort port) {
        for (int i = 0; i < 10; i++) {
            if (receive(port, burst) > 0) {
                return burst.count();
            }
        }
        return 0;
    }
}
