package org.rds4j.dpdk;

import java.util.random.RandomGenerator;
import org.rds4j.dpdk.internal.Native;

/**
 * Two ring ports wired to each other: what one transmits the other receives, by pointer, without a copy. The loopback cable for
 * two nodes in one process. Each side is for one thread; both share one mempool, since frames change sides.
 */
public final class DpdkRingPair implements AutoCloseable {
    private static final int MAX_NAME_LENGTH = 16;
    private static final int MAX_RING_SIZE = 1 << 20;
    private static final long LOCALLY_ADMINISTERED = 0x0200_0000_0000L;
    private static final long RANDOM_BITS = 0x00ff_ffff_fffeL;

    private final long[] rings = new long[2];
    private final DpdkDevice[] sides = new DpdkDevice[2];
    private int openSides;

    private DpdkRingPair() {
    }

    /**
     * Opens a pair.
     *
     * @param environment running.
     * @param name        unique in the process, at most 16 characters.
     * @param mempool     of both sides.
     * @param ringSize    frames under way in each direction: a power of two, of which one slot stays empty.
     * @param mtu         of both sides; the frame must fit the mempool's frames.
     * @param random      draws the two MAC addresses, locally administered and distinct.
     * @return the pair.
     * @throws DpdkException when an argument is out of range, the name is taken, or memory is short.
     */
    public static DpdkRingPair open(
        final DpdkEnvironment environment,
        final String name,
        final DpdkMempool mempool,
        final int ringSize,
        final int mtu,
        final RandomGenerator random) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || Integer.bitCount(ringSize) != 1 || ringSize < 2
            || ringSize > MAX_RING_SIZE) {
            throw new DpdkException("ring pair '" + name + "' of " + ringSize + " slots: the name has 1 to " + MAX_NAME_LENGTH
                + " characters, the size is a power of two from 2 to " + MAX_RING_SIZE);
        }
        final long macAddress = LOCALLY_ADMINISTERED | (random.nextLong() & RANDOM_BITS);
        final DpdkRingPair pair = new DpdkRingPair();
        try {
            pair.createRings(name, ringSize);
            pair.openSide(0, environment, side(name + "_a", mempool, mtu, macAddress));
            pair.openSide(1, environment, side(name + "_b", mempool, mtu, macAddress | 1));
        } catch (final DpdkException ex) {
            pair.abandon();
            throw ex;
        }
        return pair;
    }

    private static DpdkDeviceConfig side(final String name, final DpdkMempool mempool, final int mtu, final long macAddress) {
        return new DpdkDeviceConfig().device("net_ring_" + name).mempool(mempool).mtu(mtu).macAddress(macAddress);
    }

    private void createRings(final String name, final int ringSize) {
        for (int i = 0; i < rings.length; i++) {
            final long ring = Native.createRing("rds_" + name + "_" + i, ringSize);
            if (ring < 0) {
                throw DpdkException.of("cannot create ring pair " + name + " of " + ringSize + " slots", ring);
            }
            rings[i] = ring;
        }
    }

    private void openSide(final int side, final DpdkEnvironment environment, final DpdkDeviceConfig config) {
        config.validate();
        environment.claim(DpdkDevice.resource(config));
        final String name = config.device().substring("net_ring_".length());
        final int portId = Native.createRingPort(name, rings[side], rings[1 - side]);
        if (portId < 0) {
            environment.unclaim(DpdkDevice.resource(config));
            throw DpdkException.of("cannot create ring port " + name, portId);
        }
        openSides++;
        sides[side] = DpdkDevice.adopt(environment, config, portId, this::onSideClosed);
    }

    private void onSideClosed() {
        openSides--;
        if (openSides == 0 && sides[1] != null) {
            freeRings();
        }
    }

    private void freeRings() {
        for (int i = 0; i < rings.length; i++) {
            if (rings[i] != 0) {
                Native.freeRing(rings[i]);
                rings[i] = 0;
            }
        }
    }

    private void abandon() {
        if (sides[0] != null) {
            sides[0].close();
        }
        freeRings();
    }

    /**
     * One side.
     *
     * @return its only queue.
     */
    public DpdkPort first() {
        return sides[0].queue(0);
    }

    /**
     * The other side.
     *
     * @return its only queue.
     */
    public DpdkPort second() {
        return sides[1].queue(0);
    }

    /** Closes both sides; frames under way go back to the pool once both are closed. Idempotent. */
    @Override
    public void close() {
        sides[0].close();
        sides[1].close();
    }
}
