package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;

/** One environment per JVM, one pool per test; every test ends with the pool full again. */
abstract class DpdkTestSupport {
    static final int FRAMES = 4095;
    static final int FRAME_CAPACITY = 2048;
    static final int POLLS = 2_000_000;

    private static final AtomicInteger POOLS = new AtomicInteger();

    final RandomGenerator random = new SplittableRandom(0x5eed);
    final FrameBurst burst = new FrameBurst(32);
    DpdkEnvironment environment;
    DpdkMempool pool;

    @BeforeEach
    void openPool() {
        environment = environment();
        pool = DpdkMempool.create(environment, "test" + POOLS.getAndIncrement(), FRAMES, FRAME_CAPACITY);
    }

    @AfterEach
    void poolShouldBeFullAgain() {
        if (pool != null) {
            assertEquals(FRAMES, pool.available());
            pool.close();
        }
    }

    static DpdkEnvironment environment() {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        return DpdkEnvironment.start();
    }

    DpdkDeviceConfig config(final String device) {
        return new DpdkDeviceConfig().device(device).mempool(pool);
    }

    /** Appends one allocated frame with the given octets. */
    static void add(final LinkPort port, final FrameBurst frames, final byte[] octets) {
        assertEquals(1, port.allocate(frames, 1));
        final int index = frames.count() - 1;
        assertTrue(frames.capacity(index) >= octets.length);
        write(frames.address(index), octets);
        frames.length(index, octets.length);
    }

    static void write(final long address, final byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            UnsafeApi.putByte(address + i, octets[i]);
        }
    }

    static byte[] octets(final FrameBurst frames, final int index) {
        final byte[] octets = new byte[frames.length(index)];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = UnsafeApi.getByte(frames.address(index) + i);
        }
        return octets;
    }

    /** Polls until something arrives; 0 when nothing does. */
    static int receive(final LinkPort port, final FrameBurst frames) {
        for (int i = 0; i < POLLS; i++) {
            if (port.receiveBurst(frames) > 0) {
                return frames.count();
            }
            Thread.onSpinWait();
        }
        return 0;
    }

    /** Polls until a frame of this EtherType arrives, releasing all others; leaves it alone in the burst. */
    static byte[] receiveOfType(final LinkPort port, final FrameBurst frames, final int etherType) {
        final FrameBurst single = new FrameBurst(1);
        for (int i = 0; i < POLLS; i++) {
            port.receiveBurst(frames);
            while (frames.count() > 0) {
                frames.moveLastTo(single);
                final byte[] octets = octets(single, 0);
                if ((((octets[12] & 0xff) << 8) | (octets[13] & 0xff)) == etherType) {
                    port.release(frames);
                    single.moveLastTo(frames);
                    return octets;
                }
                port.release(single);
            }
        }
        throw new AssertionError("no frame of type " + Integer.toHexString(etherType) + " arrived");
    }

    /** Transmits all of a burst, polling while the device refuses. */
    static void transmitAll(final LinkPort port, final FrameBurst frames) {
        for (int i = 0; i < POLLS && frames.count() > 0; i++) {
            port.transmitBurst(frames);
        }
        assertEquals(0, frames.count());
    }

    byte[] randomFrame(final int length) {
        final byte[] octets = new byte[length];
        random.nextBytes(octets);
        if (length > 13) {
            octets[12] = (byte) 0x88;
            octets[13] = (byte) 0xb5;
        }
        return octets;
    }
}
