package org.rds4j.crypto.provider;

/** Makes {@link Aead}s from keys. Stateless and thread safe. */
public interface AeadProvider {
    /**
     * What does the work.
     *
     * @return library, version and variant, in one line.
     */
    String name();

    /**
     * AES-GCM under a key.
     *
     * @param key 16 octets (AES-128) or 32 (AES-256); borrowed, the caller wipes it.
     * @return to be closed by the caller.
     * @throws IllegalArgumentException when the key has another length.
     */
    Aead newAead(byte[] key);
}
