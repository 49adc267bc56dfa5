package org.rds4j.tcp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.AllocationMeter;

class InternetChecksumTest {
    private static final int LENGTHS = 2049;
    private static final int MAX_OFFSET = 9;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(4096);
    private final ByteBuffer other = ByteBuffer.allocateDirect(4096);
    private final long address = BufferUtil.address(memory);
    private final long otherAddress = BufferUtil.address(other);

    @Test
    void shouldSumTheExampleOfTheRfc() {
        memory.put(0, new byte[] {0x00, 0x01, (byte) 0xf2, 0x03, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7});
        assertEquals(0xddf2, ~InternetChecksum.fold(InternetChecksum.partialSum(address, 8)) & 0xffff);
    }

    @Test
    void shouldFoldTheHeaderOfAKnownPacket() {
        final int[] header = {0x4500, 0x0073, 0x0000, 0x4000, 0x4011, 0x0000, 0xc0a8, 0x0001, 0xc0a8, 0x00c7};
        for (int i = 0; i < header.length; i++) {
            NetworkOrder.putShort(address + 2L * i, header[i]);
        }
        final int checksum = InternetChecksum.fold(InternetChecksum.partialSum(address, 20));
        assertEquals(0xb861, checksum);
        NetworkOrder.putShort(address + 10, checksum);
        assertEquals(0, InternetChecksum.fold(InternetChecksum.partialSum(address, 20)));
    }

    @Test
    void shouldTellZeroDataFromDataThatSumsToZero() {
        assertEquals(0xffff, InternetChecksum.fold(InternetChecksum.partialSum(address, 40)));
        NetworkOrder.putShort(address, 0xffff);
        assertEquals(0, InternetChecksum.fold(InternetChecksum.partialSum(address, 40)));
    }

    @Test
    void shouldAgreeWithTheNaiveSumForAllLengthsAndAlignmentsOfRandomOctets() {
        fillRandom(1);
        assertAllLengthsAgree();
    }

    @Test
    void shouldAgreeWithTheNaiveSumForAllLengthsAndAlignmentsOfOnes() {
        UnsafeApi.setMemory(address, 4096, (byte) 0xff);
        assertAllLengthsAgree();
    }

    @Test
    void shouldNotLoseACarryInSixtyFourKilobytesOfOnes() {
        final ByteBuffer large = ByteBuffer.allocateDirect(65536);
        final long largeAddress = BufferUtil.address(large);
        UnsafeApi.setMemory(largeAddress, 65536, (byte) 0xff);
        final int expected = naive(largeAddress, 65535);
        assertEquals(expected, InternetChecksum.fold(InternetChecksum.partialSum(largeAddress, 65535)));
        assertEquals(expected, word(ScalarChecksum.nativeSum(largeAddress, 65535)));
        assertEquals(expected, word(VectorChecksum.nativeSum(largeAddress, 65535)));
    }

    @Test
    void shouldContinueASumAfterEvenAndOddRuns() {
        fillRandom(2);
        final int expected = naive(address, 999);
        for (int cut = 0; cut <= 999; cut++) {
            final long first = InternetChecksum.partialSum(0, address, cut);
            final long whole = (cut & 1) == 0
                ? InternetChecksum.partialSum(first, address + cut, 999 - cut)
                : InternetChecksum.partialSumFromOdd(first, address + cut, 999 - cut);
            assertEquals(expected, InternetChecksum.fold(whole), "cut at " + cut);
        }
    }

    @Test
    void shouldCopyEveryOctetAndNoMoreWhileSumming() {
        fillRandom(3);
        assertAllLengthsAreCopied();
    }

    private void assertAllLengthsAreCopied() {
        for (int length = 0; length < LENGTHS; length++) {
            final long source = address + (length % MAX_OFFSET);
            final long destination = otherAddress + ((length * 5) % MAX_OFFSET);
            final int expected = naive(source, length);
            UnsafeApi.setMemory(otherAddress, 4096, (byte) 0x5a);
            assertEquals(expected, InternetChecksum.fold(InternetChecksum.copyAndSum(source, destination, length)));
            assertCopied(source, destination, length);
            UnsafeApi.setMemory(otherAddress, 4096, (byte) 0x5a);
            assertEquals(expected, word(VectorChecksum.nativeCopyAndSum(source, destination, length)));
            assertCopied(source, destination, length);
            UnsafeApi.setMemory(otherAddress, 4096, (byte) 0x5a);
            assertEquals(expected, word(ScalarChecksum.nativeCopyAndSum(source, destination, length)));
            assertCopied(source, destination, length);
        }
    }

    @Test
    void shouldNoticeEveryFlippedBit() {
        fillRandom(6);
        final int intact = InternetChecksum.fold(InternetChecksum.partialSum(address, 201));
        for (int bit = 0; bit < 201 * 8; bit++) {
            final long octet = address + bit / 8;
            UnsafeApi.putByte(octet, (byte) (UnsafeApi.getByte(octet) ^ (1 << (bit % 8))));
            assertNotEquals(intact, InternetChecksum.fold(InternetChecksum.partialSum(address, 201)), "bit " + bit);
            UnsafeApi.putByte(octet, (byte) (UnsafeApi.getByte(octet) ^ (1 << (bit % 8))));
        }
    }

    @Test
    void shouldAllocateNothingOnceWarmedUpAndStillAgree() {
        assertEquals(VectorChecksum.isWorthwhile(), InternetChecksum.warmUp());
        final long[] sink = new long[1];
        final long allocated = AllocationMeter.leastAllocated(() -> {
            for (int i = 0; i < 20_000; i++) {
                sink[0] += InternetChecksum.partialSum(address, 1460);
                sink[0] += InternetChecksum.copyAndSum(address, otherAddress, 1460);
            }
        }, 100);
        assertEquals(0, allocated);
        fillRandom(7);
        assertAllLengthsAgree();
        assertAllLengthsAreCopied();
    }

    private void assertAllLengthsAgree() {
        for (int length = 0; length < LENGTHS; length++) {
            for (int offset = 0; offset < MAX_OFFSET; offset++) {
                final long start = address + offset;
                final int expected = naive(start, length);
                assertEquals(expected, word(ScalarChecksum.nativeSum(start, length)), "scalar, length " + length);
                assertEquals(expected, InternetChecksum.fold(InternetChecksum.partialSum(start, length)));
            }
            final long start = address + length % MAX_OFFSET;
            assertEquals(naive(start, length), word(VectorChecksum.nativeSum(start, length)), "vector, length " + length);
        }
    }

    private void assertCopied(final long source, final long destination, final int length) {
        for (int i = 0; i < length; i++) {
            assertEquals(UnsafeApi.getByte(source + i), UnsafeApi.getByte(destination + i));
        }
        assertEquals((byte) 0x5a, UnsafeApi.getByte(destination + length));
        if (destination > otherAddress) {
            assertEquals((byte) 0x5a, UnsafeApi.getByte(destination - 1));
        }
    }

    private void fillRandom(final long seed) {
        final byte[] octets = new byte[4096];
        new Random(seed).nextBytes(octets);
        memory.put(0, octets);
    }

    /** The complemented checksum of a sum in native byte order. */
    private static int word(final long nativeSum) {
        final int folded = InternetChecksum.fold(nativeSum);
        return InternetChecksum.LITTLE_ENDIAN ? Short.reverseBytes((short) folded) & 0xffff : folded;
    }

    private static int naive(final long start, final int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            final int octet = UnsafeApi.getByte(start + i) & 0xff;
            sum += (i & 1) == 0 ? octet << 8 : octet;
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return ~sum & 0xffff;
    }
}
