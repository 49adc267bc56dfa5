package org.rds4j.crypto.offload.record;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.BufferUtil;
import org.rds4j.crypto.Closing;
import org.rds4j.crypto.offload.firmware.KeyPool;
import org.rds4j.crypto.offload.wqe.BigEndian;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.record.TrafficKeys;

/** One key of a connection as software uses it, and its IV as the device wants it. */
final class KeyEpoch implements AutoCloseable {
    private static final int TAIL_OFFSET = 4;

    private final TrafficKeys keys;
    private final Aead aead;
    private final int salt;
    private final long ivTail;
    private final ByteBuffer nonceBuffer;
    private final long nonce;
    private boolean isClosed;

    /** Takes the keys over, also when it throws. */
    KeyEpoch(final TrafficKeys keys, final AeadProvider provider) {
        this.keys = keys;
        try {
            nonceBuffer = ByteBuffer.allocateDirect(Aead.NONCE_LENGTH);
            nonce = BufferUtil.address(nonceBuffer);
            aead = keys.newAead(provider);
        } catch (final Throwable e) {
            keys.close();
            throw e;
        }
        final byte[] iv = keys.iv();
        nonceBuffer.put(0, iv);
        Arrays.fill(iv, (byte) 0);
        salt = BigEndian.getInt(nonce);
        ivTail = BigEndian.getLong(nonce + TAIL_OFFSET);
    }

    int keyLength() {
        return keys.keyLength();
    }

    /** A key of the device with the same value. */
    int acquire(final KeyPool pool) {
        final byte[] key = keys.key();
        try {
            return pool.acquire(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    int salt() {
        return salt;
    }

    long ivTail() {
        return ivTail;
    }

    /** Seals content that stands where its ciphertext goes, behind its header. */
    boolean seal(final long recordNumber, final long record, final int contentLength, final int contentType) {
        BigEndian.putLong(nonce + TAIL_OFFSET, ivTail ^ recordNumber);
        final long content = record + Aead.AAD_LENGTH;
        return aead.seal(nonce, record, content, contentLength, (byte) contentType, content);
    }

    /** Wipes the key. Idempotent. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Closing.all(aead, keys, () -> BigEndian.clear(nonce, Aead.NONCE_LENGTH));
        }
    }
}
