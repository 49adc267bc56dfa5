package org.rds4j.tcp.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.stream.StreamMemory;
import org.rds4j.tcp.support.Octets;

class ReceiveStreamTest {
    private static final int CAPACITY = 1024;
    private static final int OVERHANG = 256;
    private final Octets octets = new Octets(CAPACITY);

    private static StreamMemory memory(final int maxRanges) {
        return new StreamMemory(1, CAPACITY, OVERHANG, ReceiveStream.tailLength(maxRanges));
    }

    @Test
    void shouldReassembleLikeABitSet() {
        for (int seed = 0; seed < 200; seed++) {
            final ReceiveStream stream = new ReceiveStream(memory(8), 8);
            final Random random = new Random(seed);
            final BitSet arrived = new BitSet();
            for (int i = 0; i < 200; i++) {
                final long from = Math.max(0, stream.received() - 50);
                final int length = 1 + random.nextInt(100);
                final long position = Math.min(from + random.nextInt(300), stream.consumed() + CAPACITY - length);
                if (position < 0) {
                    continue;
                }
                Octets.fill(octets.address(), position, length);
                if (stream.write(position, octets.address(), length)) {
                    arrived.set((int) position, (int) position + length);
                }
                assertEquals(arrived.nextClearBit(0), stream.received(), "seed " + seed);
                if (random.nextInt(4) == 0) {
                    readAll(stream);
                }
            }
        }
    }

    /** Each copy of an octet is another: what stands in the stream is of the copy that was told of, and told of once. */
    @Test
    void shouldTellWhichCopyOfAnOctetItKeeps() {
        for (int seed = 0; seed < 200; seed++) {
            final ReceiveStream stream = new ReceiveStream(memory(4), 4);
            final Kept kept = new Kept();
            stream.watcher(kept);
            final Random random = new Random(seed);
            for (int i = 1; i < 100; i++) {
                final int length = 1 + random.nextInt(100);
                final long position =
                    Math.min(Math.max(0, stream.received() - 50) + random.nextInt(300), stream.consumed() + CAPACITY - length);
                kept.refuses = random.nextInt(10) == 0;
                UnsafeApi.setMemory(octets.address(), length, (byte) i);
                final boolean isTaken = position >= 0 && stream.write(position, octets.address(), length);
                assertFalse(isTaken && kept.refuses && position + length > stream.received());
                for (long at = stream.consumed(); at < stream.received(); at++) {
                    assertEquals(kept.copies[(int) at], UnsafeApi.getByte(stream.address(at, 1)), "seed " + seed + " at " + at);
                }
                stream.consume(stream.received() - random.nextInt((int) (stream.received() - stream.consumed()) + 1));
            }
        }
    }

    /** As many as lie between 65 runs of one octet each, and around them. */
    @Test
    void shouldSayIntoHowManyPiecesASegmentFallsBeforeAnyOfItIsTaken() {
        final ReceiveStream stream = new ReceiveStream(memory(65), 65);
        for (int run = 1; run <= 65; run++) {
            assertTrue(stream.write(10L * run, octets.address(), 1));
        }
        final Limited limited = new Limited();
        stream.watcher(limited);
        limited.room = 65;
        assertFalse(stream.write(0, octets.address(), 660));
        assertEquals(66, limited.announced);
        assertEquals(0, limited.taken, "a part of what was refused");
        assertEquals(0, stream.received());
        limited.room = 66;
        assertTrue(stream.write(0, octets.address(), 660));
        assertEquals(66, limited.taken);
        assertEquals(660, stream.received());
    }

    private static final class Limited implements ReceiveWatcher {
        private int room;
        private int announced;
        private int taken;

        @Override
        public boolean takes(final long address, final int pieces) {
            announced = pieces;
            return pieces <= room;
        }

        @Override
        public void onTaken(final long position, final long address, final int length) {
            taken++;
        }
    }

    private final class Kept implements ReceiveWatcher {
        private final byte[] copies = new byte[100 * CAPACITY];
        private boolean refuses;
        private int announced;

        @Override
        public boolean takes(final long address, final int pieces) {
            assertEquals(octets.address(), address);
            announced = pieces;
            return !refuses;
        }

        @Override
        public void onTaken(final long position, final long address, final int length) {
            assertTrue(announced-- > 0, "a piece that was not announced");
            for (int i = 0; i < length; i++) {
                assertEquals(0, copies[(int) position + i], "told twice");
                copies[(int) position + i] = UnsafeApi.getByte(address + i);
            }
        }
    }

    private static void readAll(final ReceiveStream stream) {
        while (stream.consumed() < stream.received()) {
            final int length = stream.contiguousLength(stream.consumed());
            assertEquals(-1, Octets.firstWrong(stream.address(stream.consumed(), length), stream.consumed(), length));
            stream.consume(stream.consumed() + length);
        }
    }

    @Test
    void shouldKeepARunOverwrittenInPlaceAcrossTheEnd() {
        final ReceiveStream stream = new ReceiveStream(memory(8), 8);
        fill(stream, 1000);
        stream.consume(1000);
        fill(stream, 400);
        final long run = stream.address(1000, 100);
        assertEquals(-1, Octets.firstWrong(run, 1000, 100));
        UnsafeApi.setMemory(run, 100, (byte) 7);
        assertEquals(run, stream.address(1000, 100), "the same memory again");
        for (int i = 0; i < 100; i++) {
            assertEquals(7, UnsafeApi.getByte(stream.address(1000 + i, 100 - i)), "a part of the run");
        }
        assertEquals(-1, Octets.firstWrong(stream.address(1100, 100), 1100, 100), "the next run");
        assertTrue(stream.contiguousLength(1090) >= OVERHANG, "a long run can begin anywhere");
    }

    private void fill(final ReceiveStream stream, final int length) {
        Octets.fill(octets.address(), stream.received(), length);
        assertTrue(stream.write(stream.received(), octets.address(), length));
    }

    @Test
    void shouldTakeNothingOfWhatWasGivenUp() {
        final StreamMemory memory = memory(8);
        final ReceiveStream stream = new ReceiveStream(memory, 8);
        UnsafeApi.setMemory(octets.address(), 100, (byte) 7);
        stream.stage(octets.address(), 100);
        assertEquals(1, memory.inUse());
        stream.unstage();
        assertEquals(0, memory.inUse(), "an empty stream has no memory");
        stream.stage(octets.address(), 100);
        stream.unstage();
        fill(stream, 100);
        assertEquals(-1, Octets.firstWrong(stream.address(0, 100), 0, 100), "the octets that came again, rightly");
        UnsafeApi.setMemory(octets.address(), 100, (byte) 7);
        stream.stage(octets.address(), 100);
        stream.unstage();
        fill(stream, 50);
        assertEquals(-1, Octets.firstWrong(stream.address(0, 150), 0, 150), "and so behind octets that are kept");
    }

    @Test
    void shouldRefuseAnotherRunWhenRangesRunOut() {
        final ReceiveStream stream = new ReceiveStream(memory(2), 2);
        assertTrue(stream.write(10, octets.address(), 5));
        assertTrue(stream.write(20, octets.address(), 5));
        assertFalse(stream.write(30, octets.address(), 5));
        assertTrue(stream.write(15, octets.address(), 5));
        assertTrue(stream.write(30, octets.address(), 5));
        assertTrue(stream.hasGap());
    }
}
