package org.rds4j.sim.link;

import org.rds4j.sim.clock.VirtualClock;
import org.rds4j.sim.random.SimRandom;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.LinkPortContract;

/** A perfect simulated link keeps the contract of every link port, with the clock standing still. */
class SimLinkContractTest extends LinkPortContract {
    private final SimLink link = new SimLink("wire", 0, LinkShape.ETHERNET, new VirtualClock(), new SimRandom(1));

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
