package org.rds4j.sim.random;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * All chance of a simulation, from one seed. Every consumer takes a stream under a name of its own; what a stream yields
 * depends on seed and name only, so a new consumer leaves the others as they were. Not thread safe.
 */
public final class SimRandom {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final long seed;
    private final Set<String> taken = new HashSet<>();

    /**
     * Chance that repeats with the seed.
     *
     * @param seed any value.
     */
    public SimRandom(final long seed) {
        this.seed = seed;
    }

    /**
     * What all streams come from.
     *
     * @return the seed.
     */
    public long seed() {
        return seed;
    }

    /**
     * Opens the stream of one consumer.
     *
     * @param name of the consumer, once per simulation.
     * @return a generator for that consumer alone.
     * @throws IllegalArgumentException when the name is taken: two consumers with one stream would be correlated.
     */
    public RandomGenerator stream(final String name) {
        if (!taken.add(name)) {
            throw new IllegalArgumentException("the random stream '" + name + "' is taken: give each consumer its own name");
        }
        return new SplittableRandom(mix(seed ^ mix(hash(name))));
    }

    private static long hash(final String name) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }

    private static long mix(final long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
