package org.rds4j.crypto.record;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of one direction, derived from its traffic secret by HKDF-Expand-Label with SHA-256 (RFC 8446 section 7.3).
 * Wiped by {@link #close()}. Not thread safe.
 */
public final class TrafficKeys implements AutoCloseable {
    /** Octets of a traffic secret. */
    public static final int SECRET_LENGTH = 32;
    /** Octets of the write IV. */
    public static final int IV_LENGTH = 12;

    private static final String HMAC = "HmacSHA256";

    private final byte[] secret;
    private final byte[] key;
    private final byte[] iv;

    private TrafficKeys(final byte[] secret, final byte[] key, final byte[] iv) {
        this.secret = secret;
        this.key = key;
        this.iv = iv;
    }

    /**
     * Derives key and IV.
     *
     * @param secret    32 octets; copied.
     * @param keyLength 16 for AES-128, 32 for AES-256.
     * @return the keys.
     */
    public static TrafficKeys derive(final byte[] secret, final int keyLength) {
        if (secret.length != SECRET_LENGTH || (keyLength != 16 && keyLength != 32)) {
            throw new IllegalArgumentException("a traffic secret has 32 octets and a key 16 or 32, not "
                + secret.length + " and " + keyLength);
        }
        return new TrafficKeys(
            secret.clone(), expandLabel(secret, "key", keyLength), expandLabel(secret, "iv", IV_LENGTH));
    }

    /**
     * The keys that follow these (RFC 8446 section 7.2).
     *
     * @return keys of the next generation; these stay valid until closed.
     */
    public TrafficKeys next() {
        final byte[] nextSecret = expandLabel(secret, "traffic upd", SECRET_LENGTH);
        final TrafficKeys next = derive(nextSecret, key.length);
        Arrays.fill(nextSecret, (byte) 0);
        return next;
    }

    /**
     * The same keys in arrays of their own.
     *
     * @return a copy; these stay valid until closed.
     */
    public TrafficKeys copy() {
        return new TrafficKeys(secret.clone(), key.clone(), iv.clone());
    }

    /**
     * The traffic secret.
     *
     * @return the array itself: borrowed, and zeros after {@link #close()}.
     */
    public byte[] secret() {
        return secret;
    }

    /**
     * The AES key.
     *
     * @return the array itself: borrowed, and zeros after {@link #close()}.
     */
    public byte[] key() {
        return key;
    }

    /**
     * The write IV.
     *
     * @return the array itself: borrowed, and zeros after {@link #close()}.
     */
    public byte[] iv() {
        return iv;
    }

    /** Overwrites secret, key and IV with zeros. Idempotent. */
    @Override
    public void close() {
        Arrays.fill(secret, (byte) 0);
        Arrays.fill(key, (byte) 0);
        Arrays.fill(iv, (byte) 0);
    }

    /** HKDF-Expand-Label (RFC 8446 section 7.1) with an empty context and at most one block of output. */
    private static byte[] expandLabel(final byte[] secret, final String label, final int length) {
        final byte[] name = ("tls13 " + label).getBytes(StandardCharsets.US_ASCII);
        try {
            final Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            mac.update((byte) (length >> 8));
            mac.update((byte) length);
            mac.update((byte) name.length);
            mac.update(name);
            mac.update((byte) 0);
            mac.update((byte) 1);
            final byte[] block = mac.doFinal();
            final byte[] output = Arrays.copyOf(block, length);
            Arrays.fill(block, (byte) 0);
            return output;
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + HMAC + ", which every Java platform must have", e);
        }
    }
}
