package org.rds4j.crypto.model;

/** How the model takes what a driver must not do. */
public enum ModelMode {
    /** As hardware probably does: packets that are well formed and cannot be opened. */
    REAL,
    /** Stops the queue and says why. */
    STRICT,
    /**
     * As badly as the rules allow: parameters that no fence orders apply after the data that follows them, and each answer to a
     * resync when the device is at its place, be it some packets later, behind other answers.
     */
    ADVERSARIAL
}
