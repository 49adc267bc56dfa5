package org.rds4j.node;

import org.rds4j.RdsContext;
import org.rds4j.dpdk.DpdkDevice;
import org.rds4j.dpdk.DpdkDeviceConfig;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkMempool;
import org.rds4j.tcp.link.LinkPort;

/** A NIC opened through DPDK by its device string, with a mempool of its own. */
public final class DeviceLink implements AutoCloseable {
    private static final int FRAMES = 16_384;

    private final DpdkMempool mempool;
    private final DpdkDevice device;

    private DeviceLink(final DpdkMempool mempool, final DpdkDevice device) {
        this.mempool = mempool;
        this.device = device;
    }

    static DeviceLink open(final RdsContext context) {
        return open(context.device(), context.mtu());
    }

    /**
     * Opens a device; starts DPDK if this process has not yet.
     *
     * @param device DPDK device string ({@code net_tap0,iface=x}) or PCI address.
     * @param mtu    largest IP packet in octets.
     * @return the open device.
     * @throws org.rds4j.dpdk.DpdkException when DPDK is missing or the device does not serve, with what to do.
     */
    public static DeviceLink open(final String device, final int mtu) {
        final DpdkEnvironment environment = DpdkEnvironment.start();
        final String name = device.split(",", 2)[0];
        final DpdkMempool mempool =
            DpdkMempool.create(environment, "rds-" + name, FRAMES, DpdkMempool.frameCapacityForMtu(mtu));
        try {
            return new DeviceLink(mempool, DpdkDevice.open(
                environment, new DpdkDeviceConfig().device(device).mempool(mempool).mtu(mtu)));
        } catch (final RuntimeException e) {
            mempool.close();
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

    /** Closes the device and its mempool; every frame must be home. */
    @Override
    public void close() {
        device.close();
        mempool.close();
    }
}
