package org.rds4j.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Destinations that open and close at will, beside a list of what waits for each. */
class SubmitBacklogTest {
    private static final int RING = 4096;
    private static final int NUMBER_OFFSET = DatagramRecord.HEADER_LENGTH;

    private final ManyToOneRingBuffer ring = new ManyToOneRingBuffer(
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(RING + RingBufferDescriptor.TRAILER_LENGTH, 128)));
    private final MutableDirectBuffer memory = ring.buffer();
    private final UnsafeBuffer record = new UnsafeBuffer(ByteBuffer.allocateDirect(RING));
    private final SubmitBacklog backlog = new SubmitBacklog(new SubmitReader(ring, null, null, 0xffff));
    private final int[] scratch = new int[SubmitBacklog.mostRecords(RING)];
    private final List<Deque<Integer>> expected = new ArrayList<>();
    private final int[] room = new int[SubmitBacklog.MAX_QUEUES + 4];
    private int next;
    private int waiting;

    private final SubmitBacklog.Taker taker = new SubmitBacklog.Taker() {
        @Override
        public int queueOf(final int index) {
            return DatagramRecord.level(memory, index);
        }

        @Override
        public boolean take(final int type, final int index) {
            final int queue = (int) DatagramRecord.low(memory, index);
            if (room[queue] < DatagramRecord.length(memory, index)) {
                return false;
            }
            room[queue] -= DatagramRecord.length(memory, index);
            assertEquals(expected.get(queue).removeFirst(), memory.getInt(index + NUMBER_OFFSET), "order of queue " + queue);
            waiting--;
            return true;
        }

        @Override
        public boolean hasRoom(final long high, final long low, final int queue, final int level, final int length) {
            return room[(int) low] >= length;
        }
    };

    {
        for (int i = 0; i < room.length; i++) {
            expected.add(new ArrayDeque<>());
        }
    }

    private boolean submit(final int queue, final int length) {
        DatagramRecord.write(record, 0, 0, queue, 7, queue & 1, length, 0);
        record.putInt(NUMBER_OFFSET, next);
        if (!ring.write(DatagramRecord.TYPE_INLINE, record, 0, DatagramRecord.HEADER_LENGTH + length)) {
            return false;
        }
        expected.get(queue).addLast(next++);
        waiting++;
        return true;
    }

    private int poll(final int limit) {
        return backlog.poll(taker, limit, scratch);
    }

    @Test
    void shouldLetOthersPassWhatWaits() {
        submit(0, 100);
        submit(1, 100);
        submit(0, 4);
        submit(1, 4);
        room[1] = 1_000;
        assertEquals(2, poll(100));
        assertTrue(backlog.isActive());
        room[0] = 50;
        assertEquals(0, poll(100), "the short one must not pass the long one");
        room[0] = 104;
        assertEquals(2, poll(100));
        assertFalse(backlog.isActive());
        assertEquals(0, ring.size());
    }

    @Test
    void shouldUseTheSpaceBehindWhatWaitsAgain() {
        submit(0, 200);
        room[1] = Integer.MAX_VALUE;
        for (int i = 0; i < 1_000; i++) {
            assertTrue(submit(1, 4 + i % 300), "after " + i);
            poll(100);
        }
        assertEquals(1, waiting);
        room[0] = 200;
        assertEquals(1, poll(100));
    }

    @Test
    void shouldStopAtOneDestinationMoreThanItCanTellApart() {
        for (int i = 0; i <= SubmitBacklog.MAX_QUEUES; i++) {
            submit(i, 8);
        }
        room[SubmitBacklog.MAX_QUEUES] = 100;
        room[SubmitBacklog.MAX_QUEUES + 1] = 100;
        submit(SubmitBacklog.MAX_QUEUES + 1, 8);
        assertEquals(0, poll(100));
        room[5] = 100;
        assertEquals(3, poll(100) + poll(100));
    }

    @Test
    void shouldTakeCancelledOnesOutWhereverTheyAre() {
        submit(0, 100);
        submit(1, 100);
        submit(0, 4);
        poll(100);
        submit(0, 8);
        final List<Integer> lengths = new ArrayList<>();
        assertEquals(0, backlog.cancel(0, 0, 8, (type, index) -> lengths.add(0)), "another port");
        assertEquals(3, backlog.cancel(0, 0, 7, (type, index) -> lengths.add(DatagramRecord.length(memory, index))));
        assertEquals(List.of(100, 4, 8), lengths);
        expected.get(0).clear();
        assertEquals(8 + 32 + 104, backlog.unreadLength());
        submit(0, 8);
        room[0] = 8;
        assertEquals(1, poll(100), "nothing waits before it any more");
        room[1] = 100;
        poll(100);
        assertEquals(0, ring.size());
    }

    @Test
    void shouldSayWhenASubmissionUnderWayHidesOthers() {
        submit(0, 8);
        final int index = ring.tryClaim(DatagramRecord.TYPE_INLINE, 100);
        submit(0, 16);
        final List<Integer> lengths = new ArrayList<>();
        assertEquals(-1, backlog.cancel(0, 0, 7, (type, at) -> lengths.add(DatagramRecord.length(memory, at))));
        assertEquals(List.of(8), lengths);
        ring.abort(index);
        assertEquals(1, backlog.cancel(0, 0, 7, (type, at) -> lengths.add(DatagramRecord.length(memory, at))));
        assertEquals(List.of(8, 16), lengths);
        assertEquals(0, ring.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldKeepOrderPerDestinationWhateverOpensAndCloses(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final int queues = 3 + random.nextInt(room.length - 3);
        int taken = 0;
        int cancelled = 0;
        for (int i = 0; i < 100_000; i++) {
            submit(random.nextInt(queues), 4 + random.nextInt(random.nextInt(10) == 0 ? 470 : 60));
            if (random.nextInt(6) == 0) {
                room[random.nextInt(queues)] = random.nextInt(3) == 0 ? 2_000 : random.nextInt(600);
            }
            if (random.nextInt(3) == 0) {
                taken += poll(1 + random.nextInt(20));
            }
            if (random.nextInt(300) == 0) {
                final int queue = random.nextInt(queues);
                final int count = backlog.cancel(0, queue, 7, (type, index) -> {
                    assertEquals(expected.get(queue).removeFirst(), memory.getInt(index + NUMBER_OFFSET));
                    waiting--;
                });
                assertTrue(expected.get(queue).isEmpty());
                cancelled += count;
            }
        }
        Arrays.fill(room, Integer.MAX_VALUE);
        while (waiting > 0) {
            final int count = poll(1_000);
            assertTrue(count > 0, "everything has room");
            taken += count;
        }
        assertEquals(0, ring.size());
        assertEquals(next, taken + cancelled);
        assertTrue(taken > 5_000 && cancelled > 500, taken + " taken, " + cancelled + " cancelled");
    }

    /** Applications write on while the engine moves what waits. */
    @Test
    void shouldStandThreadsThatSubmitMeanwhile() throws InterruptedException {
        final int each = 60_000;
        final int[] last = new int[4];
        final boolean[] isOpen = new boolean[4];
        final SubmitBacklog.Taker gates = new SubmitBacklog.Taker() {
            @Override
            public int queueOf(final int index) {
                return 0;
            }

            @Override
            public boolean take(final int type, final int index) {
                final int queue = (int) DatagramRecord.low(memory, index);
                if (isOpen[queue]) {
                    assertEquals(++last[queue], memory.getInt(index + NUMBER_OFFSET));
                }
                return isOpen[queue];
            }

            @Override
            public boolean hasRoom(final long high, final long low, final int queue, final int level, final int length) {
                return isOpen[(int) low];
            }
        };
        final Thread even = submitter(0, each);
        final Thread odd = submitter(1, each);
        final SplittableRandom random = new SplittableRandom(9);
        int taken = 0;
        final long deadlineNs = System.nanoTime() + 60_000_000_000L;
        while (taken < 2 * each) {
            assertTrue(System.nanoTime() < deadlineNs, "stuck after " + taken);
            isOpen[random.nextInt(4)] = random.nextBoolean();
            taken += backlog.poll(gates, 1 + random.nextInt(30), scratch);
        }
        even.join();
        odd.join();
        assertEquals(0, ring.size());
    }

    /** Sends to two queues of its own. */
    private Thread submitter(final int parity, final int count) {
        final Thread thread = new Thread(() -> {
            final UnsafeBuffer own = new UnsafeBuffer(ByteBuffer.allocateDirect(512));
            for (int i = 0; i < count; i++) {
                final int length = 4 + i * 7 % 90;
                DatagramRecord.write(own, 0, 0, parity + 2 * (i & 1), 7, 0, length, 0);
                own.putInt(NUMBER_OFFSET, i / 2 + 1);
                while (!ring.write(DatagramRecord.TYPE_INLINE, own, 0, DatagramRecord.HEADER_LENGTH + length)) {
                    LockSupport.parkNanos(1_000);
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
