package org.rds4j.crypto.provider;

import java.util.List;

/** The AES-GCM providers of this module. A provider that does not pass a known answer is not offered. */
public final class AeadProviders {
    private static final List<AeadProvider> ALL = List.of(
        verified(IpsecMbProvider.probe()),
        verified(OpenSslProvider.probe()),
        verified(JcaProvider.conscrypt()),
        verified(JcaProvider.jdk()));

    private AeadProviders() {
    }

    /**
     * Every provider known here, usable or not.
     *
     * @return each says by itself whether it can be used.
     */
    public static List<AeadProvider> all() {
        return ALL;
    }

    /**
     * The provider of this module that {@link AeadCalibration} chooses. Waits until it has.
     *
     * @return a usable provider.
     * @throws IllegalStateException when there is none; the message says what to install.
     */
    public static AeadProvider best() {
        return AeadCalibration.begin(ALL).join().choice();
    }

    /**
     * Asks a provider two known questions before it is trusted.
     *
     * @param provider usable or not.
     * @return the provider, or one that cannot be used in its place when an answer was wrong.
     */
    public static AeadProvider verified(final AeadProvider provider) {
        return !provider.isAvailable() || KnownAnswer.isRightFrom(provider)
            ? provider : new RefusedProvider(provider.name(), "it gave a wrong answer to a known question");
    }

    /** A provider whose library is there but cannot be trusted. */
    private record RefusedProvider(String name, String unavailabilityCause) implements AeadProvider {
        @Override
        public Aead newAead(final byte[] key) {
            throw new IllegalStateException(name + " must not be used: " + unavailabilityCause);
        }
    }
}
