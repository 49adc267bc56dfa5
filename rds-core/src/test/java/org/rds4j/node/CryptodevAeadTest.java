package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.provider.AeadContractTest;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.dpdk.DpdkEnvironment;

class CryptodevAeadTest extends AeadContractTest {
    @BeforeAll
    static void startDpdk() {
        if (DpdkEnvironment.running() == null) {
            final AeadProvider without = CryptodevProvider.ofProcess();
            assertFalse(without.isAvailable());
            assertTrue(without.unavailabilityCause().contains("does not run"), without.unavailabilityCause());
        }
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        DpdkEnvironment.start();
    }

    @Override
    protected AeadProvider provider() {
        return CryptodevProvider.ofProcess();
    }

    @Test
    void shouldPlugTheDeviceOnce() {
        assertSame(CryptodevProvider.ofProcess(), provider());
        assertEquals("DPDK crypto_aesni_gcm", provider().name());
    }
}
