package org.rds4j.tcp.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * The Internet checksum (RFC 1071) over raw memory. A <i>partial sum</i> is the plain, not yet folded or complemented sum of
 * big-endian 16-bit words: sums add up, and any 16-bit header field may be added to one as a number. Stateless and thread
 * safe; allocates nothing.
 */
public final class InternetChecksum {
    static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    /** Shorter runs are summed at least as fast by plain loads. */
    private static final int VECTOR_MIN_LENGTH = 256;
    /** The same for runs that are copied as well. */
    private static final int VECTOR_MIN_COPY_LENGTH = 64;
    private static final int WARM_UP_LENGTH = 2048;
    private static final int WARM_UP_ROUNDS = 30_000;

    /** Read without ordering: a thread that learns late goes on with plain loads, to the same result. */
    private static boolean vectors;

    private InternetChecksum() {
    }

    /**
     * Turns to vector instructions, after running them until they are compiled: before that each call would cost tens of
     * microseconds and kilobytes of garbage. To be called once at start, from any thread, perhaps one of its own; takes
     * about a second of one core. Until it has returned, or when the JVM runs without
     * {@code --add-modules=jdk.incubator.vector} or on a machine where vectors do not pay, sums are made with plain loads.
     *
     * @return whether vectors are used from now on; false as well should they ever disagree with the plain sums.
     */
    public static boolean warmUp() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty() || !VectorChecksum.isWorthwhile()) {
            return false;
        }
        final ByteBuffer scratch = ByteBuffer.allocateDirect(2 * WARM_UP_LENGTH);
        final long source = BufferUtil.address(scratch);
        UnsafeApi.setMemory(source, WARM_UP_LENGTH, (byte) 0xa5);
        int difference = 0;
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            final int length = WARM_UP_LENGTH - (i & 0x3ff);
            final int expected = foldToWord(ScalarChecksum.nativeSum(source, length));
            difference |= expected ^ foldToWord(VectorChecksum.nativeSum(source, length));
            difference |= expected
                ^ foldToWord(VectorChecksum.nativeCopyAndSum(source, source + WARM_UP_LENGTH, length));
        }
        vectors = difference == 0;
        return vectors;
    }

    /**
     * Sums a run of octets.
     *
     * @param address of the first octet.
     * @param length  in octets; an odd last octet counts as if a zero followed it.
     * @return the partial sum.
     */
    public static long partialSum(final long address, final int length) {
        final boolean isForVectors = vectors && length >= VECTOR_MIN_LENGTH;
        return networkWord(
            isForVectors ? VectorChecksum.nativeSum(address, length) : ScalarChecksum.nativeSum(address, length));
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
     * Copies octets and sums them, faster than one after the other.
     *
     * @param source      address of the first octet.
     * @param destination where they go; must not overlap the source.
     * @param length      in octets; an odd last octet counts as if a zero followed it.
     * @return the partial sum.
     */
    public static long copyAndSum(final long source, final long destination, final int length) {
        final boolean isForVectors = vectors && length >= VECTOR_MIN_COPY_LENGTH;
        return networkWord(isForVectors
            ? VectorChecksum.nativeCopyAndSum(source, destination, length)
            : ScalarChecksum.nativeCopyAndSum(source, destination, length));
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
