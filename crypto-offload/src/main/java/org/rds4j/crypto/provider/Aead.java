package org.rds4j.crypto.provider;

/**
 * AES-GCM under one key, over raw addresses. The key schedule stays in native memory between calls, and no call throws or
 * allocates on the Java heap, unless the {@linkplain AeadProvider#isGarbageFree() provider} says so. Not thread safe: one
 * thread at a time uses an instance.
 * <p>
 * All memory is borrowed for the call. Nobody checks the addresses: a wrong one ends the process.
 */
public interface Aead extends AutoCloseable {
    /** Octets of a nonce. */
    int NONCE_LENGTH = 12;
    /** Octets of the additional data, which is always a record header. */
    int AAD_LENGTH = 5;
    /** Octets of a tag. */
    int TAG_LENGTH = 16;

    /**
     * Encrypts content followed by one octet of type (RFC 8446 section 5.2), and appends the tag. Content and output may
     * be the same address, but must not overlap otherwise.
     *
     * @param nonceAddress   of 12 octets never used with this key before.
     * @param aadAddress     of the 5 octets authenticated with it.
     * @param contentAddress of the content; only read, unless it is the output.
     * @param contentLength  octets of content, 0 or more.
     * @param contentType    appended to the content before encryption.
     * @param outAddress     where {@code contentLength + 17} octets are written: ciphertext, then tag.
     * @return false when the library refused, and the output must not be used.
     */
    boolean seal(
        long nonceAddress, long aadAddress, long contentAddress, int contentLength, byte contentType, long outAddress);

    /**
     * Decrypts in place and verifies the tag that follows the ciphertext. When the tag is wrong the text is overwritten
     * with zeros before the call returns.
     *
     * @param nonceAddress      of 12 octets.
     * @param aadAddress        of the 5 octets authenticated with it.
     * @param ciphertextAddress of ciphertext and tag; becomes plaintext and tag.
     * @param ciphertextLength  octets of ciphertext without the tag, 1 or more.
     * @return true only when the tag is right.
     */
    boolean open(long nonceAddress, long aadAddress, long ciphertextAddress, int ciphertextLength);

    /** Wipes and frees the key. Idempotent; no other method may be called afterwards. */
    @Override
    void close();
}
