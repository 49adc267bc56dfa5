package org.rds4j.crypto.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class IpsecMbAeadTest extends AeadContractTest {
    private static final AeadProvider PROVIDER = IpsecMbProvider.probe();

    @Override
    protected AeadProvider provider() {
        return PROVIDER;
    }

    @Test
    void shouldWipeTheKeyScheduleWhenClosed() {
        assumeTrue(PROVIDER.isAvailable(), PROVIDER.unavailabilityCause());
        final IpsecMbAead aead = (IpsecMbAead) PROVIDER.newAead(new byte[16]);
        final ByteBuffer memory = aead.keyMemory();
        assertNotEquals(ByteBuffer.allocate(memory.capacity()), memory.duplicate().clear());
        aead.close();
        assertEquals(ByteBuffer.allocate(memory.capacity()), memory.duplicate().clear());
    }
}
