package org.rds4j.tests.interop;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.rds4j.node.DeviceLink;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.tcp.link.LinkPort;

/** Two tap devices and a delay between them, both ways alike: {@code ONE OTHER DELAY_US}. Runs until it is ended. */
public final class LongWayProgram {
    private static final int MTU = 1500;

    private LongWayProgram() {
    }

    /** Carries frames. */
    public static void main(final String[] arguments) {
        final WireConditions conditions = WireConditions.PERFECT.withDelayNs(Long.parseLong(arguments[2]) * 1_000);
        try (DeviceLink one = DeviceLink.open("net_tap0,iface=" + arguments[0], MTU, 1);
            DeviceLink other = DeviceLink.open("net_tap1,iface=" + arguments[1], MTU, 1)) {
            final BadWay way = new BadWay(one.port(), 1, conditions);
            final LinkPort end = other.port();
            System.out.println("ready");
            final IdleStrategy idle = new BackoffIdleStrategy(10, 0, 1_000, 50_000);
            while (!Thread.currentThread().isInterrupted()) {
                idle.idle(way.doWork() + way.carry(end, way.port()) + way.carry(way.port(), end));
            }
        }
    }
}
