package org.rds4j.crypto.provider;

import org.junit.jupiter.api.Test;

class JdkAeadTest extends AeadContractTest {
    private static final AeadProvider PROVIDER = JcaProvider.jdk();

    @Override
    protected AeadProvider provider() {
        return PROVIDER;
    }

    @Test
    void shouldLeaveNoKeyOnTheHeapWhenClosed() throws Exception {
        HeapSearch.assertKeyGoesWithItsAead(PROVIDER);
    }
}
