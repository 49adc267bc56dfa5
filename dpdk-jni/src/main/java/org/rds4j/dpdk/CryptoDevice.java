package org.rds4j.dpdk;

import org.rds4j.dpdk.internal.Native;

/**
 * AES-GCM by a software driver of DPDK's cryptodev, on the calling thread: {@code crypto_aesni_gcm} here. Key schedules are
 * sessions in a pool of DPDK's memory. Sessions are made and freed by any thread; each is used by one thread at a time, and
 * different threads may process bursts of different sessions. The driver compares tags by {@code memcmp}, whose time depends
 * on where they differ.
 */
public final class CryptoDevice implements AutoCloseable {
    private static final int ENOTSUP = 95;

    private final DpdkEnvironment environment;
    private final String name;
    private final int device;
    private final long pool;
    private boolean open = true;

    private CryptoDevice(final DpdkEnvironment environment, final String name, final int device, final long pool) {
        this.environment = environment;
        this.name = name;
        this.device = device;
        this.pool = pool;
    }

    /**
     * Plugs a driver.
     *
     * @param environment running.
     * @param name        of the driver, such as {@code crypto_aesni_gcm}; with a number behind it when there are several.
     * @param sessions    how many there can be.
     * @return the device, started.
     * @throws DpdkException when there is no such driver, it cannot work on the calling thread, or memory is short.
     */
    public static CryptoDevice open(final DpdkEnvironment environment, final String name, final int sessions) {
        environment.claim(resource(name));
        final int device = Native.plugCrypto(name);
        if (device < 0) {
            environment.unclaim(resource(name));
            throw DpdkException.of(device == -ENOTSUP ? name + " works by queues only" : "cannot attach " + name, device);
        }
        final long pool = Native.createSessionPool(device, name, sessions);
        if (pool < 0) {
            Native.unplugCrypto(device);
            environment.unclaim(resource(name));
            throw DpdkException.of("no memory for " + sessions + " sessions of " + name, pool);
        }
        environment.logNative();
        return new CryptoDevice(environment, name, device, pool);
    }

    /**
     * The driver's name.
     *
     * @return as given.
     */
    public String name() {
        return name;
    }

    /**
     * Expands a key.
     *
     * @param sealing true for records to be sealed, false for records to be opened.
     * @param key     16 or 32 octets; borrowed, the caller wipes it.
     * @return the session, for {@link RecordBurst}; to be freed.
     * @throws DpdkException when all sessions are in use, or the driver does not know such keys.
     */
    public long newSession(final boolean sealing, final byte[] key) {
        final long session = Native.newSession(device, pool, sealing, key);
        if (session < 0) {
            throw DpdkException.of("no session of " + name, session);
        }
        return session;
    }

    /**
     * Wipes and frees a session.
     *
     * @param session of this device, in no burst.
     */
    public void freeSession(final long session) {
        Native.freeSession(device, session);
    }

    /**
     * Seals and opens all records of a burst, in one crossing.
     *
     * @param burst of sessions of this device; afterwards it says which succeeded.
     * @return how many did.
     */
    public int process(final RecordBurst burst) {
        return Native.processRecords(device, burst.address(), burst.count());
    }

    /** Removes the device; all its sessions must be free. Idempotent. */
    @Override
    public void close() {
        if (open) {
            open = false;
            Native.unplugCrypto(device);
            Native.freeSessionPool(pool);
            environment.unclaim(resource(name));
        }
    }

    private static String resource(final String name) {
        return "crypto device " + name;
    }
}
