package org.rds4j.tcp.sequence;

import java.util.random.RandomGenerator;
import org.rds4j.tcp.table.FourTuple;

/**
 * Where sequence numbers and timestamps of a connection start (RFC 6528, RFC 7323 section 5.4): a keyed hash of the
 * four-tuple, and for sequence numbers a clock of 4 microsecond steps on top. One thread.
 */
public final class InitialNumbers {
    private static final long CLOCK_STEP_NS = 4_000;
    private static final int TUPLE_LENGTH = 36;

    private SipHash hash;

    /**
     * Numbers under a new secret.
     *
     * @param random gives the secret of 128 bits.
     */
    public InitialNumbers(final RandomGenerator random) {
        secret(InitialSecret.of(random));
    }

    /**
     * Takes the secret that the engines of an address have in common; before the first number is asked for.
     *
     * @param secret in place of the engine's own.
     */
    public void secret(final InitialSecret secret) {
        hash = new SipHash(secret.key0(), secret.key1());
    }

    /**
     * The initial sequence number.
     *
     * @param tuple of the connection.
     * @param nowNs the engine's time.
     * @return ISS.
     */
    public int sequence(final FourTuple tuple, final long nowNs) {
        return (int) (nowNs / CLOCK_STEP_NS) + (int) hash(tuple);
    }

    /**
     * What is added to the clock in timestamps.
     *
     * @param tuple of the connection.
     * @return the offset; the same for every connection with this tuple.
     */
    public int timestampOffset(final FourTuple tuple) {
        return (int) (hash(tuple) >>> 32);
    }

    private long hash(final FourTuple tuple) {
        return hash.begin()
            .add(tuple.localHigh()).add(tuple.localLow()).add(tuple.remoteHigh()).add(tuple.remoteLow())
            .end(((long) tuple.localPort() << 16) | tuple.remotePort(), TUPLE_LENGTH);
    }
}
