package org.rds4j.crypto.provider;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Arrays;
import javax.crypto.Cipher;

/**
 * AES-GCM by the JDK's own cipher, through arrays: it is twice as fast on them as on direct buffers, copies both ways included
 * (2.3 microseconds against 4.7 for 16 KiB).
 */
final class JdkAead extends JcaAead {
    private static final int USUAL_LENGTH = (16 << 10) + 1 + TAG_LENGTH;

    private byte[] input = new byte[USUAL_LENGTH];
    private byte[] output = new byte[USUAL_LENGTH];

    JdkAead(final Provider library, final byte[] key) {
        super(library, key);
    }

    @Override
    boolean seal(
        final Cipher cipher, final long contentAddress, final int contentLength, final byte contentType, final long outAddress)
        throws GeneralSecurityException {
        final int textLength = contentLength + 1;
        ensure(textLength + TAG_LENGTH);
        read(contentAddress, input, contentLength);
        input[contentLength] = contentType;
        write(output, outAddress, cipher.doFinal(input, 0, textLength, output, 0));
        return true;
    }

    @Override
    void open(final Cipher cipher, final long ciphertextAddress, final int ciphertextLength) throws GeneralSecurityException {
        ensure(ciphertextLength + TAG_LENGTH);
        read(ciphertextAddress, input, ciphertextLength + TAG_LENGTH);
        write(output, ciphertextAddress, cipher.doFinal(input, 0, ciphertextLength + TAG_LENGTH, output, 0));
    }

    /** Plaintext goes with the key. */
    @Override
    public void close() {
        super.close();
        Arrays.fill(input, (byte) 0);
        Arrays.fill(output, (byte) 0);
    }

    private void ensure(final int length) {
        if (input.length < length) {
            input = new byte[length];
            output = new byte[length];
        }
    }
}
