package org.rds4j.crypto;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/** Off-heap octets for a test, at an address and readable as arrays. */
public final class Memory {
    private final ByteBuffer buffer;
    private final long address;

    public Memory(final int length) {
        buffer = ByteBuffer.allocateDirect(length);
        address = BufferUtil.address(buffer);
    }

    public static Memory of(final byte[] octets) {
        final Memory memory = new Memory(Math.max(octets.length, 1));
        memory.put(0, octets);
        return memory;
    }

    public long address() {
        return address;
    }

    public byte[] get(final int offset, final int length) {
        final byte[] octets = new byte[length];
        buffer.get(offset, octets);
        return octets;
    }

    public String hex(final int offset, final int length) {
        return HexFormat.of().formatHex(get(offset, length));
    }

    public void put(final int offset, final byte[] octets) {
        buffer.put(offset, octets);
    }

    public void putLong(final int offset, final long value) {
        UnsafeApi.putLong(address + offset, value);
    }

    public static long getLong(final long address) {
        return UnsafeApi.getLong(address);
    }

    public void flipBit(final int bit) {
        buffer.put(bit / 8, (byte) (buffer.get(bit / 8) ^ 1 << bit % 8));
    }
}
