package org.rds4j.crypto.record;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;

/**
 * The keys of one direction, derived from its traffic secret by HKDF-Expand-Label with SHA-256 (RFC 8446 section 7.3). They
 * stand outside the heap, which a collector copies from place to place and a dump shows. Wiped by {@link #close()}. Not thread
 * safe.
 */
public final class TrafficKeys implements AutoCloseable {
    /** Octets of a traffic secret. */
    public static final int SECRET_LENGTH = 32;
    /** Octets of the write IV. */
    public static final int IV_LENGTH = 12;

    private static final int IV_OFFSET = SECRET_LENGTH;
    private static final int KEY_OFFSET = IV_OFFSET + IV_LENGTH;

    private final int keyLength;
    private final ByteBuffer memory;

    private TrafficKeys(final byte[] secret, final int keyLength) {
        this.keyLength = keyLength;
        this.memory = ByteBuffer.allocateDirect(KEY_OFFSET + keyLength);
        try {
            memory.put(0, secret);
            expand(secret, "key", KEY_OFFSET, keyLength);
            expand(secret, "iv", IV_OFFSET, IV_LENGTH);
        } catch (final Throwable e) {
            close();
            throw e;
        }
    }

    private void expand(final byte[] secret, final String label, final int offset, final int length) {
        final byte[] expanded = new byte[length];
        try {
            ExpandLabel.expand(secret, label, expanded);
            memory.put(offset, expanded);
        } finally {
            Arrays.fill(expanded, (byte) 0);
        }
    }

    /**
     * Derives key and IV.
     *
     * @param secret    32 octets; borrowed, the caller wipes them.
     * @param keyLength 16 for AES-128, 32 for AES-256.
     * @return the keys.
     */
    public static TrafficKeys derive(final byte[] secret, final int keyLength) {
        if (secret.length != SECRET_LENGTH || (keyLength != 16 && keyLength != 32)) {
            throw new IllegalArgumentException("a traffic secret has 32 octets and a key 16 or 32, not "
                + secret.length + " and " + keyLength);
        }
        return new TrafficKeys(secret, keyLength);
    }

    /**
     * The keys that follow these (RFC 8446 section 7.2).
     *
     * @return keys of the next generation; these stay valid until closed.
     */
    public TrafficKeys next() {
        final byte[] nextSecret = new byte[SECRET_LENGTH];
        final byte[] secret = secret();
        try {
            ExpandLabel.expand(secret, "traffic upd", nextSecret);
            return derive(nextSecret, keyLength);
        } finally {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(nextSecret, (byte) 0);
        }
    }

    /**
     * The same keys in memory of their own.
     *
     * @return a copy; these stay valid until closed.
     */
    public TrafficKeys copy() {
        final byte[] secret = secret();
        try {
            return derive(secret, keyLength);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * A cipher under the key.
     *
     * @param provider makes it.
     * @return to be closed by the caller.
     */
    public Aead newAead(final AeadProvider provider) {
        final byte[] key = key();
        try {
            return provider.newAead(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /**
     * Length of the AES key.
     *
     * @return 16 or 32 octets, also after {@link #close()}.
     */
    public int keyLength() {
        return keyLength;
    }

    /**
     * The traffic secret.
     *
     * @return a copy, for the caller to overwrite; zeros after {@link #close()}.
     */
    public byte[] secret() {
        return copy(0, SECRET_LENGTH);
    }

    /**
     * The AES key.
     *
     * @return a copy, for the caller to overwrite; zeros after {@link #close()}.
     */
    public byte[] key() {
        return copy(KEY_OFFSET, keyLength);
    }

    /**
     * The write IV.
     *
     * @return a copy, for the caller to overwrite; zeros after {@link #close()}.
     */
    public byte[] iv() {
        return copy(IV_OFFSET, IV_LENGTH);
    }

    /** Overwrites secret, key and IV with zeros. Idempotent. */
    @Override
    public void close() {
        UnsafeApi.setMemory(BufferUtil.address(memory), memory.capacity(), (byte) 0);
    }

    private byte[] copy(final int offset, final int length) {
        final byte[] octets = new byte[length];
        memory.get(offset, octets);
        return octets;
    }
}
