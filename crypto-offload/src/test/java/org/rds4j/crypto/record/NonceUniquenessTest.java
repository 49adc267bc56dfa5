package org.rds4j.crypto.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;

/**
 * No key meets a nonce twice. The cipher here only notes what it is asked for: within a key each nonce must be that of the next
 * record number, which never comes back, and no two keys are the same.
 */
class NonceUniquenessTest {
    private static final int RECORDS = 10_000_000;
    private static final int KEY_UPDATES = 100;
    private static final int SESSIONS = 50;

    private final Set<String> keys = new HashSet<>();
    private final Memory memory = new Memory(64);
    private long sealed;
    private boolean isEachNonceNew = true;

    /** The nonce of each record differs from the first one by the record's number alone (RFC 8446 section 5.3). */
    private final class NotingAead implements Aead {
        private int firstHead;
        private long firstTail;
        private long next;

        @Override
        public boolean seal(
            final long nonceAddress, final long aadAddress, final long contentAddress, final int contentLength,
            final byte contentType, final long outAddress) {
            final int head = UnsafeApi.getInt(nonceAddress);
            final long tail = Long.reverseBytes(UnsafeApi.getLong(nonceAddress + 4));
            if (next == 0) {
                firstHead = head;
                firstTail = tail;
            }
            isEachNonceNew &= head == firstHead && (tail ^ firstTail) == next;
            next++;
            sealed++;
            return true;
        }

        @Override
        public boolean open(
            final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
            return false;
        }

        @Override
        public void close() {
            next = -1;
        }
    }

    private final class NotingProvider implements AeadProvider {
        @Override
        public String name() {
            return "notes";
        }

        @Override
        public String unavailabilityCause() {
            return null;
        }

        @Override
        public Aead newAead(final byte[] key) {
            assertTrue(keys.add(HexFormat.of().formatHex(key)), "a key that was there before");
            return new NotingAead();
        }
    }

    @Test
    void shouldUseNoNonceTwiceInTenMillionRecordsAndAHundredKeyUpdatesOfManySessions() {
        final AeadProvider provider = new NotingProvider();
        for (int session = 0; session < SESSIONS; session++) {
            try (RecordSealer sealer = new RecordSealer(
                provider, TrafficKeys.derive(TestSecrets.secret(session), 16), KeyLimits.DEFAULT)) {
                for (int i = 0; i < RECORDS / SESSIONS; i++) {
                    seal(sealer, i);
                }
            }
        }
        assertTrue(isEachNonceNew);
        assertEquals(RECORDS, sealed);
        assertEquals(KEY_UPDATES + SESSIONS, keys.size());
    }

    /** Data, alerts, content that is refused and uses nothing, and a KeyUpdate now and then. */
    private void seal(final RecordSealer sealer, final int i) {
        final int perKey = RECORDS / SESSIONS / 3;
        if (i % perKey == perKey - 1 && sealer.generation() < KEY_UPDATES / SESSIONS) {
            assertEquals(RecordSealer.KEY_UPDATE_RECORD_LENGTH, sealer.updateKeys(memory.address()));
        } else if (i % 1000 == 0) {
            assertEquals(0, sealer.seal(memory.address(), RecordHeaderFlyweight.MAX_CONTENT_LENGTH + 1, memory.address()));
            assertEquals(RecordSealer.ALERT_RECORD_LENGTH, sealer.sealAlert(0, memory.address()));
        } else {
            assertEquals(22, sealer.seal(memory.address(), 0, memory.address()));
        }
    }
}
