package org.rds4j.sim.world;

/** A host with its name, whether it has to run, and the time until which it is paused. */
final class HostSlot {
    final String name;
    final SimHost host;
    /** Runs only when something happens to it. */
    final boolean isAttached;
    long pausedUntilNs;

    HostSlot(final String name, final SimHost host, final boolean isAttached) {
        this.name = name;
        this.host = host;
        this.isAttached = isAttached;
    }

    int doWork(final long nowNs) {
        return nowNs < pausedUntilNs ? 0 : host.doWork(nowNs);
    }

    long nextDeadlineNs(final long nowNs) {
        return nowNs < pausedUntilNs ? pausedUntilNs : host.nextDeadlineNs();
    }
}
