package org.rds4j.crypto.model;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-GCM octet by octet, as an engine that never sees a whole record: counter mode of the JDK and {@link Ghash}. */
final class GcmStream {
    private static final int COUNTER_OFFSET = 12;

    private final SecretKeySpec key;
    private final Cipher blocks;
    private final Cipher counter;
    private final Ghash ghash;
    private final byte[] counterBlock = new byte[16];
    private final byte[] tag = new byte[16];
    private int aadLength;
    private long textLength;

    GcmStream(final byte[] keyOctets) {
        try {
            key = new SecretKeySpec(keyOctets, "AES");
            blocks = Cipher.getInstance("AES/ECB/NoPadding");
            blocks.init(Cipher.ENCRYPT_MODE, key);
            counter = Cipher.getInstance("AES/CTR/NoPadding");
            ghash = new Ghash(blocks.doFinal(new byte[16]));
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES", e);
        }
    }

    void start(final byte[] nonce, final byte[] aad, final int aadOctets) {
        System.arraycopy(nonce, 0, counterBlock, 0, COUNTER_OFFSET);
        try {
            setCounter(1);
            blocks.doFinal(counterBlock, 0, 16, tag, 0);
            setCounter(2);
            counter.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counterBlock));
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        aadLength = aadOctets;
        textLength = 0;
        ghash.reset();
        ghash.update(aad, 0, aadOctets);
        ghash.pad();
    }

    /** In place. */
    void encrypt(final byte[] octets, final int offset, final int length) {
        count(octets, offset, length);
        ghash.update(octets, offset, length);
        textLength += length;
    }

    /** In place. */
    void decrypt(final byte[] octets, final int offset, final int length) {
        ghash.update(octets, offset, length);
        textLength += length;
        count(octets, offset, length);
    }

    private void count(final byte[] octets, final int offset, final int length) {
        try {
            final int done = counter.update(octets, offset, length, octets, offset);
            if (done != length) {
                throw new IllegalStateException("counter mode held " + (length - done) + " octets back");
            }
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The tag, once per record; borrowed until the next start. */
    byte[] finish() {
        ghash.finish(aadLength, textLength, tag);
        return tag;
    }

    private void setCounter(final int value) {
        Arrays.fill(counterBlock, COUNTER_OFFSET, 16, (byte) 0);
        counterBlock[15] = (byte) value;
    }
}
