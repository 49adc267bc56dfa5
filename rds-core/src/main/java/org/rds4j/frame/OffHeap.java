package org.rds4j.frame;

import java.nio.ByteOrder;
import org.agrona.UnsafeApi;

/** Reads, writes and copies at raw addresses; big-endian where the wire is. No bounds are checked. */
public final class OffHeap {
    private static final int WORD_COPY_LIMIT = 256;
    private static final boolean IS_LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private OffHeap() {
    }

    /**
     * Copies octets between places that do not overlap. Short runs go by words, which beats the call into the JVM's
     * own copy.
     *
     * @param source of the first octet.
     * @param target of the first octet.
     * @param length octets, 0 or more.
     */
    public static void copy(final long source, final long target, final int length) {
        if (length > WORD_COPY_LIMIT) {
            UnsafeApi.copyMemory(source, target, length);
            return;
        }
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            UnsafeApi.putLong(target + i, UnsafeApi.getLong(source + i));
        }
        for (; i < length; i++) {
            UnsafeApi.putByte(target + i, UnsafeApi.getByte(source + i));
        }
    }

    /**
     * Reads 64 bits, big-endian.
     *
     * @param address of the first octet.
     * @return the value.
     */
    public static long getLong(final long address) {
        final long bits = UnsafeApi.getLong(address);
        return IS_LITTLE_ENDIAN ? Long.reverseBytes(bits) : bits;
    }

    /**
     * Writes 64 bits, big-endian.
     *
     * @param address of the first octet.
     * @param value   the value.
     */
    public static void putLong(final long address, final long value) {
        UnsafeApi.putLong(address, IS_LITTLE_ENDIAN ? Long.reverseBytes(value) : value);
    }

    /**
     * Reads 32 bits, big-endian.
     *
     * @param address of the first octet.
     * @return the value.
     */
    public static int getInt(final long address) {
        final int bits = UnsafeApi.getInt(address);
        return IS_LITTLE_ENDIAN ? Integer.reverseBytes(bits) : bits;
    }

    /**
     * Writes 32 bits, big-endian.
     *
     * @param address of the first octet.
     * @param value   the value.
     */
    public static void putInt(final long address, final int value) {
        UnsafeApi.putInt(address, IS_LITTLE_ENDIAN ? Integer.reverseBytes(value) : value);
    }

    /**
     * Reads 16 bits, big-endian.
     *
     * @param address of the first octet.
     * @return 0 to 65535.
     */
    public static int getShort(final long address) {
        final short bits = UnsafeApi.getShort(address);
        return (IS_LITTLE_ENDIAN ? Short.reverseBytes(bits) : bits) & 0xffff;
    }

    /**
     * Writes 16 bits, big-endian.
     *
     * @param address of the first octet.
     * @param value   the low 16 bits are written.
     */
    public static void putShort(final long address, final int value) {
        UnsafeApi.putShort(address, IS_LITTLE_ENDIAN ? Short.reverseBytes((short) value) : (short) value);
    }
}
