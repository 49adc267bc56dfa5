package org.rds4j.crypto.provider;

/** Makes {@link Aead}s from keys, when its library is there. Stateless and thread safe. */
public interface AeadProvider {
    /**
     * What does the work.
     *
     * @return library, version and variant, in one line.
     */
    String name();

    /**
     * Why this provider cannot be used on this machine.
     *
     * @return one line that says what is missing, or null when the provider can be used.
     */
    String unavailabilityCause();

    /**
     * Whether this provider can be used on this machine.
     *
     * @return true when {@link #newAead} works.
     */
    default boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /**
     * Whether sealing and opening leave the Java heap alone. Providers that do not are for machines without another.
     *
     * @return true when no record costs garbage.
     */
    default boolean isGarbageFree() {
        return true;
    }

    /**
     * AES-GCM under a key.
     *
     * @param key 16 octets (AES-128) or 32 (AES-256); borrowed, the caller wipes it.
     * @return to be closed by the caller.
     * @throws IllegalArgumentException when the key has another length.
     * @throws IllegalStateException    when the provider is not available.
     */
    Aead newAead(byte[] key);
}
