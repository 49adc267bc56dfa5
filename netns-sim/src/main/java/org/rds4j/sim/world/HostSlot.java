package org.rds4j.sim.world;

/** A host with its name and the time until which it is paused. */
final class HostSlot {
    final String name;
    final SimHost host;
    long pausedUntilNs;

    HostSlot(final String name, final SimHost host) {
        this.name = name;
        this.host = host;
    }

    int doWork(final long nowNs) {
        return nowNs < pausedUntilNs ? 0 : host.doWork(nowNs);
    }

    long nextDeadlineNs(final long nowNs) {
        return nowNs < pausedUntilNs ? pausedUntilNs : host.nextDeadlineNs();
    }
}
