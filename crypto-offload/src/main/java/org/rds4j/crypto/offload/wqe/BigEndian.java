package org.rds4j.crypto.offload.wqe;

import java.nio.ByteOrder;
import org.agrona.UnsafeApi;

/** Big-endian numbers at raw addresses, which need not be aligned. */
public final class BigEndian {
    private static final boolean IS_SWAPPED = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private BigEndian() {
    }

    /**
     * Writes 8 bits.
     *
     * @param address of one octet.
     * @param value   in the low bits.
     */
    public static void putByte(final long address, final int value) {
        UnsafeApi.putByte(address, (byte) value);
    }

    /**
     * Writes 16 bits.
     *
     * @param address of two octets.
     * @param value   in the low bits.
     */
    public static void putShort(final long address, final int value) {
        UnsafeApi.putShort(address, IS_SWAPPED ? Short.reverseBytes((short) value) : (short) value);
    }

    /**
     * Writes 24 bits.
     *
     * @param address of three octets.
     * @param value   in the low bits.
     */
    public static void putMedium(final long address, final int value) {
        UnsafeApi.putByte(address, (byte) (value >> 16));
        putShort(address + 1, value);
    }

    /**
     * Writes 32 bits.
     *
     * @param address of four octets.
     * @param value   to write.
     */
    public static void putInt(final long address, final int value) {
        UnsafeApi.putInt(address, IS_SWAPPED ? Integer.reverseBytes(value) : value);
    }

    /**
     * Writes 64 bits.
     *
     * @param address of eight octets.
     * @param value   to write.
     */
    public static void putLong(final long address, final long value) {
        UnsafeApi.putLong(address, IS_SWAPPED ? Long.reverseBytes(value) : value);
    }

    /**
     * Reads 8 bits.
     *
     * @param address of one octet.
     * @return 0 to 255.
     */
    public static int getByte(final long address) {
        return UnsafeApi.getByte(address) & 0xff;
    }

    /**
     * Reads 16 bits.
     *
     * @param address of two octets.
     * @return 0 to 65535.
     */
    public static int getShort(final long address) {
        final short value = UnsafeApi.getShort(address);
        return (IS_SWAPPED ? Short.reverseBytes(value) : value) & 0xffff;
    }

    /**
     * Reads 24 bits.
     *
     * @param address of three octets.
     * @return 0 to 2^24 - 1.
     */
    public static int getMedium(final long address) {
        return (getByte(address) << 16) | getShort(address + 1);
    }

    /**
     * Reads 32 bits.
     *
     * @param address of four octets.
     * @return the bits.
     */
    public static int getInt(final long address) {
        final int value = UnsafeApi.getInt(address);
        return IS_SWAPPED ? Integer.reverseBytes(value) : value;
    }

    /**
     * Reads 64 bits.
     *
     * @param address of eight octets.
     * @return the bits.
     */
    public static long getLong(final long address) {
        final long value = UnsafeApi.getLong(address);
        return IS_SWAPPED ? Long.reverseBytes(value) : value;
    }

    /**
     * Writes zeros.
     *
     * @param address of the first octet.
     * @param length  octets.
     */
    public static void clear(final long address, final int length) {
        UnsafeApi.setMemory(address, length, (byte) 0);
    }

    /**
     * Whether a range holds zeros only.
     *
     * @param address of the first octet.
     * @param length  octets.
     * @return true when no bit is set.
     */
    public static boolean isZero(final long address, final int length) {
        int bits = 0;
        for (int i = 0; i < length; i++) {
            bits |= UnsafeApi.getByte(address + i);
        }
        return bits == 0;
    }
}
