package org.rds4j.tcp.wire;

import org.agrona.UnsafeApi;

/** One's complement sums over raw memory with 64-bit loads, in native byte order (RFC 1071 section 2). */
final class ScalarChecksum {
    private static final long LOW_HALF = 0xffff_ffffL;

    private ScalarChecksum() {
    }

    /**
     * Adds octets as native 16-bit words; an odd last octet counts as if a zero followed it.
     * Halves of 32 bits go into a 64-bit sum, so that no carry is lost before 2^31 octets.
     */
    static long nativeSum(final long address, final int length) {
        long sum = 0;
        long position = address;
        final long end = address + length;
        for (final long blocksEnd = end - 31; position < blocksEnd; position += 32) {
            sum += halves(position) + halves(position + 8) + halves(position + 16) + halves(position + 24);
        }
        for (final long wordsEnd = end - 7; position < wordsEnd; position += 8) {
            sum += halves(position);
        }
        return sum + tail(position, (int) (end - position));
    }

    /** Copies octets, then sums them while they are in the cache: faster with 64-bit loads than one pass for both. */
    static long nativeCopyAndSum(final long source, final long destination, final int length) {
        UnsafeApi.copyMemory(source, destination, length);
        return nativeSum(source, length);
    }

    /** The last 0 to 7 octets, as if zeros followed. */
    private static long tail(final long address, final int length) {
        long sum = 0;
        long position = address;
        if ((length & 4) != 0) {
            sum += UnsafeApi.getInt(position) & LOW_HALF;
            position += 4;
        }
        if ((length & 2) != 0) {
            sum += UnsafeApi.getShort(position) & 0xffff;
            position += 2;
        }
        if ((length & 1) != 0) {
            sum += InternetChecksum.LITTLE_ENDIAN ? NetworkOrder.getByte(position) : NetworkOrder.getByte(position) << 8;
        }
        return sum;
    }

    private static long halves(final long address) {
        final long word = UnsafeApi.getLong(address);
        return (word & LOW_HALF) + (word >>> 32);
    }
}
