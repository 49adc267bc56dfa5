package org.rds4j.tests.interop;

import org.agrona.UnsafeApi;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.link.WireCounters;
import org.rds4j.sim.random.SimRandom;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;

/** The simulator's faulty link, in real time, between an engine and its device: what iptables cannot do to packets. */
final class BadWay {
    private static final int BURST = 32;

    private final SimLink link;
    private final LinkPort device;
    private final LinkPort far;
    private final FrameBurst arrived = new FrameBurst(BURST);
    private final FrameBurst leaving = new FrameBurst(BURST);

    /** A way to a device, both directions of which are as bad as the conditions say. */
    BadWay(final LinkPort device, final long seed, final WireConditions conditions) {
        this.device = device;
        link = new SimLink("bad-way", 1, LinkShape.ETHERNET, SystemNanoClock.INSTANCE, new SimRandom(seed));
        link.conditions(conditions);
        far = link.port(Side.B);
    }

    /** The engine's end. */
    LinkPort port() {
        return link.port(Side.A);
    }

    /** Carries what is there; returns the number of frames. */
    int doWork() {
        return carry(device, far) + carry(far, device);
    }

    /** Carries from one port to another; what this does not take is lost, as it would be in a switch. */
    int carry(final LinkPort from, final LinkPort to) {
        final int count = from.receiveBurst(arrived);
        to.allocate(leaving, count);
        for (int i = 0; i < leaving.count(); i++) {
            UnsafeApi.copyMemory(arrived.address(i), leaving.address(i), arrived.length(i));
            leaving.length(i, arrived.length(i));
        }
        to.transmitBurst(leaving);
        to.release(leaving);
        from.release(arrived);
        return count;
    }

    /** What happened to frames from the engine. */
    WireCounters fromEngine() {
        return link.counters(Side.A);
    }

    /** What happened to frames to the engine. */
    WireCounters toEngine() {
        return link.counters(Side.B);
    }
}
