package org.rds4j.dpdk;

import org.rds4j.dpdk.internal.Native;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.link.SmallQueue;

/** A transmit ring whose driver tells which of its descriptors were sent. Used by the port's thread. */
final class SentDescriptors implements SmallQueue.Ring {
    /** A packet may begin with a descriptor that says what to do with the others. */
    private static final int CONTEXT = 1;

    private final DpdkPort port;
    private final TransmitReport report;
    private final int descriptors;

    SentDescriptors(final DpdkPort port, final TransmitReport report) {
        this.port = port;
        this.report = report;
        this.descriptors = port.device().transmitDescriptors();
    }

    /**
     * What bounds a queue below its ring.
     *
     * @param port of a device that is started.
     * @return the limit, null when the driver does not tell what it sent.
     */
    static SmallQueue limit(final DpdkPort port) {
        final DpdkDevice device = port.device();
        final TransmitReport report = device.transmitReport();
        if (report == TransmitReport.NONE) {
            return null;
        }
        final LinkCapabilities can = port.capabilities();
        final int packet = Math.max(1, can.segmentation()) + CONTEXT;
        return new SmallQueue(new SentDescriptors(port, report), device.transmitDescriptors(), device.queues(), can.mtu(),
            report.atOnce(), report.reported(packet));
    }

    /** {@inheritDoc} A driver that answers neither way does not tell: then nothing is to wait for it. */
    @Override
    public boolean isSent(final int placesAgo) {
        return port.transmitStatus(report.offset(descriptors, placesAgo)) != Native.DESCRIPTOR_FULL;
    }

    @Override
    public int linkSpeed() {
        return Native.linkSpeed(port.device().portId());
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
