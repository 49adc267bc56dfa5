package org.rds4j.sim.link;

import org.agrona.concurrent.NanoClock;
import org.rds4j.sim.random.SimRandom;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.LinkPortContract;

/** A simulated link with rate, delay and a queue that pushes back keeps the contract, while time passes with every call. */
class SimLinkPushBackContractTest extends LinkPortContract {
    private static final class TickingClock implements NanoClock {
        private long nowNs;

        @Override
        public long nanoTime() {
            return nowNs += 1_000;
        }
    }

    private final SimLink link = new SimLink("wire", 0, LinkShape.ETHERNET, new TickingClock(), new SimRandom(1));

    SimLinkPushBackContractTest() {
        link.conditions(WireConditions.PERFECT.withDelayNs(5_000).withPushBackRate(1_000_000_000L, 1 << 15));
    }

    @Override
    protected LinkPort portA() {
        return link.port(Side.A);
    }

    @Override
    protected LinkPort portB() {
        return link.port(Side.B);
    }

    @Override
    protected boolean isPoolFull() {
        link.requireFramesHome();
        return link.framesWithHosts() + link.inFlight(Side.A) + link.inFlight(Side.B) == 0;
    }
}
