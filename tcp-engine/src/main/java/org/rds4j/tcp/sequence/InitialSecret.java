package org.rds4j.tcp.sequence;

import java.util.random.RandomGenerator;

/**
 * The secret under which initial numbers are made. All engines of an address have the same one: the next connection of a
 * four-tuple may be another engine's, and its numbers must go on from those of the last (RFC 6528, RFC 6191).
 *
 * @param key0 64 bits.
 * @param key1 64 bits.
 */
public record InitialSecret(long key0, long key1) {
    /**
     * A new secret.
     *
     * @param random cryptographically strong in production.
     * @return 128 bits of it.
     */
    public static InitialSecret of(final RandomGenerator random) {
        return new InitialSecret(random.nextLong(), random.nextLong());
    }

    /** Does not show it. */
    @Override
    public String toString() {
        return "InitialSecret";
    }
}
