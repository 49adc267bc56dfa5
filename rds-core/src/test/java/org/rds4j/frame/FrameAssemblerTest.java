package org.rds4j.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;

class FrameAssemblerTest {
    private static final int MAX_LENGTH = 1 << 20;

    private final ReassemblyPool pool = new ReassemblyPool(4 << 20, DirectMemory.ofProcess());
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final ByteBuffer stream = ByteBuffer.allocateDirect(4 << 20);
    private final long start = BufferUtil.address(stream);
    private final List<Long> sequences = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();
    private final List<Long> addresses = new ArrayList<>();
    private int refusals;
    private final FrameAssembler assembler = new FrameAssembler(MAX_LENGTH, pool, this::onFrame, new ArrivalTimes(() -> 0));
    private int end;

    private boolean onFrame(final long headerAddress, final long payload, final int length) {
        if (refusals > 0) {
            refusals--;
            return false;
        }
        sequences.add(header.wrap(headerAddress).sequence());
        lengths.add(length);
        addresses.add(payload);
        for (int i = 0; i < length; i++) {
            assertEquals((byte) (i * 31 + length), UnsafeApi.getByte(payload + i));
        }
        return true;
    }

    private void message(final int length) {
        header.wrap(start + end).write(sequences.size() + end + 1, length, 4000, 4001, 0);
        for (int i = 0; i < length; i++) {
            UnsafeApi.putByte(start + end + 48 + i, (byte) (i * 31 + length));
        }
        end += 48 + length;
    }

    private void feedAll(final int from, final int to) {
        int position = from;
        for (int stalls = 0; position < to; stalls++) {
            assertTrue(stalls < 1000, "stuck");
            position += assembler.onBytes(start + position, to - position);
        }
    }

    @Test
    void shouldJoinAHeaderSplitAtEachPosition() {
        message(5);
        message(0);
        message(3);
        for (int first = 0; first < 2; first++) {
            for (int cut = 1; cut < 48; cut++) {
                lengths.clear();
                feedAll(0, first * 53 + cut);
                feedAll(first * 53 + cut, end);
                assertEquals(List.of(5, 0, 3), lengths);
                assertEquals(0, pool.usedLength());
            }
        }
    }

    @Test
    void shouldDeliverAContiguousMessageInPlace() {
        message(5);
        message(700);
        feedAll(0, end);
        assertEquals(List.of(start + 48, start + 53 + 48), addresses);
        addresses.clear();
        feedAll(0, 20);
        feedAll(20, end);
        assertEquals(List.of(start + 48, start + 53 + 48), addresses, "only the header had to be moved");
    }

    @Test
    void shouldSurviveEveryCutAndEveryRefusal() {
        final int[] sizes = {0, 1, 64, 4096, 0, 5000, 16_384, 100_000, 0, 2};
        for (final int size : sizes) {
            message(size);
        }
        for (long seed = 0; seed < 300; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            lengths.clear();
            int position = 0;
            int available = 0;
            while (position < end) {
                available = Math.max(position + 1, Math.min(end, available + random.nextInt(random.nextInt(9000) + 1)));
                refusals = random.nextInt(3) == 0 ? 1 : 0;
                position += assembler.onBytes(start + position, available - position);
            }
            refusals = 0;
            assertEquals(sizes.length, lengths.size(), "seed " + seed);
            for (int i = 0; i < sizes.length; i++) {
                assertEquals(sizes[i], lengths.get(i));
            }
            assertEquals(0, pool.usedLength());
        }
    }

    @Test
    void shouldOfferARefusedMessageAgainWithoutFurtherOctets() {
        message(100);
        feedAll(0, 60);
        refusals = 3;
        int position = 60;
        for (int i = 0; i < 3; i++) {
            position += assembler.onBytes(start + position, end - position);
            assertEquals(FrameAssembler.Status.BLOCKED_BY_HANDLER, assembler.status());
            assertTrue(position < end, "something must stay with the carrier");
        }
        position += assembler.onBytes(start + position, end - position);
        assertEquals(end, position);
        assertEquals(List.of(100), lengths);
    }

    @Test
    void shouldGrowWithWhatArrivesNotWithWhatIsClaimed() {
        message(MAX_LENGTH);
        feedAll(0, 100);
        assertEquals(4096, pool.usedLength());
        feedAll(100, 10_000);
        assertEquals(16_384, pool.usedLength());
        feedAll(10_000, end);
        assertEquals(List.of(MAX_LENGTH), lengths);
        assertEquals(0, pool.usedLength());
    }

    @Test
    void shouldRefuseAClaimAboveTheLongest() {
        for (final int claim : new int[] {MAX_LENGTH + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
            end = 0;
            header.wrap(start).write(1, claim, 4000, 4001, 0);
            assertEquals(0, assembler.onBytes(start, 48));
            assertEquals(FrameAssembler.Status.TOO_LONG, assembler.status());
            assembler.reset();
            assembler.onBytes(start, 40);
            assembler.onBytes(start + 40, 8);
            assertEquals(FrameAssembler.Status.TOO_LONG, assembler.status());
            assembler.reset();
        }
        assertTrue(lengths.isEmpty());
    }

    @Test
    void shouldStopReadingWhenReassemblyMemoryRunsOut() {
        final ReassemblyPool small = new ReassemblyPool(8192, DirectMemory.ofProcess());
        final FrameAssembler one = new FrameAssembler(MAX_LENGTH, small, this::onFrame, new ArrivalTimes(() -> 0));
        final FrameAssembler other = new FrameAssembler(MAX_LENGTH, small, this::onFrame, new ArrivalTimes(() -> 0));
        message(9000);
        assertEquals(5000, one.onBytes(start, 5000));
        assertEquals(48, other.onBytes(start, 5000), "the header, no more");
        assertEquals(FrameAssembler.Status.BLOCKED_BY_MEMORY, other.status());
        one.reset();
        assertEquals(4952, other.onBytes(start + 48, 4952));
        other.reset();
        assertEquals(0, small.usedLength());
    }
}
