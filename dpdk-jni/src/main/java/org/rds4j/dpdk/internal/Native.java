package org.rds4j.dpdk.internal;

/**
 * Every native method of this module. Negative results are {@code -errno}; a {@code long} named address, pool, ring or handle is
 * an address and is not checked. To be called only when {@link NativeLibrary#failure()} is null and the EAL runs.
 */
public final class Native {
    /** Offload in use: IPv4, TCP and UDP checksums are verified on receipt. */
    public static final int USES_RECEIVE_CHECKSUM = 0x01;
    /** Offload in use: IPv4 and TCP checksums are filled in on transmission. */
    public static final int USES_TRANSMIT_CHECKSUM = 0x02;
    /** Offload in use: received VLAN tags move to the descriptor. */
    public static final int USES_VLAN_STRIP = 0x04;
    /** Offload in use: VLAN tags in the descriptor are inserted. */
    public static final int USES_VLAN_INSERT = 0x08;
    /** Offload in use: flows are spread over the queues by a hash. */
    public static final int USES_RSS = 0x10;
    /** Offload in use: TCP super-segments are cut. */
    public static final int USES_TSO = 0x20;

    /** State of a transmit descriptor: it waits for the device. */
    public static final int DESCRIPTOR_FULL = 0;

    static {
        final UnsatisfiedLinkError failure = NativeLibrary.failure();
        if (failure != null) {
            throw failure;
        }
    }

    private Native() {
    }

    /**
     * Runs {@code rte_eal_init} on a thread of its own.
     *
     * @param arguments of the EAL, program name first.
     * @return 0 or -errno.
     */
    public static native int start(String[] arguments);

    /**
     * Runs {@code rte_eal_cleanup}; DPDK memory is gone afterwards.
     *
     * @return 0 or negative.
     */
    public static native int cleanUp();

    /**
     * DPDK's version.
     *
     * @return such as {@code DPDK 22.11.11}.
     */
    public static native String version();

    /**
     * Text of an error number.
     *
     * @param errno positive.
     * @return what {@code rte_strerror} says.
     */
    public static native String errorText(int errno);

    /**
     * Takes the lines DPDK has logged since the last call.
     *
     * @return lines, empty when there are none.
     */
    public static native String takeLog();

    /**
     * Reads where the fields of an mbuf lie.
     *
     * @param address of seven longs, see {@code MbufLayout}.
     */
    public static native void mbufLayout(long address);

    /**
     * Creates a pool of mbufs without per-lcore caches.
     *
     * @param name     at most 25 characters.
     * @param frames   number of mbufs.
     * @param dataRoom octets of a buffer, headroom included.
     * @return its address or -errno.
     */
    public static native long createMempool(String name, int frames, int dataRoom);

    /**
     * Frees a pool; every frame must be back.
     *
     * @param pool address.
     */
    public static native void freeMempool(long pool);

    /**
     * Frames in the pool.
     *
     * @param pool address.
     * @return the count.
     */
    public static native int availableFrames(long pool);

    /**
     * Takes mbufs.
     *
     * @param pool    address.
     * @param handles address of an array of 64-bit handles to fill.
     * @param count   wanted.
     * @return how many were there.
     */
    public static native int takeFrames(long pool, long handles, int count);

    /**
     * Gives plain mbufs (one segment, one reference, no attachment) of this pool back.
     *
     * @param pool    address.
     * @param handles address of an array of 64-bit handles.
     * @param count   of them.
     */
    public static native void giveFrames(long pool, long handles, int count);

    /**
     * Gives any mbuf back to whatever it came from.
     *
     * @param handle of the mbuf.
     */
    public static native void freeFrame(long handle);

    /**
     * Plugs a device in and finds its port.
     *
     * @param devargs DPDK device string.
     * @param name    the name in it.
     * @return port id or -errno.
     */
    public static native int plug(String devargs, String name);

    /**
     * Stops, closes and removes a port and its device.
     *
     * @param port id.
     * @return 0 or -errno.
     */
    public static native int unplug(int port);

    /**
     * Reads least MTU, greatest MTU, most queues, most mbufs of a packet to transmit, and whether the device says that its link
     * is never faster than 10 Gbit/s.
     *
     * @param port    id.
     * @param address of five longs.
     * @return 0 or -errno.
     */
    public static native int limits(int port, long address);

    /**
     * Configures a port, turning on the offloads that it has and the stack can use.
     *
     * @param port   id.
     * @param queues receive and transmit queues.
     * @param mtu    in octets.
     * @param segmentation whether to use segmentation offload.
     * @param linkInterrupts whether the driver shall follow the state of the link by interrupts, if it can.
     * @param rssKey hash key, empty for the driver's own.
     * @return {@code USES_} bits or -errno.
     */
    public static native int configure(
        int port, int queues, int mtu, boolean segmentation, boolean linkInterrupts, byte[] rssKey);

    /**
     * The driver's name.
     *
     * @param port id.
     * @return such as {@code net_ixgbe}, empty when there is none.
     */
    public static native String driver(int port);

    /**
     * Sets up one queue pair.
     *
     * @param port                id.
     * @param queue               index.
     * @param receiveDescriptors  wanted, adjusted to what the device can do.
     * @param transmitDescriptors wanted, adjusted likewise.
     * @param reportEach          whether the device shall report each packet that it sent, not only every so many.
     * @param pool                address of the pool that receives.
     * @return transmit descriptors as adjusted, or -errno.
     */
    public static native int setupQueue(
        int port, int queue, int receiveDescriptors, int transmitDescriptors, boolean reportEach, long pool);

    /**
     * Starts a port.
     *
     * @param port id.
     * @return 0 or -errno.
     */
    public static native int startPort(int port);

    /**
     * Lets every frame in, whatever its destination.
     *
     * @param port id.
     * @return 0 or -errno.
     */
    public static native int promiscuous(int port);

    /**
     * The MTU of a port.
     *
     * @param port id.
     * @return octets or -errno.
     */
    public static native int mtu(int port);

    /**
     * Sets the MTU of a port.
     *
     * @param port   id.
     * @param octets new MTU.
     * @return 0 or -errno.
     */
    public static native int mtu(int port, int octets);

    /**
     * The MAC address of a port.
     *
     * @param port id.
     * @return 48 bits or -errno.
     */
    public static native long macAddress(int port);

    /**
     * Sets the MAC address of a port.
     *
     * @param port       id.
     * @param macAddress 48 bits.
     * @return 0 or -errno.
     */
    public static native int macAddress(int port, long macAddress);

    /**
     * Whether the port has a link.
     *
     * @param port id.
     * @return true when it has.
     */
    public static native boolean isUp(int port);

    /**
     * The speed of a port's link.
     *
     * @param port id.
     * @return in Mbit/s, 0 when it has no link or does not tell.
     */
    public static native int linkSpeed(int port);

    /**
     * The length of a port's indirection table.
     *
     * @param port id.
     * @return entries, 0 when it has none, or -errno.
     */
    public static native int rssTableSize(int port);

    /**
     * Reads or writes a port's indirection table.
     *
     * @param port  id.
     * @param table queue of each entry, as many as there are.
     * @param write whether to write it.
     * @return 0 or -errno.
     */
    public static native int rssTable(int port, int[] table, boolean write);

    /**
     * Reads the hash key in use.
     *
     * @param port id.
     * @param key  to be filled.
     * @return its length or -errno.
     */
    public static native int rssKey(int port, byte[] key);

    /**
     * Reads the device's own counters.
     *
     * @param port    id.
     * @param address of four longs, see {@code DeviceTotals}.
     * @return 0 or -errno.
     */
    public static native int totals(int port, long address);

    /**
     * Names of the extended statistics.
     *
     * @param port id.
     * @return the names.
     */
    public static native String[] extendedNames(int port);

    /**
     * Values of the extended statistics.
     *
     * @param port   id.
     * @param values as many as there are names, filled in their order.
     * @return how many there are or -errno.
     */
    public static native int extendedValues(int port, long[] values);

    /**
     * Prepares the native side of a queue.
     *
     * @param address   of its 64 octets.
     * @param port      id.
     * @param queue     index.
     * @param maxLength longest frame that may be sent.
     * @param checksum  whether frames may ask for checksums.
     * @param segmentation whether frames may ask to be cut.
     * @param vlan      whether frames may ask for a VLAN tag.
     * @param counters  address of the counter slots.
     */
    public static native void initQueue(
        long address, int port, int queue, int maxLength, boolean checksum, boolean segmentation, boolean vlan, long counters);

    /**
     * Receives a burst.
     *
     * @param queue       address given to {@link #initQueue}.
     * @param descriptors address of the descriptors to fill.
     * @param capacity    how many fit.
     * @return how many were filled.
     */
    public static native int receiveBurst(long queue, long descriptors, int capacity);

    /**
     * Transmits a burst.
     *
     * @param queue       address given to {@link #initQueue}.
     * @param descriptors address of the descriptors.
     * @param count       of them.
     * @return how many, from the first, are no longer the caller's.
     */
    public static native int transmitBurst(long queue, long descriptors, int count);

    /**
     * What the device reports about a transmit descriptor.
     *
     * @param queue  address given to {@link #initQueue}.
     * @param offset of the descriptor, as the driver counts them.
     * @return {@link #DESCRIPTOR_FULL}, another {@code RTE_ETH_TX_DESC_} value or -errno.
     */
    public static native int transmitStatus(long queue, int offset);

    /**
     * Creates a ring for one producer and one consumer.
     *
     * @param name unique.
     * @param size power of two; one slot stays empty.
     * @return its address or -errno.
     */
    public static native long createRing(String name, int size);

    /**
     * Gives the frames in a ring back to their pools and frees it.
     *
     * @param ring address.
     */
    public static native void freeRing(long ring);

    /**
     * Makes a port of two rings for each queue.
     *
     * @param name     unique.
     * @param receive  address of the ring each queue receives from.
     * @param transmit address of the ring each queue transmits to, as many.
     * @return port id or -errno.
     */
    public static native int createRingPort(String name, long[] receive, long[] transmit);

    /**
     * Plugs and starts a driver of cryptodev that works on the calling thread.
     *
     * @param name of the driver, such as {@code crypto_aesni_gcm}.
     * @return id of the device or -errno; -ENOTSUP when the driver only works by queues.
     */
    public static native int plugCrypto(String name);

    /**
     * Stops and removes a crypto device.
     *
     * @param device id.
     * @return 0 or -errno.
     */
    public static native int unplugCrypto(int device);

    /**
     * Makes room for sessions.
     *
     * @param device   id.
     * @param name     unique.
     * @param sessions how many.
     * @return its address or -errno.
     */
    public static native long createSessionPool(int device, String name, int sessions);

    /**
     * Frees a pool all of whose sessions are free.
     *
     * @param pool address.
     */
    public static native void freeSessionPool(long pool);

    /**
     * Expands an AES-GCM key.
     *
     * @param device  id.
     * @param pool    address.
     * @param sealing true to encrypt.
     * @param key     16 or 32 octets; no copy stays but the key schedule.
     * @return address of the session or -errno.
     */
    public static native long newSession(int device, long pool, boolean sealing, byte[] key);

    /**
     * Wipes a session and gives it back to its pool.
     *
     * @param device  id.
     * @param session address.
     */
    public static native void freeSession(int device, long session);

    /**
     * Seals and opens records, see {@code RecordBurst}.
     *
     * @param device  id.
     * @param records address of the descriptors.
     * @param count   of them.
     * @return how many succeeded.
     */
    public static native int processRecords(int device, long records, int count);
}
