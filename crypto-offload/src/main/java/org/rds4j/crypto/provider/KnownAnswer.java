package org.rds4j.crypto.provider;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.agrona.BufferUtil;

/**
 * Two records whose bytes are known, sealed and opened before a library is trusted with others: a library that changed its
 * structures or was built wrong is found here and not on the wire.
 */
final class KnownAnswer {
    private static final String KEY_128 = "54ff8cb00f433b8c65731bce8170ee3b";
    private static final String RECORD_128 = "170303002188f32f79a13d7419edd179765efc34af9d151453d57d30730e9723c1045a8dbfd4";
    private static final String KEY_256 = "c38a77665cc2c3e5ee40f5a93e41e3766d1096763860b329865168833b5d337e";
    private static final String RECORD_256 = "1703030021f8993c8404c618525bbb95ebc3a9aeaff5f5071e4439311038ac2b52d5c0cd7af2";
    private static final byte[] NONCE = octets("380b541dc252b1f0618aea85");
    private static final byte[] CONTENT = octets("524453206d6573736167652030303031");
    private static final byte TYPE = 23;
    private static final int NONCE_OFFSET = 0;
    private static final int CONTENT_OFFSET = 16;
    private static final int RECORD_OFFSET = 64;
    private static final int TEXT_OFFSET = RECORD_OFFSET + Aead.AAD_LENGTH;

    private KnownAnswer() {
    }

    static boolean isRightFrom(final AeadProvider provider) {
        return isRight(provider, octets(KEY_128), octets(RECORD_128))
            && isRight(provider, octets(KEY_256), octets(RECORD_256));
    }

    private static boolean isRight(final AeadProvider provider, final byte[] key, final byte[] record) {
        final ByteBuffer memory = ByteBuffer.allocateDirect(RECORD_OFFSET + record.length);
        final long address = BufferUtil.address(memory);
        final long text = address + TEXT_OFFSET;
        memory.put(NONCE_OFFSET, NONCE).put(CONTENT_OFFSET, CONTENT).put(RECORD_OFFSET, record, 0, Aead.AAD_LENGTH);
        try (Aead aead = provider.newAead(key)) {
            final boolean isSealed = aead.seal(
                address, address + RECORD_OFFSET, address + CONTENT_OFFSET, CONTENT.length, TYPE, text);
            final byte[] sealed = new byte[record.length];
            memory.get(RECORD_OFFSET, sealed);
            final boolean isOpened = aead.open(address, address + RECORD_OFFSET, text, CONTENT.length + 1);
            final byte[] opened = new byte[CONTENT.length];
            memory.get(TEXT_OFFSET, opened);
            return isSealed && Arrays.equals(sealed, record) && isOpened && Arrays.equals(opened, CONTENT);
        }
    }

    private static byte[] octets(final String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
