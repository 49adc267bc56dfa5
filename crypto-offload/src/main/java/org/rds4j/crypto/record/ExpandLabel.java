package org.rds4j.crypto.record;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * HKDF-Expand-Label (RFC 8446 section 7.1) with SHA-256, an empty context and at most one block of output. It is made of the
 * digest itself: {@code javax.crypto.Mac} and its key objects keep copies of a secret that nobody can overwrite.
 */
final class ExpandLabel {
    private static final String DIGEST = "SHA-256";
    private static final int BLOCK_LENGTH = 64;
    private static final int DIGEST_LENGTH = 32;
    private static final byte INNER = 0x36;
    private static final byte OUTER = 0x5c;

    private ExpandLabel() {
    }

    /**
     * Fills an array. What was computed on the way is overwritten.
     *
     * @param secret 32 octets, only read.
     * @param label  without its prefix.
     * @param output 1 to 32 octets.
     */
    static void expand(final byte[] secret, final String label, final byte[] output) {
        final byte[] block = new byte[BLOCK_LENGTH];
        final byte[] hash = new byte[DIGEST_LENGTH];
        try {
            final MessageDigest digest = MessageDigest.getInstance(DIGEST);
            pad(secret, INNER, block);
            digest.update(block);
            digest.update(info(label, output.length));
            digest.digest(hash, 0, DIGEST_LENGTH);
            pad(secret, OUTER, block);
            digest.update(block);
            digest.update(hash);
            digest.digest(hash, 0, DIGEST_LENGTH);
            System.arraycopy(hash, 0, output, 0, output.length);
            digest.reset();
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + DIGEST + ", which every Java platform must have", e);
        } finally {
            Arrays.fill(block, (byte) 0);
            Arrays.fill(hash, (byte) 0);
        }
    }

    private static void pad(final byte[] secret, final byte padding, final byte[] block) {
        Arrays.fill(block, padding);
        for (int i = 0; i < secret.length; i++) {
            block[i] ^= secret[i];
        }
    }

    /** HkdfLabel and the number of the one block. */
    private static byte[] info(final String label, final int length) {
        final byte[] name = ("tls13 " + label).getBytes(StandardCharsets.US_ASCII);
        final byte[] info = new byte[name.length + 5];
        info[1] = (byte) length;
        info[2] = (byte) name.length;
        System.arraycopy(name, 0, info, 3, name.length);
        info[info.length - 1] = 1;
        return info;
    }
}
