package org.rds4j.sim.world;

/** Whatever lives at the end of links: an engine, a node, a switch, a toy. Run by the simulation's thread only. */
public interface SimHost {
    /**
     * Does all that can be done at this instant, or a part of it. The simulation calls again at the same instant until
     * nobody reports work.
     *
     * @param nowNs virtual time.
     * @return how much was done; 0 when there is nothing to do until a frame arrives or the deadline comes.
     */
    int doWork(long nowNs);

    /**
     * When the host wants to run again even if no frame arrives.
     *
     * @return virtual time, {@link Long#MAX_VALUE} for never.
     */
    long nextDeadlineNs();
}
