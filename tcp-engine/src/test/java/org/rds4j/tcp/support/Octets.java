package org.rds4j.tcp.support;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/** Off-heap octets with a pattern that depends on the stream position only, so that any misplaced octet shows. */
public final class Octets {
    private final ByteBuffer memory;
    private final long address;

    public Octets(final int length) {
        memory = ByteBuffer.allocateDirect(length);
        address = BufferUtil.address(memory);
    }

    public long address() {
        return address;
    }

    public int length() {
        return memory.capacity();
    }

    public static byte at(final long position) {
        return (byte) (position * 131 + (position >>> 8) * 17 + (position >>> 16));
    }

    public static void fill(final long address, final long position, final int length) {
        for (int i = 0; i < length; i++) {
            UnsafeApi.putByte(address + i, at(position + i));
        }
    }

    /** Index of the first wrong octet, or -1. */
    public static int firstWrong(final long address, final long position, final int length) {
        for (int i = 0; i < length; i++) {
            if (UnsafeApi.getByte(address + i) != at(position + i)) {
                return i;
            }
        }
        return -1;
    }
}
