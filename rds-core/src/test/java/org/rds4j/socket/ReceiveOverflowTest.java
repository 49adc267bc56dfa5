package org.rds4j.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Properties;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.DirectMemory;
import org.rds4j.frame.ReassemblyPool;
import org.rds4j.frame.ScarceMemory;
import org.rds4j.status.RdsCounters;

/** What waits behind a ring: how much memory it takes, and that it comes out as it went in. */
class ReceiveOverflowTest {
    private static final int SEGMENT = OverflowShares.SEGMENT_LENGTH;
    private static final int HEADER = 56;
    private static final int LONGEST = 1 << 20;

    private final UnsafeBuffer payload = new UnsafeBuffer(ByteBuffer.allocateDirect(2 * LONGEST));
    private final ArrivalTimes times = new ArrivalTimes(() -> 0);
    private final SplittableRandom random = new SplittableRandom(3);

    ReceiveOverflowTest() {
        for (int i = 0; i < payload.capacity(); i++) {
            payload.putByte(i, (byte) random.nextInt());
        }
    }

    private static ReassemblyPool pool(final long length) {
        return new ReassemblyPool(length, DirectMemory.ofProcess());
    }

    private boolean add(final ReceiveOverflow overflow, final int from, final int length, final int sequence) {
        return overflow.add(1, 2, 3, 4, payload.addressOffset() + from, length, sequence, times);
    }

    /** Datagrams of every length take their own length and a header, where segments were once left half empty. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 8_000, 32 << 10, 64 << 10, 100_000, 1 << 20})
    void shouldTakeNoMoreThanLengthAndHeader(final int length) {
        final ReassemblyPool pool = pool(64 << 20);
        final ReceiveOverflow overflow = new ReceiveOverflow(new OverflowShares(pool));
        final int record = HEADER + (length + 7 & -8);
        int count = 0;
        while ((long) count * record < 16 << 20) {
            assertTrue(add(overflow, 0, length, count++));
        }
        final long most = (long) count * record * SEGMENT / (SEGMENT - HEADER) + SEGMENT;
        assertTrue(pool.usedLength() <= most, pool.usedLength() + " of " + most);
        overflow.clear();
        assertEquals(0, pool.usedLength());
    }

    /** What finds no room leaves nothing behind, whatever it was cut into before the memory ended. */
    @Test
    void shouldTakeAllOfADatagramOrNothing() {
        final ReassemblyPool pool = pool(4 << 20);
        final ReceiveOverflow overflow = new ReceiveOverflow(new OverflowShares(pool));
        int taken = 0;
        while (add(overflow, 0, LONGEST, taken)) {
            taken++;
        }
        assertEquals(2, taken, "three quarters of 4 MiB are not enough for three and their headers");
        final long used = pool.usedLength();
        assertFalse(add(overflow, 0, LONGEST, taken));
        assertEquals(used, pool.usedLength());
        assertTrue(add(overflow, 0, 100_000, taken), "a shorter one has room");
    }

    /** Another thread may take what had been granted. */
    @Test
    void shouldGiveBackWhatItTookWhenTheMemoryEndsUnexpectedly() {
        final ReassemblyPool pool = new ReassemblyPool(64 << 20, new ScarceMemory(10L * SEGMENT).promising());
        final ReceiveOverflow overflow = new ReceiveOverflow(new OverflowShares(pool));
        assertTrue(add(overflow, 0, 1000, 0));
        assertFalse(add(overflow, 0, LONGEST, 1));
        assertEquals(SEGMENT, pool.usedLength());
        assertTrue(add(overflow, 0, 5 * SEGMENT, 1));
        assertEquals(6 * SEGMENT, pool.usedLength());
    }

    /** Whole contents and order, through rings and blocks, with rings that are read now and then. */
    @Test
    void shouldComeOutAsItWentIn() {
        final RdsContext context = new RdsContext(new Properties()).address("10.0.0.1/24").security(SecurityMode.PLAINTEXT)
            .receiveBufferLength(256 << 10).conclude();
        final ReassemblyPool pool = pool(64 << 20);
        final SocketRegion region = new SocketRegion(context);
        final ReceiveSide side = new EngineSocket(region, 1,
            new ReceiveMemory(new OverflowShares(pool), times, null, RdsCounters.inMemory())).receiveSide();
        final ReceiveOverflow overflow = new ReceiveOverflow(new OverflowShares(pool));
        final ArrayDeque<int[]> expected = new ArrayDeque<>();
        for (int i = 0; i < 3_000; i++) {
            final int length = length();
            final int from = random.nextInt(LONGEST);
            if (add(overflow, from, length, i)) {
                expected.add(new int[] {from, length, i});
            }
            if (i % 7 == 0) {
                overflow.drainTo(side, times);
                read(region, expected);
            }
        }
        while (!expected.isEmpty()) {
            overflow.drainTo(side, times);
            read(region, expected);
        }
        assertTrue(overflow.isEmpty());
        assertEquals(0, pool.usedLength());
    }

    /** Segments that were once made serve again, and nothing else is made for a datagram. */
    @Test
    void shouldAllocateNothingOnceItsMemoryIsThere() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final ReassemblyPool pool = pool(64 << 20);
        final SocketRegion region = new SocketRegion(new RdsContext(new Properties()).address("10.0.0.1/24")
            .security(SecurityMode.PLAINTEXT).receiveBufferLength(256 << 10).conclude());
        final ReceiveSide side = new EngineSocket(region, 1,
            new ReceiveMemory(new OverflowShares(pool), times, null, RdsCounters.inMemory())).receiveSide();
        final ReceiveOverflow overflow = new ReceiveOverflow(new OverflowShares(pool));
        final MessageHandler reader = (type, buffer, index, length) -> { };
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 500; i++) {
                assertTrue(add(overflow, i, 20_000, i));
            }
            while (!overflow.isEmpty()) {
                overflow.drainTo(side, times);
                region.receiveRing().read(reader);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < 500, least + " octets for 500 datagrams");
    }

    private int length() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(100);
            case 1 -> SEGMENT - HEADER - 64 + random.nextInt(128);
            case 2 -> random.nextInt(20_000);
            default -> random.nextInt(10) == 0 ? random.nextInt(LONGEST) : 2 * SEGMENT - random.nextInt(200);
        };
    }

    private void read(final SocketRegion region, final ArrayDeque<int[]> expected) {
        region.receiveRing().read((type, buffer, index, recordLength) -> {
            final int[] next = expected.poll();
            assertEquals(next[2], DatagramRecord.sequence(buffer, index));
            assertEquals(next[1], DatagramRecord.length(buffer, index));
            assertEquals(3, DatagramRecord.port(buffer, index));
            if (DatagramRecord.isInBlock(type)) {
                final int block = DatagramRecord.block(buffer, index);
                check(next, region.receiveBlocks().block(block), 0);
                region.receiveBlocks().free(block);
            } else {
                check(next, buffer, index + DatagramRecord.HEADER_LENGTH);
            }
        });
    }

    private void check(final int[] expected, final DirectBuffer buffer, final int index) {
        assertTrue(new UnsafeBuffer(payload, expected[0], expected[1])
            .equals(new UnsafeBuffer(buffer, index, expected[1])), "datagram " + expected[2]);
    }
}
