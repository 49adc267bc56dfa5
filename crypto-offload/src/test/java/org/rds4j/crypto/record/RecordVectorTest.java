package org.rds4j.crypto.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.provider.AeadProviders;

/** The worked examples of the specification, section 3. */
class RecordVectorTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] CONTENT = "RDS message 0001".getBytes(StandardCharsets.US_ASCII);
    private static final String RECORD_5 = "170303002188f32f79a13d7419edd179765efc34af9d151453d57d30730e9723c1045a8dbfd4";
    private static final String EMPTY_RECORD_6 = "17030300118775703fb211bfabee980ad68627033ba8";

    private final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private final Memory memory = new Memory(128);

    @Test
    void shouldDeriveKeyIvAndTheNextGeneration() {
        assertEquals("54ff8cb00f433b8c65731bce8170ee3b", HEX.formatHex(keys.key()));
        assertEquals("380b541dc252b1f0618aea80", HEX.formatHex(keys.iv()));
        final TrafficKeys next = keys.next();
        assertEquals(
            "e8fc7f681aa59e59a6da531ad5b59f2b7ed21605445b04dcbe4727655950a3cf", HEX.formatHex(next.secret()));
        assertEquals("31e1c423e51d2c0b12afa57c70011f0f", HEX.formatHex(next.key()));
        assertEquals("ffd690a21c8451d6e781c5b3", HEX.formatHex(next.iv()));
    }

    @Test
    void shouldFormTheNonceOfAnyRecordNumber() {
        assertEquals("380b541dc252b1f0618aea85", nonce(5));
        assertEquals("380b541dc252b1f0618aea80", nonce(0));
        assertEquals("380b541d3dad4e0f9e75157f", nonce(-1L));
        assertEquals("380b541dc252b1f1618aea80", nonce(1L << 32));
    }

    @Test
    void shouldSealRecordFiveAndTheEmptyRecordSix() {
        memory.put(0, CONTENT);
        final long out = memory.address() + 64;
        try (RecordSealer sealer = new RecordSealer(AeadProviders.best(), keys, KeyLimits.DEFAULT, 5)) {
            assertEquals(38, sealer.seal(memory.address(), CONTENT.length, out));
            assertEquals(RECORD_5, memory.hex(64, 38));
            assertEquals(22, sealer.seal(memory.address(), 0, out));
            assertEquals(EMPTY_RECORD_6, memory.hex(64, 22));
        }
    }

    @Test
    void shouldOpenRecordFiveAndTheEmptyRecordSix() {
        try (RecordOpener opener = new RecordOpener(AeadProviders.best(), keys, 5)) {
            memory.put(0, HEX.parseHex(RECORD_5));
            assertEquals(CONTENT.length, opener.open(memory.address(), 38));
            assertEquals(HEX.formatHex(CONTENT), memory.hex(5, CONTENT.length));
            assertEquals(RecordHeaderFlyweight.TYPE_APPLICATION_DATA, opener.contentType());
            memory.put(0, HEX.parseHex(EMPTY_RECORD_6));
            assertEquals(0, opener.open(memory.address(), 22));
        }
    }

    private String nonce(final long recordNumber) {
        final NonceSequence nonces = new NonceSequence(keys.iv(), recordNumber);
        final Memory copy = new Memory(12);
        UnsafeApi.copyMemory(nonces.address(), copy.address(), 12);
        return copy.hex(0, 12);
    }
}
