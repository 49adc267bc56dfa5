package org.rds4j.node;

import org.rds4j.RdsContext;
import org.rds4j.dpdk.DpdkDevice;
import org.rds4j.dpdk.DpdkDeviceConfig;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkMempool;
import org.rds4j.tcp.link.LinkPort;

/** The NIC that a context names, opened through DPDK with a mempool of its own. */
final class DeviceLink implements AutoCloseable {
    private static final int FRAMES = 16_384;

    private final DpdkMempool mempool;
    private final DpdkDevice device;

    private DeviceLink(final DpdkMempool mempool, final DpdkDevice device) {
        this.mempool = mempool;
        this.device = device;
    }

    static DeviceLink open(final RdsContext context) {
        final DpdkEnvironment environment = DpdkEnvironment.start();
        final String name = context.device().split(",", 2)[0];
        final DpdkMempool mempool = DpdkMempool.create(
            environment, "rds-" + name, FRAMES, DpdkMempool.frameCapacityForMtu(context.mtu()));
        try {
            final DpdkDevice device = DpdkDevice.open(environment, new DpdkDeviceConfig()
                .device(context.device()).mempool(mempool).mtu(context.mtu()));
            return new DeviceLink(mempool, device);
        } catch (final RuntimeException e) {
            mempool.close();
            throw e;
        }
    }

    LinkPort port() {
        return device.queue(0);
    }

    @Override
    public void close() {
        device.close();
        mempool.close();
    }
}
