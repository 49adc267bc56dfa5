package org.rds4j.crypto.agent;

import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;

/** The best provider, whose calls are told to a probe before they are made. */
record ProbedProvider(AeadProvider provider, Probe probe) implements AeadProvider {
    /** Hears of every call. */
    @FunctionalInterface
    interface Probe {
        /** On the thread that computes: a record is about to be sealed or opened. */
        void onCall(Aead aead);
    }

    ProbedProvider(final Probe probe) {
        this(AeadProviders.best(), probe);
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public String unavailabilityCause() {
        return provider.unavailabilityCause();
    }

    @Override
    public Aead newAead(final byte[] key) {
        final Aead aead = provider.newAead(key);
        return new Aead() {
            @Override
            public boolean seal(
                final long nonceAddress,
                final long aadAddress,
                final long contentAddress,
                final int contentLength,
                final byte contentType,
                final long outAddress) {
                probe.onCall(this);
                return aead.seal(nonceAddress, aadAddress, contentAddress, contentLength, contentType, outAddress);
            }

            @Override
            public boolean open(
                final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
                probe.onCall(this);
                return aead.open(nonceAddress, aadAddress, ciphertextAddress, ciphertextLength);
            }

            @Override
            public void close() {
                aead.close();
            }
        };
    }
}
