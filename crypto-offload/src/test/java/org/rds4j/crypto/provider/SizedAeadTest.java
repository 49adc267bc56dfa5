package org.rds4j.crypto.provider;

/** Two libraries, each for its sizes, keep what one keeps. */
class SizedAeadTest extends AeadContractTest {
    private static final AeadProvider PROVIDER =
        new SizedProvider(IpsecMbProvider.probe(), 1000, OpenSslProvider.probe());

    @Override
    protected AeadProvider provider() {
        return PROVIDER;
    }
}
