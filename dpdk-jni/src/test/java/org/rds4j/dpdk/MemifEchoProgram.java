package org.rds4j.dpdk;

import java.io.IOException;
import org.rds4j.tcp.link.FrameBurst;

/** The other process of the memif test: sends every frame back until its standard input says something. */
public final class MemifEchoProgram {
    private static final int POLLS_PER_LOOK = 10_000;

    private MemifEchoProgram() {
    }

    /**
     * Echoes.
     *
     * @param arguments device string.
     * @throws IOException when standard input cannot be read.
     */
    public static void main(final String[] arguments) throws IOException {
        final DpdkEnvironment environment = DpdkEnvironment.start("-m", "64");
        final DpdkMempool pool = DpdkMempool.create(environment, "echo", 2047, 2048);
        try (DpdkDevice device = DpdkDevice.open(
            environment, new DpdkDeviceConfig().device(arguments[0]).mempool(pool))) {
            while (System.in.available() == 0) {
                echo(device.queue(0));
            }
        }
        pool.close();
        environment.close();
    }

    private static void echo(final DpdkPort port) {
        final FrameBurst burst = new FrameBurst(32);
        for (int i = 0; i < POLLS_PER_LOOK; i++) {
            port.receiveBurst(burst);
            port.transmitBurst(burst);
            port.release(burst);
        }
    }
}
