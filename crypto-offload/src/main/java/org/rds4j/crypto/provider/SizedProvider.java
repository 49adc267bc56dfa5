package org.rds4j.crypto.provider;

/**
 * One provider for small records and another for large ones. A key is then expanded twice, and both are wiped.
 *
 * @param small        for contents of up to {@code smallMaximum} octets.
 * @param smallMaximum octets.
 * @param large        for all others.
 */
record SizedProvider(AeadProvider small, int smallMaximum, AeadProvider large) implements AeadProvider {
    @Override
    public String name() {
        return small.name() + " up to " + smallMaximum + " octets, " + large.name() + " above";
    }

    @Override
    public String unavailabilityCause() {
        return small.isAvailable() ? large.unavailabilityCause() : small.unavailabilityCause();
    }

    @Override
    public boolean isGarbageFree() {
        return small.isGarbageFree() && large.isGarbageFree();
    }

    @Override
    public Aead newAead(final byte[] key) {
        final Aead forSmall = small.newAead(key);
        try {
            return new SizedAead(forSmall, smallMaximum, large.newAead(key));
        } catch (final RuntimeException e) {
            forSmall.close();
            throw e;
        }
    }

    private record SizedAead(Aead small, int smallMaximum, Aead large) implements Aead {
        @Override
        public boolean seal(
            final long nonceAddress,
            final long aadAddress,
            final long contentAddress,
            final int contentLength,
            final byte contentType,
            final long outAddress) {
            return of(contentLength).seal(nonceAddress, aadAddress, contentAddress, contentLength, contentType, outAddress);
        }

        @Override
        public boolean open(
            final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
            return of(ciphertextLength - 1).open(nonceAddress, aadAddress, ciphertextAddress, ciphertextLength);
        }

        @Override
        public void close() {
            small.close();
            large.close();
        }

        private Aead of(final int contentLength) {
            return contentLength <= smallMaximum ? small : large;
        }
    }
}
