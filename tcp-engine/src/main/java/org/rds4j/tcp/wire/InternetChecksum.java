package org.rds4j.tcp.wire;

import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071) over raw memory. A <i>partial sum</i> is the plain, not yet folded or complemented sum of
 * big-endian 16-bit words: sums add up, and any 16-bit header field may be added to one as a number. Stateless and thread
 * safe; allocates nothing.
 */
public final class InternetChecksum {
    static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private InternetChecksum() {
    }

    /**
     * Sums a run of octets.
     *
     * @param address of the first octet.
     * @param length  in octets; an odd last octet counts as if a zero followed it.
     * @return the partial sum.
     */
    public static long partialSum(final long address, final int length) {
        return networkWord(ScalarChecksum.nativeSum(address, length));
    }

    /**
     * Continues a sum with a run that starts an even number of octets after the start of the data. A run of odd length may
     * only be followed by {@link #partialSumFromOdd}.
     *
     * @param sum     partial sum so far.
     * @param address of the first octet.
     * @param length  in octets; an odd last octet counts as if a zero followed it.
     * @return the partial sum.
     */
    public static long partialSum(final long sum, final long address, final int length) {
        return sum + partialSum(address, length);
    }

    /**
     * Continues a sum with a run that starts an odd number of octets after the start of the data. Its own sum is byte
     * swapped (RFC 1071 section 2 (B)).
     *
     * @param sum     partial sum so far.
     * @param address of the first octet.
     * @param length  in octets.
     * @return the partial sum.
     */
    public static long partialSumFromOdd(final long sum, final long address, final int length) {
        return sum + swap((int) partialSum(address, length));
    }

    /**
     * Ends a sum: carries are added back in and the result is complemented.
     *
     * @param sum partial sum, below 2^63.
     * @return the 16-bit field value to store big-endian; 0 when data that includes its own checksum field is intact.
     */
    public static int fold(final long sum) {
        return ~foldToWord(sum) & 0xffff;
    }

    /**
     * The field value after one 16-bit word of the data has changed (RFC 1624 equation 3).
     *
     * @param checksum field value before.
     * @param oldWord  the word before.
     * @param newWord  the word after.
     * @return the 16-bit field value to store big-endian.
     */
    public static int update(final int checksum, final int oldWord, final int newWord) {
        return fold((~checksum & 0xffff) + (~oldWord & 0xffff) + (newWord & 0xffff));
    }

    private static long networkWord(final long nativeSum) {
        final int word = foldToWord(nativeSum);
        return LITTLE_ENDIAN ? swap(word) : word;
    }

    private static int foldToWord(final long sum) {
        final long half = (sum & 0xffff_ffffL) + (sum >>> 32);
        final long word = (half & 0xffff) + (half >>> 16);
        final int carried = (int) ((word & 0xffff) + (word >>> 16));
        return (carried & 0xffff) + (carried >>> 16);
    }

    private static int swap(final int word) {
        return Short.reverseBytes((short) word) & 0xffff;
    }
}
