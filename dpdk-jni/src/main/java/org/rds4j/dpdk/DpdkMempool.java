package org.rds4j.dpdk;

import org.rds4j.dpdk.internal.Native;

/**
 * A pool of equally sized frames ({@code rte_mempool} of mbufs), shared by any number of ports. Thread safe. Whoever creates it
 * closes it, after the devices that use it.
 */
public final class DpdkMempool implements AutoCloseable {
    private static final int MAX_NAME_LENGTH = 24;
    private static final int MAX_DATA_ROOM = 65_535;
    private static final int FRAME_OVERHEAD = 14 + 4 + 4;

    private final DpdkEnvironment environment;
    private final String name;
    private final int frames;
    private final int frameCapacity;
    private long address;

    private DpdkMempool(
        final DpdkEnvironment environment, final String name, final int frames, final int frameCapacity, final long address) {
        this.environment = environment;
        this.name = name;
        this.frames = frames;
        this.frameCapacity = frameCapacity;
        this.address = address;
    }

    /**
     * Creates a pool.
     *
     * @param environment   running.
     * @param name          unique in the process, 1 to 24 characters.
     * @param frames        how many; one less than a power of two uses memory best.
     * @param frameCapacity octets each holds, DPDK's headroom not counted; see {@link #frameCapacityForMtu}.
     * @return the pool, full.
     * @throws DpdkException when an argument is out of range or memory is short.
     */
    public static DpdkMempool create(
        final DpdkEnvironment environment, final String name, final int frames, final int frameCapacity) {
        final int dataRoom = frameCapacity + MbufLayout.HEADROOM;
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || frames < 1 || frameCapacity < 1 || dataRoom > MAX_DATA_ROOM) {
            throw new DpdkException("mempool '" + name + "' of " + frames + " frames of " + frameCapacity + " octets: "
                + "the name has 1 to " + MAX_NAME_LENGTH + " characters, a frame 1 to "
                + (MAX_DATA_ROOM - MbufLayout.HEADROOM) + " octets");
        }
        final String resource = resource(name);
        environment.claim(resource);
        final long address = Native.createMempool(name, frames, dataRoom);
        if (address < 0) {
            environment.unclaim(resource);
            throw DpdkException.of("no memory for " + resource + " of " + frames + " frames of " + dataRoom + " octets "
                + "(ask for fewer, or give DPDK more with -m or huge pages)", address);
        }
        return new DpdkMempool(environment, name, frames, frameCapacity, address);
    }

    /**
     * A frame capacity fit for an MTU: Ethernet header, VLAN tag and FCS come on top, and the sum is rounded up to whole KiB as
     * many NICs want their buffers.
     *
     * @param mtu in octets.
     * @return octets.
     */
    public static int frameCapacityForMtu(final int mtu) {
        return Math.min((mtu + FRAME_OVERHEAD + 1023) & ~1023, MAX_DATA_ROOM - MbufLayout.HEADROOM);
    }

    /**
     * The pool's name.
     *
     * @return as given.
     */
    public String name() {
        return name;
    }

    /**
     * Frames in all.
     *
     * @return the count.
     */
    public int frames() {
        return frames;
    }

    /**
     * Octets of a frame.
     *
     * @return the capacity, headroom not counted.
     */
    public int frameCapacity() {
        return frameCapacity;
    }

    /**
     * Frames in the pool now.
     *
     * @return the count, a moment's view when other threads use the pool.
     */
    public int available() {
        return Native.availableFrames(address());
    }

    /**
     * Frames held by devices, by the caches of ports, and by the stack.
     *
     * @return the count.
     */
    public int inUse() {
        return frames - available();
    }

    long address() {
        if (address == 0) {
            throw new DpdkException(resource(name) + " is closed");
        }
        return address;
    }

    /**
     * Frees the pool. Idempotent.
     *
     * @throws DpdkException when frames are missing; the pool stays open then.
     */
    @Override
    public void close() {
        if (address == 0) {
            return;
        }
        final int missing = inUse();
        if (missing != 0) {
            throw new DpdkException(resource(name) + " misses " + missing + " frames: release them and close the ports first");
        }
        Native.freeMempool(address);
        address = 0;
        environment.unclaim(resource(name));
    }

    private static String resource(final String name) {
        return "mempool " + name;
    }
}
