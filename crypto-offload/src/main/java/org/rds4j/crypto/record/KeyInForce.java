package org.rds4j.crypto.record;

import org.rds4j.crypto.Closing;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;

/**
 * The key of one direction, its cipher and its nonces, and how the next generation takes their place. Whatever fails, nothing
 * of a key stays behind that nobody would wipe. Not thread safe.
 */
final class KeyInForce implements AutoCloseable {
    private final AeadProvider provider;
    private final NonceSequence nonces;
    private TrafficKeys keys;
    private Aead aead;

    /** Takes the keys over, also when it throws. */
    KeyInForce(final AeadProvider provider, final TrafficKeys keys, final long firstRecordNumber) {
        this.provider = provider;
        this.keys = keys;
        try {
            nonces = new NonceSequence(new byte[TrafficKeys.IV_LENGTH], 0);
            aead = begin(keys, firstRecordNumber);
        } catch (final Throwable e) {
            Closing.after(e, keys);
            throw e;
        }
    }

    /** The IV is copied only when there is a cipher, and wiped by who takes the copy. */
    private Aead begin(final TrafficKeys next, final long firstRecordNumber) {
        final Aead made = next.newAead(provider);
        try {
            nonces.restart(next.iv(), firstRecordNumber);
        } catch (final Throwable e) {
            Closing.after(e, made);
            throw e;
        }
        return made;
    }

    Aead aead() {
        return aead;
    }

    NonceSequence nonces() {
        return nonces;
    }

    TrafficKeys copyOfKeys() {
        return keys.copy();
    }

    /**
     * Goes to the next generation and its record number 0. When it throws, the generation in force is still the old one: for a
     * direction that has said otherwise by then, that is the end.
     */
    void change() {
        final TrafficKeys next = keys.next();
        final Aead nextAead;
        try {
            nextAead = begin(next, 0);
        } catch (final Throwable e) {
            Closing.after(e, next);
            throw e;
        }
        final Aead oldAead = aead;
        final TrafficKeys oldKeys = keys;
        keys = next;
        aead = nextAead;
        Closing.all(oldAead, oldKeys);
    }

    /** Wipes everything. Idempotent. */
    @Override
    public void close() {
        Closing.all(aead, keys, nonces);
    }
}
