package org.rds4j.tcp.steering;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The software mirror of a device's RSS: hash and indirection table say which engine owns a flow. The table may be rewritten
 * while engines run. Connections do not move: a bucket remembers which engines had it before, until each of them says that it
 * has no connection of the bucket left, and a packet is shown to those first. Safe for any number of threads, without locks.
 */
public final class SteeringTable {
    /** Most engines. */
    public static final int MAX_ENGINES = 64;

    private final ToeplitzHash hash;
    private final int engines;
    private final AtomicLongArray former;
    private final AtomicInteger version = new AtomicInteger();
    private volatile Owners current;

    /**
     * A table.
     *
     * @param hash    with the device's key.
     * @param owners  engine of each bucket: the device's indirection table. The bucket of a hash is its low bits, so the length
     *                is a power of two.
     * @param engines how many there are, 1 to {@value #MAX_ENGINES}.
     */
    public SteeringTable(final ToeplitzHash hash, final int[] owners, final int engines) {
        if (engines < 1 || engines > MAX_ENGINES) {
            throw new IllegalArgumentException("engines must be 1 to " + MAX_ENGINES + ", not " + engines);
        }
        this.hash = hash;
        this.engines = engines;
        this.former = new AtomicLongArray(owners.length);
        this.current = new Owners(0, checked(owners, owners.length));
    }

    /**
     * An indirection table that deals buckets out in turn, as devices have it by default.
     *
     * @param buckets a power of two.
     * @param engines how many there are.
     * @return owner of each bucket.
     */
    public static int[] evenly(final int buckets, final int engines) {
        final int[] owners = new int[buckets];
        for (int i = 0; i < buckets; i++) {
            owners[i] = i % engines;
        }
        return owners;
    }

    private int[] checked(final int[] table, final int length) {
        if (table.length != length || Integer.bitCount(length) != 1) {
            throw new IllegalArgumentException(
                "a table of " + table.length + " buckets: it must stay " + length + ", a power of two");
        }
        for (final int owner : table) {
            if (owner < 0 || owner >= engines) {
                throw new IllegalArgumentException("engine " + owner + " is not one of " + engines);
            }
        }
        return table.clone();
    }

    /**
     * Takes a new indirection table. New connections follow it at once, old ones stay where they are. From one thread at a time.
     *
     * @param table as long as the old one.
     */
    public void rewrite(final int[] table) {
        final int[] before = current.ofBuckets;
        final int[] fresh = checked(table, before.length);
        version.incrementAndGet();
        for (int bucket = 0; bucket < fresh.length; bucket++) {
            if (before[bucket] != fresh[bucket]) {
                final long mark = 1L << before[bucket];
                former.getAndUpdate(bucket, mask -> mask | mark);
            }
        }
        current = new Owners(version.get() + 1, fresh);
        version.incrementAndGet();
    }

    /**
     * The table as it is now. Who asks for {@link #formerOwners} later misses none from before it.
     */
    Owners current() {
        return current;
    }

    /** Grows with every rewrite, and is odd during one; even it is that of the {@link #current} owners. */
    int version() {
        return version.get();
    }

    /**
     * Engines.
     *
     * @return how many.
     */
    public int engines() {
        return engines;
    }

    /**
     * Buckets.
     *
     * @return a power of two.
     */
    public int buckets() {
        return former.length();
    }

    /**
     * The bucket of a flow.
     *
     * @param remoteHigh bits 127..64 of the remote address.
     * @param remoteLow  bits 63..0 of the remote address.
     * @param localHigh  bits 127..64 of the local address.
     * @param localLow   bits 63..0 of the local address.
     * @param remotePort the remote port.
     * @param localPort  the local port.
     * @return its index.
     */
    public int bucket(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        return hash.hash(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort) & (former.length() - 1);
    }

    /**
     * Who owns new connections of a bucket.
     *
     * @param bucket its index.
     * @return the engine.
     */
    public int owner(final int bucket) {
        return current.of(bucket);
    }

    /**
     * Who may still have connections of a bucket from before. Whoever asks for the {@link #owner} too asks for that first: a new
     * owner is never seen without the old one among these.
     *
     * @param bucket its index.
     * @return one bit per engine.
     */
    public long formerOwners(final int bucket) {
        return former.get(bucket);
    }

    /**
     * An engine has no connection of a bucket left. Called by the engine's thread.
     *
     * @param bucket its index.
     * @param engine that had it once.
     */
    void forget(final int bucket, final int engine) {
        former.getAndUpdate(bucket, mask -> mask & ~(1L << engine));
    }

    /**
     * Takes {@link #forget} back: a rewrite that began meanwhile may have meant the mark, and lets the engine make connections of
     * the bucket until it ends.
     *
     * @param bucket its index.
     * @param engine that had it once.
     */
    void remember(final int bucket, final int engine) {
        former.getAndUpdate(bucket, mask -> mask | 1L << engine);
    }

    /** Who owns new connections of each bucket from one rewrite to the next. */
    static final class Owners {
        final int version;
        private final int[] ofBuckets;

        Owners(final int version, final int[] ofBuckets) {
            this.version = version;
            this.ofBuckets = ofBuckets;
        }

        int of(final int bucket) {
            return ofBuckets[bucket];
        }
    }
}
