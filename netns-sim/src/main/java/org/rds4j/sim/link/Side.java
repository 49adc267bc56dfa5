package org.rds4j.sim.link;

/** The two ends of a link. A direction is named by the side its frames come from. */
public enum Side {
    /** One end. */
    A,
    /** The other end. */
    B;

    /**
     * The far end.
     *
     * @return B for A, A for B.
     */
    public Side opposite() {
        return this == A ? B : A;
    }
}
