package org.rds4j.crypto.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** GHASH of NIST SP 800-38D by tables of eight bits: slow beside a processor's instruction, and independent of it. */
final class Ghash {
    private static final VarHandle BIG_ENDIAN_LONG =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long POLYNOMIAL = 0xe1L << 56;
    private static final long[] REDUCTION = new long[256];

    static {
        for (int i = 0; i < 256; i++) {
            long high = 0;
            long low = i;
            for (int bit = 0; bit < 8; bit++) {
                final long carry = low & 1;
                low = (low >>> 1) | (high << 63);
                high = (high >>> 1) ^ (carry * POLYNOMIAL);
            }
            REDUCTION[i] = high;
        }
    }

    private final long[] tableHigh = new long[256];
    private final long[] tableLow = new long[256];
    private long high;
    private long low;
    private long blockHigh;
    private long blockLow;
    private int blockLength;

    /** The hash key: AES of zeros. */
    Ghash(final byte[] key) {
        long keyHigh = 0;
        long keyLow = 0;
        for (int i = 0; i < 8; i++) {
            keyHigh = (keyHigh << 8) | (key[i] & 0xff);
            keyLow = (keyLow << 8) | (key[i + 8] & 0xff);
        }
        for (int bit = 0x80; bit > 0; bit >>= 1) {
            tableHigh[bit] = keyHigh;
            tableLow[bit] = keyLow;
            final long carry = keyLow & 1;
            keyLow = (keyLow >>> 1) | (keyHigh << 63);
            keyHigh = (keyHigh >>> 1) ^ (carry * POLYNOMIAL);
        }
        for (int i = 2; i < 256; i++) {
            final int top = Integer.highestOneBit(i);
            tableHigh[i] = tableHigh[top] ^ tableHigh[i ^ top];
            tableLow[i] = tableLow[top] ^ tableLow[i ^ top];
        }
    }

    void reset() {
        high = 0;
        low = 0;
        blockHigh = 0;
        blockLow = 0;
        blockLength = 0;
    }

    void update(final byte[] octets, final int offset, final int length) {
        final int end = offset + length;
        int at = offset;
        while (at < end) {
            if (blockLength == 0 && end - at >= 16) {
                blockHigh = (long) BIG_ENDIAN_LONG.get(octets, at);
                blockLow = (long) BIG_ENDIAN_LONG.get(octets, at + 8);
                multiply();
                at += 16;
            } else {
                addOctet(octets[at++]);
            }
        }
    }

    private void addOctet(final byte octet) {
        blockHigh = (blockHigh << 8) | (blockLow >>> 56);
        blockLow = (blockLow << 8) | (octet & 0xff);
        if (++blockLength == 16) {
            multiply();
        }
    }

    /** Fills a block that was begun with zeros. */
    void pad() {
        while (blockLength != 0) {
            addOctet((byte) 0);
        }
    }

    /** Ends with the lengths of both parts, and XORs the hash into 16 octets. */
    void finish(final long aadLength, final long textLength, final byte[] tag) {
        pad();
        blockHigh = aadLength * 8;
        blockLow = textLength * 8;
        multiply();
        for (int i = 0; i < 8; i++) {
            tag[i] ^= (byte) (high >>> (56 - 8 * i));
            tag[i + 8] ^= (byte) (low >>> (56 - 8 * i));
        }
    }

    /** Adds the block and multiplies by the key, octet by octet from the last. */
    private void multiply() {
        final long xHigh = high ^ blockHigh;
        final long xLow = low ^ blockLow;
        long zHigh = 0;
        long zLow = 0;
        for (int i = 15; i >= 0; i--) {
            final int octet = (int) (i < 8 ? xHigh >>> (56 - 8 * i) : xLow >>> (120 - 8 * i)) & 0xff;
            final int rest = (int) zLow & 0xff;
            zLow = ((zLow >>> 8) | (zHigh << 56)) ^ tableLow[octet];
            zHigh = (zHigh >>> 8) ^ REDUCTION[rest] ^ tableHigh[octet];
        }
        high = zHigh;
        low = zLow;
        blockHigh = 0;
        blockLow = 0;
        blockLength = 0;
    }
}
