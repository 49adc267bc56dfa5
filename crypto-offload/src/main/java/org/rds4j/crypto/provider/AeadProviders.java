package org.rds4j.crypto.provider;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The AES-GCM providers of this machine, best first. A provider that does not pass a known answer is not offered. */
public final class AeadProviders {
    private static final Logger LOGGER = LoggerFactory.getLogger(AeadProviders.class);
    private static final List<AeadProvider> ALL =
        List.of(verified(IpsecMbProvider.probe()), verified(OpenSslProvider.probe()));

    private AeadProviders() {
    }

    /**
     * Every provider known, usable or not, in the order of measured speed.
     *
     * @return at least one; each says by itself whether it can be used.
     */
    public static List<AeadProvider> all() {
        return ALL;
    }

    /**
     * The fastest provider this machine has. Says in the log which one it is, and why none faster.
     *
     * @return a usable provider.
     * @throws IllegalStateException when there is none; the message says what to install.
     */
    public static AeadProvider best() {
        final StringBuilder missing = new StringBuilder();
        for (final AeadProvider provider : ALL) {
            if (provider.isAvailable()) {
                LOGGER.info("AES-GCM by {}{}", provider.name(), missing);
                return provider;
            }
            missing.append("; not by ").append(provider.name()).append(": ").append(provider.unavailabilityCause());
        }
        throw new IllegalStateException("no AES-GCM library can be used" + missing);
    }

    private static AeadProvider verified(final AeadProvider provider) {
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
