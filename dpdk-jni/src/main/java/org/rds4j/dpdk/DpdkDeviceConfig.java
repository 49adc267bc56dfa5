package org.rds4j.dpdk;

import java.util.List;
import java.util.function.IntFunction;

/** How a {@link DpdkDevice} is to be opened. Fluent; device and mempool must be given, the rest has defaults. */
public final class DpdkDeviceConfig {
    private static final int MAX_QUEUES = 128;
    private static final int MAX_DESCRIPTORS = 32_768;
    private static final int MIN_MTU = 68;
    private static final int FRAME_OVERHEAD = 14 + 4;

    private String device;
    private List<DpdkMempool> mempools = List.of();
    private int queues = 1;
    private int receiveDescriptors = 512;
    private int transmitDescriptors = 512;
    private int mtu = 1500;
    private boolean promiscuous;
    private long macAddress;
    private Boolean segmentation;
    private byte[] rssKey = {};
    private IntFunction<DpdkPortCounters> counters = queue -> DpdkPortCounters.allocate();

    /**
     * Sets the device.
     *
     * @param newDevice device string such as {@code net_tap0,iface=x}, or a PCI address such as {@code 0000:3b:00.0}.
     * @return this.
     */
    public DpdkDeviceConfig device(final String newDevice) {
        device = newDevice;
        return this;
    }

    /**
     * The device string.
     *
     * @return as given.
     */
    public String device() {
        return device;
    }

    /** The part of the device string that names the device: up to the first comma, without a bus prefix. */
    String deviceName() {
        final int comma = device.indexOf(',');
        final String name = comma < 0 ? device : device.substring(0, comma);
        return name.startsWith("vdev:") || name.startsWith("pci:") ? name.substring(name.indexOf(':') + 1) : name;
    }

    /**
     * Sets the pool.
     *
     * @param newMempool that received frames come from and that {@code allocate} serves from; stays the caller's.
     * @return this.
     */
    public DpdkDeviceConfig mempool(final DpdkMempool newMempool) {
        return mempools(List.of(newMempool));
    }

    /**
     * Sets a pool for each queue, so that their threads have none in common.
     *
     * @param newMempools that a queue's received frames come from and that its {@code allocate} serves from; one for each
     *                    queue, or one for all. They stay the caller's.
     * @return this.
     */
    public DpdkDeviceConfig mempools(final List<DpdkMempool> newMempools) {
        mempools = List.copyOf(newMempools);
        return this;
    }

    /**
     * The pool of a queue.
     *
     * @param queue its index.
     * @return as given.
     */
    public DpdkMempool mempool(final int queue) {
        return mempools.size() == 1 ? mempools.getFirst() : mempools.get(queue);
    }

    /**
     * Sets the number of queue pairs; more than one are fed by receive-side scaling.
     *
     * @param newQueues 1 or more.
     * @return this.
     */
    public DpdkDeviceConfig queues(final int newQueues) {
        queues = newQueues;
        return this;
    }

    /**
     * The number of queue pairs.
     *
     * @return 1 unless set.
     */
    public int queues() {
        return queues;
    }

    /**
     * Sets the receive descriptors per queue, adjusted to what the device can do.
     *
     * @param descriptors wanted.
     * @return this.
     */
    public DpdkDeviceConfig receiveDescriptors(final int descriptors) {
        receiveDescriptors = descriptors;
        return this;
    }

    /**
     * The receive descriptors per queue.
     *
     * @return 512 unless set.
     */
    public int receiveDescriptors() {
        return receiveDescriptors;
    }

    /**
     * Sets the transmit descriptors per queue, adjusted to what the device can do.
     *
     * @param descriptors wanted.
     * @return this.
     */
    public DpdkDeviceConfig transmitDescriptors(final int descriptors) {
        transmitDescriptors = descriptors;
        return this;
    }

    /**
     * The transmit descriptors per queue.
     *
     * @return 512 unless set.
     */
    public int transmitDescriptors() {
        return transmitDescriptors;
    }

    /**
     * Sets the largest IP packet that a frame carries. A device that cannot be told (ring, null, pcap) is held to it here.
     *
     * @param octets 68 or more; the frame, with VLAN tag, must fit the mempool's frames.
     * @return this.
     */
    public DpdkDeviceConfig mtu(final int octets) {
        mtu = octets;
        return this;
    }

    /**
     * The MTU.
     *
     * @return 1500 unless set.
     */
    public int mtu() {
        return mtu;
    }

    /**
     * Sets whether frames to foreign addresses are received.
     *
     * @param on true to receive them.
     * @return this.
     */
    public DpdkDeviceConfig promiscuous(final boolean on) {
        promiscuous = on;
        return this;
    }

    /**
     * Whether frames to foreign addresses are received.
     *
     * @return false unless set.
     */
    public boolean promiscuous() {
        return promiscuous;
    }

    /**
     * Sets the MAC address; a device that has none to set takes it as a name only.
     *
     * @param address 48 bits, unicast, first octet most significant; 0 leaves the device its own.
     * @return this.
     */
    public DpdkDeviceConfig macAddress(final long address) {
        macAddress = address;
        return this;
    }

    /**
     * The MAC address to set.
     *
     * @return 0 unless set.
     */
    public long macAddress() {
        return macAddress;
    }

    /**
     * Sets the key of the Toeplitz hash.
     *
     * @param key as long as the device wants it (40 octets mostly); copied.
     * @return this.
     */
    public DpdkDeviceConfig rssKey(final byte[] key) {
        rssKey = key.clone();
        return this;
    }

    /**
     * The key of the Toeplitz hash.
     *
     * @return a copy; empty, for the driver's own, unless set.
     */
    public byte[] rssKey() {
        return rssKey.clone();
    }

    /**
     * Sets whether TCP super-segments are left to a device that cuts them. On by default but for {@code net_tap}, which in
     * DPDK 22.11 compares the whole frame with the MTU and would refuse full segments for ever: there the MTU of the device has
     * to exceed that of the interface by 14 octets at least.
     *
     * @param on whether to use it where the device offers it.
     * @return this.
     */
    public DpdkDeviceConfig segmentation(final boolean on) {
        segmentation = on;
        return this;
    }

    /**
     * Whether super-segments are left to the device.
     *
     * @return as set, or what is right for the driver.
     */
    public boolean segmentation() {
        return segmentation == null ? !deviceName().startsWith("net_tap") : segmentation;
    }

    /**
     * Sets where the queues count.
     *
     * @param newCounters gives the counters of a queue by its index.
     * @return this.
     */
    public DpdkDeviceConfig counters(final IntFunction<DpdkPortCounters> newCounters) {
        counters = newCounters;
        return this;
    }

    DpdkPortCounters countersOf(final int queue) {
        return counters.apply(queue);
    }

    /** Checks what can be checked without the device. */
    void validate() {
        require(device != null && !deviceName().isEmpty(), "name a device, such as net_tap0,iface=x or a PCI address");
        require(!mempools.isEmpty(), device + " needs a mempool");
        require(queues >= 1 && queues <= MAX_QUEUES, device + " with " + queues + " queues: use 1 to " + MAX_QUEUES);
        require(mempools.size() == 1 || mempools.size() == queues,
            device + ": " + mempools.size() + " mempools for " + queues + " queues: give one, or one for each");
        require(receiveDescriptors >= 1 && receiveDescriptors <= MAX_DESCRIPTORS && transmitDescriptors >= 1
            && transmitDescriptors <= MAX_DESCRIPTORS, device + ": use 1 to " + MAX_DESCRIPTORS + " descriptors");
        require((macAddress >>> 48) == 0 && (macAddress & 0x0100_0000_0000L) == 0,
            device + ": " + Long.toHexString(macAddress) + " is no unicast MAC address");
        validateMtu(mtu);
    }

    void validateMtu(final int octets) {
        for (final DpdkMempool mempool : mempools) {
            final int most = mempool.frameCapacity() - FRAME_OVERHEAD;
            require(octets >= MIN_MTU && octets <= most, device + ": MTU " + octets + " is outside " + MIN_MTU + ".." + most
                + " that frames of mempool " + mempool.name() + " can carry");
        }
    }

    private static void require(final boolean condition, final String message) {
        if (!condition) {
            throw new DpdkException(message);
        }
    }
}
