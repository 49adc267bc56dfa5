package org.rds4j.crypto.provider;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.Provider;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.agrona.UnsafeApi;

/**
 * AES-GCM by a {@link Cipher}. That wants parameters anew for each record, so it allocates; and its own copies of the key are
 * overwritten when it gets another one, as far as its library does that.
 */
abstract class JcaAead implements Aead {
    private static final String TRANSFORMATION = "AES/GCM/NoPadding";
    private static final int TAG_BITS = TAG_LENGTH * Byte.SIZE;

    private final KeyOctets key;
    private final int keyLength;
    private final byte[] aad = new byte[AAD_LENGTH];
    private final Cipher sealing;
    private final Cipher opening;
    private boolean closed;

    JcaAead(final Provider library, final byte[] keyOctets) {
        this.key = new KeyOctets(keyOctets);
        this.keyLength = keyOctets.length;
        this.sealing = newCipher(library);
        this.opening = newCipher(library);
    }

    @Override
    public final boolean seal(
        final long nonceAddress,
        final long aadAddress,
        final long contentAddress,
        final int contentLength,
        final byte contentType,
        final long outAddress) {
        if (closed) {
            return false;
        }
        try {
            beginSealing(octets(nonceAddress, NONCE_LENGTH));
            read(aadAddress, aad, AAD_LENGTH);
            sealing.updateAAD(aad);
            return seal(sealing, contentAddress, contentLength, contentType, outAddress);
        } catch (final GeneralSecurityException | IllegalStateException e) {
            return false;
        }
    }

    @Override
    public final boolean open(
        final long nonceAddress, final long aadAddress, final long ciphertextAddress, final int ciphertextLength) {
        if (closed) {
            return false;
        }
        try {
            opening.init(Cipher.DECRYPT_MODE, key, parameters(octets(nonceAddress, NONCE_LENGTH)));
            read(aadAddress, aad, AAD_LENGTH);
            opening.updateAAD(aad);
            open(opening, ciphertextAddress, ciphertextLength);
            return true;
        } catch (final GeneralSecurityException | IllegalStateException e) {
            UnsafeApi.setMemory(ciphertextAddress, ciphertextLength, (byte) 0);
            return false;
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            wipe(Cipher.ENCRYPT_MODE, sealing);
            wipe(Cipher.DECRYPT_MODE, opening);
            key.destroy();
        }
    }

    /** Encrypts content and type, and appends the tag. */
    abstract boolean seal(
        Cipher cipher, long contentAddress, int contentLength, byte contentType, long outAddress) throws GeneralSecurityException;

    /** Decrypts in place; throws when the tag is wrong. */
    abstract void open(Cipher cipher, long ciphertextAddress, int ciphertextLength) throws GeneralSecurityException;

    /**
     * A cipher refuses the nonce it had last with its key, so it has to forget that: whoever seals a record again, with the
     * same content, means it.
     */
    private void beginSealing(final byte[] nonce) throws GeneralSecurityException {
        try {
            sealing.init(Cipher.ENCRYPT_MODE, key, parameters(nonce));
        } catch (final InvalidAlgorithmParameterException e) {
            wipe(Cipher.ENCRYPT_MODE, sealing);
            sealing.init(Cipher.ENCRYPT_MODE, key, parameters(nonce));
        }
    }

    private void wipe(final int mode, final Cipher cipher) {
        try {
            cipher.init(mode, new KeyOctets(new byte[keyLength]), parameters(new byte[NONCE_LENGTH]));
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("a cipher takes no other key", e);
        }
    }

    private static Cipher newCipher(final Provider library) {
        try {
            return Cipher.getInstance(TRANSFORMATION, library);
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException(library.getName() + " has no " + TRANSFORMATION, e);
        }
    }

    private static GCMParameterSpec parameters(final byte[] nonce) {
        return new GCMParameterSpec(TAG_BITS, nonce);
    }

    private static byte[] octets(final long address, final int length) {
        final byte[] octets = new byte[length];
        read(address, octets, length);
        return octets;
    }

    static void read(final long address, final byte[] octets, final int length) {
        UnsafeApi.copyMemory(null, address, octets, UnsafeApi.arrayBaseOffset(byte[].class), length);
    }

    static void write(final byte[] octets, final long address, final int length) {
        UnsafeApi.copyMemory(octets, UnsafeApi.arrayBaseOffset(byte[].class), null, address, length);
    }
}
