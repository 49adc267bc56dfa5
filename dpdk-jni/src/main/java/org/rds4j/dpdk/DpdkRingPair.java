package org.rds4j.dpdk;

import java.util.List;
import java.util.random.RandomGenerator;
import org.rds4j.dpdk.internal.Native;

/**
 * Two ring ports wired to each other, queue by queue: what one transmits the other receives, by pointer, without a copy. The
 * loopback cable for two nodes in one process. Each queue of a side is for one thread; both sides of a queue share one mempool,
 * since frames change sides.
 */
public final class DpdkRingPair implements AutoCloseable {
    private static final int MAX_NAME_LENGTH = 16;
    private static final int MAX_RING_SIZE = 1 << 20;
    /** What the driver was built for. */
    private static final int MAX_QUEUES = 16;
    private static final long LOCALLY_ADMINISTERED = 0x0200_0000_0000L;
    private static final long RANDOM_BITS = 0x00ff_ffff_fffeL;

    private final long[][] rings;
    private final DpdkDevice[] sides = new DpdkDevice[2];
    private int openSides;

    private DpdkRingPair(final int queues) {
        this.rings = new long[2][queues];
    }

    /**
     * Opens a pair of one queue.
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
        final DpdkEnvironment environment, final String name, final DpdkMempool mempool, final int ringSize, final int mtu,
        final RandomGenerator random) {
        return open(environment, name, List.of(mempool), ringSize, mtu, random);
    }

    /**
     * Opens a pair of several queues.
     *
     * @param environment running.
     * @param name        unique in the process, at most 16 characters.
     * @param mempools    one for each queue, of both sides.
     * @param ringSize    frames under way in each direction of a queue: a power of two, of which one slot stays empty.
     * @param mtu         of both sides; the frame must fit the mempools' frames.
     * @param random      draws the two MAC addresses, locally administered and distinct.
     * @return the pair.
     * @throws DpdkException when an argument is out of range, the name is taken, or memory is short.
     */
    public static DpdkRingPair open(
        final DpdkEnvironment environment,
        final String name,
        final List<DpdkMempool> mempools,
        final int ringSize,
        final int mtu,
        final RandomGenerator random) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || Integer.bitCount(ringSize) != 1 || ringSize < 2
            || ringSize > MAX_RING_SIZE) {
            throw new DpdkException("ring pair '" + name + "' of " + ringSize + " slots: the name has 1 to " + MAX_NAME_LENGTH
                + " characters, the size is a power of two from 2 to " + MAX_RING_SIZE);
        }
        if (mempools.isEmpty() || mempools.size() > MAX_QUEUES) {
            throw new DpdkException("ring pair '" + name + "' of " + mempools.size() + " queues: use 1 to " + MAX_QUEUES);
        }
        final long macAddress = LOCALLY_ADMINISTERED | (random.nextLong() & RANDOM_BITS);
        final DpdkRingPair pair = new DpdkRingPair(mempools.size());
        try {
            pair.createRings(name, ringSize);
            pair.openSide(0, environment, side(name + "_a", mempools, mtu, macAddress));
            pair.openSide(1, environment, side(name + "_b", mempools, mtu, macAddress | 1));
        } catch (final DpdkException ex) {
            pair.abandon();
            throw ex;
        }
        return pair;
    }

    private static DpdkDeviceConfig side(
        final String name, final List<DpdkMempool> mempools, final int mtu, final long macAddress) {
        return new DpdkDeviceConfig().device("net_ring_" + name).mempools(mempools).queues(mempools.size()).mtu(mtu)
            .macAddress(macAddress);
    }

    private void createRings(final String name, final int ringSize) {
        for (int side = 0; side < rings.length; side++) {
            for (int queue = 0; queue < rings[side].length; queue++) {
                final long ring = Native.createRing("rds_" + name + "_" + side + "_" + queue, ringSize);
                if (ring < 0) {
                    throw DpdkException.of("cannot create ring pair " + name + " of " + ringSize + " slots", ring);
                }
                rings[side][queue] = ring;
            }
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

    private synchronized void onSideClosed() {
        openSides--;
        if (openSides == 0 && sides[1] != null) {
            freeRings();
        }
    }

    private void freeRings() {
        for (final long[] side : rings) {
            for (int queue = 0; queue < side.length; queue++) {
                if (side[queue] != 0) {
                    Native.freeRing(side[queue]);
                    side[queue] = 0;
                }
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
     * @return its first queue.
     */
    public DpdkPort first() {
        return sides[0].queue(0);
    }

    /**
     * A queue of one side.
     *
     * @param queue its index.
     * @return wired to the same queue of the other side.
     */
    public DpdkPort first(final int queue) {
        return sides[0].queue(queue);
    }

    /**
     * The other side.
     *
     * @return its first queue.
     */
    public DpdkPort second() {
        return sides[1].queue(0);
    }

    /**
     * A queue of the other side.
     *
     * @param queue its index.
     * @return wired to the same queue of the first side.
     */
    public DpdkPort second(final int queue) {
        return sides[1].queue(queue);
    }

    /** Closes both sides; frames under way go back to the pool once both are closed. Idempotent. */
    @Override
    public void close() {
        sides[0].close();
        sides[1].close();
    }
}
