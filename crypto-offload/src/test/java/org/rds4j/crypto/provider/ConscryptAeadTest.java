package org.rds4j.crypto.provider;

import org.junit.jupiter.api.Test;

class ConscryptAeadTest extends AeadContractTest {
    private static final AeadProvider PROVIDER = JcaProvider.conscrypt();

    @Override
    protected AeadProvider provider() {
        return PROVIDER;
    }

    @Test
    void shouldLeaveNoKeyOnTheHeapWhenClosed() throws Exception {
        HeapSearch.assertKeyGoesWithItsAead(PROVIDER);
    }
}
