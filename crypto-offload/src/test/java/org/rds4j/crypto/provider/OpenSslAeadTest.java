package org.rds4j.crypto.provider;

class OpenSslAeadTest extends AeadContractTest {
    private static final AeadProvider PROVIDER = OpenSslProvider.probe();

    @Override
    protected AeadProvider provider() {
        return PROVIDER;
    }
}
