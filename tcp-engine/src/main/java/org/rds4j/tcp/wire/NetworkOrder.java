package org.rds4j.tcp.wire;

import java.nio.ByteOrder;
import org.agrona.UnsafeApi;

/**
 * Big-endian loads and stores at raw addresses, aligned or not. Nothing is checked: whoever wraps a header has checked its
 * length. Stateless and thread safe.
 */
public final class NetworkOrder {
    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private NetworkOrder() {
    }

    /**
     * Loads one octet.
     *
     * @param address of the octet.
     * @return 0 to 255.
     */
    public static int getByte(final long address) {
        return UnsafeApi.getByte(address) & 0xff;
    }

    /**
     * Stores one octet.
     *
     * @param address of the octet.
     * @param value   whose low 8 bits are stored.
     */
    public static void putByte(final long address, final int value) {
        UnsafeApi.putByte(address, (byte) value);
    }

    /**
     * Loads 16 bits.
     *
     * @param address of the most significant octet.
     * @return 0 to 65535.
     */
    public static int getShort(final long address) {
        final short value = UnsafeApi.getShort(address);
        return (SWAP ? Short.reverseBytes(value) : value) & 0xffff;
    }

    /**
     * Stores 16 bits.
     *
     * @param address of the most significant octet.
     * @param value   whose low 16 bits are stored.
     */
    public static void putShort(final long address, final int value) {
        UnsafeApi.putShort(address, SWAP ? Short.reverseBytes((short) value) : (short) value);
    }

    /**
     * Loads 32 bits.
     *
     * @param address of the most significant octet.
     * @return the value, negative when bit 31 is set.
     */
    public static int getInt(final long address) {
        final int value = UnsafeApi.getInt(address);
        return SWAP ? Integer.reverseBytes(value) : value;
    }

    /**
     * Stores 32 bits.
     *
     * @param address of the most significant octet.
     * @param value   to store.
     */
    public static void putInt(final long address, final int value) {
        UnsafeApi.putInt(address, SWAP ? Integer.reverseBytes(value) : value);
    }

    /**
     * Loads 64 bits.
     *
     * @param address of the most significant octet.
     * @return the value, negative when bit 63 is set.
     */
    public static long getLong(final long address) {
        final long value = UnsafeApi.getLong(address);
        return SWAP ? Long.reverseBytes(value) : value;
    }

    /**
     * Stores 64 bits.
     *
     * @param address of the most significant octet.
     * @param value   to store.
     */
    public static void putLong(final long address, final long value) {
        UnsafeApi.putLong(address, SWAP ? Long.reverseBytes(value) : value);
    }

    /**
     * Loads a 48-bit MAC address.
     *
     * @param address of its first octet.
     * @return the address in the low bits, first octet most significant.
     */
    public static long getMac(final long address) {
        return ((long) getShort(address) << 32) | (getInt(address + 2) & 0xffff_ffffL);
    }

    /**
     * Stores a 48-bit MAC address.
     *
     * @param address of its first octet.
     * @param mac     the address in the low bits, first octet most significant.
     */
    public static void putMac(final long address, final long mac) {
        putShort(address, (int) (mac >>> 32));
        putInt(address + 2, (int) mac);
    }
}
