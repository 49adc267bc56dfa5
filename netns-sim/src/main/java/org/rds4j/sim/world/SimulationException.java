package org.rds4j.sim.world;

/** A simulation ran into one of its bounds; the message says which, when, and with what seed to see it again. */
public final class SimulationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SimulationException(final String message) {
        super(message);
    }
}
