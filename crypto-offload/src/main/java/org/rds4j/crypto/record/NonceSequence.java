package org.rds4j.crypto.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * The nonces of one key: the write IV XOR the record number, left-padded (RFC 8446 section 5.3). A record number is used
 * once; the sequence ends before it could wrap. Not thread safe.
 */
final class NonceSequence implements AutoCloseable {
    /** The number no record may have, so that the next one can never wrap. */
    private static final long END = -1L;
    private static final int TAIL_OFFSET = 4;

    private final ByteBuffer nonce = ByteBuffer.allocateDirect(TrafficKeys.IV_LENGTH).order(ByteOrder.BIG_ENDIAN);
    private final long address = BufferUtil.address(nonce);
    private long ivTail;
    private long recordNumber;

    NonceSequence(final byte[] iv, final long firstRecordNumber) {
        restart(iv, firstRecordNumber);
    }

    /** Overwrites the array. */
    void restart(final byte[] iv, final long firstRecordNumber) {
        nonce.put(0, iv);
        Arrays.fill(iv, (byte) 0);
        ivTail = nonce.getLong(TAIL_OFFSET);
        recordNumber = firstRecordNumber;
        writeNonce();
    }

    boolean isExhausted() {
        return recordNumber == END;
    }

    long recordNumber() {
        return recordNumber;
    }

    /** The address of the current record number's nonce, 12 octets. */
    long address() {
        return address;
    }

    void advance() {
        recordNumber++;
        writeNonce();
    }

    /** Wipes the IV. Idempotent. */
    @Override
    public void close() {
        ivTail = 0;
        nonce.putInt(0, 0);
        nonce.putLong(TAIL_OFFSET, 0);
    }

    private void writeNonce() {
        UnsafeApi.putLong(address + TAIL_OFFSET, Long.reverseBytes(ivTail ^ recordNumber)); // without the buffer's checks
    }
}
