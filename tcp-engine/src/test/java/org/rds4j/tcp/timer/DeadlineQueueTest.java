package org.rds4j.tcp.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeadlineQueueTest {
    @Test
    void shouldExpireEveryTimerAtItsDeadlineAndNoOther() {
        final DeadlineQueue<Integer> queue = new DeadlineQueue<>(50);
        final List<TimerSet<Integer>> sets = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            sets.add(new TimerSet<>(i, queue, 3));
        }
        final Random random = new Random(3);
        final long[][] model = new long[50][3];
        for (final long[] deadlines : model) {
            java.util.Arrays.fill(deadlines, TimerSet.NONE);
        }
        for (long now = 0; now < 50_000; now++) {
            final int index = random.nextInt(50);
            final int kind = random.nextInt(3);
            if (random.nextInt(3) > 0) {
                model[index][kind] = now + 1 + random.nextInt(300);
                sets.get(index).start(kind, model[index][kind]);
            } else {
                model[index][kind] = TimerSet.NONE;
                sets.get(index).cancel(kind);
            }
            expire(queue, model, now);
        }
    }

    private static void expire(final DeadlineQueue<Integer> queue, final long[][] model, final long now) {
        TimerSet<Integer> due = queue.takeDue(now);
        while (due != null) {
            for (int kind = 0; kind < 3; kind++) {
                if (due.expire(kind, now)) {
                    assertEquals(now, model[due.owner()][kind]);
                    model[due.owner()][kind] = TimerSet.NONE;
                }
            }
            due.requeue();
            due = queue.takeDue(now);
        }
        long earliest = TimerSet.NONE;
        for (final long[] deadlines : model) {
            for (final long deadline : deadlines) {
                assertEquals(true, deadline > now, "none is late");
                earliest = Math.min(earliest, deadline);
            }
        }
        assertEquals(true, queue.nextDeadlineNs() <= earliest);
    }

    @Test
    void shouldForgetASetThatIsCleared() {
        final DeadlineQueue<String> queue = new DeadlineQueue<>(2);
        final TimerSet<String> first = new TimerSet<>("first", queue, 1);
        final TimerSet<String> second = new TimerSet<>("second", queue, 1);
        first.start(0, 5);
        second.start(0, 7);
        first.clear();
        assertEquals(7, queue.nextDeadlineNs());
        assertNull(queue.takeDue(6));
        assertEquals("second", queue.takeDue(7).owner());
        assertEquals(TimerSet.NONE, queue.nextDeadlineNs());
    }
}
