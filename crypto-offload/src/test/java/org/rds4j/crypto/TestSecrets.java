package org.rds4j.crypto;

import java.util.List;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.SessionKeys;
import org.rds4j.crypto.record.TrafficKeys;

/** Fixed secrets for tests that start where a handshake ends. */
public final class TestSecrets {
    private TestSecrets() {
    }

    /** The traffic secret 40 41 .. 5f of the specification's examples. */
    public static byte[] specificationSecret() {
        return secret(0x40);
    }

    public static byte[] secret(final int first) {
        final byte[] secret = new byte[TrafficKeys.SECRET_LENGTH];
        for (int i = 0; i < secret.length; i++) {
            secret[i] = (byte) (first + i);
        }
        return secret;
    }

    public static SessionKeys sessionKeys(final boolean isClient) {
        return new SessionKeys(
            TrafficKeys.derive(secret(0x40), 16),
            TrafficKeys.derive(secret(0x80), 16),
            isClient,
            "TLS_AES_128_GCM_SHA256",
            List.of(),
            new Marker(1, 2));
    }
}
