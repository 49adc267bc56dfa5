package org.rds4j.crypto.offload;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.rds4j.crypto.record.TrafficKeys;

/** Records of TLS 1.3 and 1.2 by the JDK's own AES-GCM: neither the library's provider nor the model's engine. */
public final class JceRecords {
    private static final int TAG_BITS = 128;

    private JceRecords() {
    }

    public static byte[] seal(final TrafficKeys keys, final long number, final byte[] content, final int type) {
        final byte[] inner = Arrays.copyOf(content, content.length + 1);
        inner[content.length] = (byte) type;
        final int length = inner.length + 16;
        final byte[] header = {23, 3, 3, (byte) (length >> 8), (byte) length};
        try {
            return concat(header, cipher(Cipher.ENCRYPT_MODE, keys, number, header).doFinal(inner));
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Content and type, null for bad_record_mac. */
    public static byte[] open(final TrafficKeys keys, final long number, final byte[] record) {
        final byte[] header = Arrays.copyOf(record, 5);
        try {
            return cipher(Cipher.DECRYPT_MODE, keys, number, header).doFinal(record, 5, record.length - 5);
        } catch (final AEADBadTagException e) {
            return null;
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A record of TLS 1.2 (RFC 5288), whose explicit nonce stands behind the header. */
    public static byte[] seal12(final TrafficKeys keys, final long number, final long explicitNonce, final byte[] content) {
        final int length = 8 + content.length + 16;
        final byte[] header = {23, 3, 3, (byte) (length >> 8), (byte) length};
        final byte[] nonce = ByteBuffer.allocate(12).put(keys.iv(), 0, 4).putLong(explicitNonce).array();
        final byte[] aad =
            ByteBuffer.allocate(13).putLong(number).put(header, 0, 3).putShort((short) content.length).array();
        try {
            final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                Cipher.ENCRYPT_MODE, new SecretKeySpec(keys.key(), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(aad);
            final byte[] explicit = ByteBuffer.allocate(8).putLong(explicitNonce).array();
            return concat(concat(header, explicit), cipher.doFinal(content));
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static byte[] concat(final byte[] a, final byte[] b) {
        final byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static Cipher cipher(final int mode, final TrafficKeys keys, final long number, final byte[] header)
        throws GeneralSecurityException {
        final ByteBuffer nonce = ByteBuffer.wrap(keys.iv().clone());
        nonce.putLong(4, nonce.getLong(4) ^ number);
        final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(keys.key(), "AES"), new GCMParameterSpec(TAG_BITS, nonce.array()));
        cipher.updateAAD(header);
        return cipher;
    }
}
