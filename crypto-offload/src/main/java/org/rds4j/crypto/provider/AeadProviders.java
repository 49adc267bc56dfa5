package org.rds4j.crypto.provider;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The AES-GCM providers of this module. A provider that does not pass a known answer is not offered. */
public final class AeadProviders {
    private static final List<AeadProvider> NATIVE =
        List.of(verified(IpsecMbProvider.probe()), verified(OpenSslProvider.probe()));

    private AeadProviders() {
    }

    /**
     * Every provider known here, usable or not.
     *
     * @return each says by itself whether it can be used.
     */
    public static List<AeadProvider> all() {
        return Stream.concat(NATIVE.stream(), Fallbacks.ALL.stream()).toList();
    }

    /**
     * The providers among which {@link AeadCalibration} has to choose: those that leave garbage on the heap only where all
     * others are missing, so that they need not even be loaded elsewhere.
     *
     * @return one that can be used at least, unless there is none.
     */
    public static List<AeadProvider> candidates() {
        return NATIVE.stream().anyMatch(AeadProvider::isAvailable) ? NATIVE : all();
    }

    /**
     * The provider of this module that {@link AeadCalibration} chooses. Waits until it has.
     *
     * @return a usable provider.
     * @throws IllegalStateException when there is none; the message says what to install.
     */
    public static AeadProvider best() {
        return AeadCalibration.begin(candidates()).join().choice();
    }

    /**
     * The first provider that can be used.
     *
     * @param providers usable or not.
     * @return one of them.
     * @throws IllegalStateException when there is none; the message says what to install.
     */
    public static AeadProvider first(final List<AeadProvider> providers) {
        return usable(providers).getFirst();
    }

    /** Those that can be used; at least one. */
    static List<AeadProvider> usable(final List<AeadProvider> providers) {
        final List<AeadProvider> usable = providers.stream().filter(AeadProvider::isAvailable).toList();
        if (usable.isEmpty()) {
            throw new IllegalStateException("no AES-GCM library can be used" + missing(providers));
        }
        return usable;
    }

    /** Why the others cannot, as the end of a sentence. */
    static String missing(final List<AeadProvider> providers) {
        return providers.stream().filter(provider -> !provider.isAvailable())
            .map(provider -> "; not by " + provider.name() + ": " + provider.unavailabilityCause())
            .collect(Collectors.joining());
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

    /** Those that leave garbage, loaded when somebody asks for them. */
    private static final class Fallbacks {
        private static final List<AeadProvider> ALL =
            List.of(verified(JcaProvider.conscrypt()), verified(JcaProvider.jdk()));
    }

    /** A provider whose library is there but cannot be trusted. */
    private record RefusedProvider(String name, String unavailabilityCause) implements AeadProvider {
        @Override
        public Aead newAead(final byte[] key) {
            throw new IllegalStateException(name + " must not be used: " + unavailabilityCause);
        }
    }
}
