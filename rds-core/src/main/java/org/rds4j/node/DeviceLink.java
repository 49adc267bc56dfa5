package org.rds4j.node;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.rds4j.RdsContext;
import org.rds4j.dpdk.DpdkDevice;
import org.rds4j.dpdk.DpdkDeviceConfig;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkMempool;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.steering.SteeringTable;
import org.rds4j.tcp.steering.ToeplitzHash;

/** A NIC opened through DPDK by its device string, each of its queues with a mempool of its own. */
public final class DeviceLink implements AutoCloseable {
    private static final int FRAMES = 16_384;
    private static final int LEAST_FRAMES = 4_096;
    private static final int BUCKETS = 128;

    private final List<DpdkMempool> mempools;
    private final DpdkDevice device;

    private DeviceLink(final List<DpdkMempool> mempools, final DpdkDevice device) {
        this.mempools = mempools;
        this.device = device;
    }

    static DeviceLink open(final RdsContext context) {
        return open(context.device(), context.mtu());
    }

    /**
     * Opens a device with one queue; starts DPDK if this process has not yet.
     *
     * @param device DPDK device string ({@code net_tap0,iface=x}) or PCI address.
     * @param mtu    largest IP packet in octets.
     * @return the open device.
     * @throws org.rds4j.dpdk.DpdkException when DPDK is missing or the device does not serve, with what to do.
     */
    public static DeviceLink open(final String device, final int mtu) {
        return open(device, mtu, 1);
    }

    /**
     * Opens a device; starts DPDK if this process has not yet.
     *
     * @param device DPDK device string ({@code net_tap0,iface=x}) or PCI address.
     * @param mtu    largest IP packet in octets.
     * @param queues receive and transmit queues, 1 or more.
     * @return the open device.
     * @throws org.rds4j.dpdk.DpdkException when DPDK is missing or the device does not serve, with what to do.
     */
    public static DeviceLink open(final String device, final int mtu, final int queues) {
        final DpdkEnvironment environment = DpdkEnvironment.start();
        final String name = device.split(",", 2)[0];
        final int frames = Math.max(LEAST_FRAMES, FRAMES / queues);
        final List<DpdkMempool> mempools = new ArrayList<>();
        try {
            for (int i = 0; i < queues; i++) {
                mempools.add(DpdkMempool.create(
                    environment, "rds-" + name + (i == 0 ? "" : "-" + i), frames, DpdkMempool.frameCapacityForMtu(mtu)));
            }
            return new DeviceLink(mempools, DpdkDevice.open(
                environment, new DpdkDeviceConfig().device(device).queues(queues).mempools(mempools).mtu(mtu)));
        } catch (final RuntimeException e) {
            CloseHelper.quietCloseAll(mempools);
            throw e;
        }
    }

    /**
     * The device's first queue.
     *
     * @return to be used by one thread.
     */
    public LinkPort port() {
        return device.queue(0);
    }

    /**
     * All queues.
     *
     * @return each to be used by one thread.
     */
    public List<LinkPort> ports() {
        return IntStream.range(0, device.queues()).<LinkPort>mapToObj(device::queue).toList();
    }

    /**
     * Says which queue's engine owns a flow: as the device places packets if it tells its hash key and indirection table, else by
     * a key of our own, so that what it places otherwise has to be handed on.
     *
     * @return a fresh table, with as many engines as there are queues.
     */
    public SteeringTable steeringTable() {
        final byte[] key = device.rssKey();
        final int[] table = device.indirectionTable();
        if (key.length >= ToeplitzHash.KEY_LENGTH && table.length > 0) {
            return new SteeringTable(new ToeplitzHash(key), table, device.queues());
        }
        final byte[] ownKey = new byte[ToeplitzHash.KEY_LENGTH];
        new SecureRandom().nextBytes(ownKey);
        return new SteeringTable(
            new ToeplitzHash(ownKey), SteeringTable.evenly(BUCKETS, device.queues()), device.queues());
    }

    /** Closes the device and its mempools; every frame must be home. */
    @Override
    public void close() {
        device.close();
        CloseHelper.closeAll(mempools);
    }
}
