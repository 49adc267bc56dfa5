package org.rds4j.sim.world;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EventQueueTest {
    @Test
    void shouldKnowTheSoonestThroughEveryChange() {
        final EventQueue queue = new EventQueue();
        assertEquals(Long.MAX_VALUE, queue.nextNs());
        final SplittableRandom random = new SplittableRandom(3);
        final long[] model = new long[200];
        Arrays.fill(model, Long.MAX_VALUE);
        for (int i = 0; i < model.length; i++) {
            queue.add();
            for (int change = 0; change < 100; change++) {
                final int thing = random.nextInt(i + 1);
                model[thing] = random.nextInt(10) == 0 ? Long.MAX_VALUE : random.nextLong(1_000);
                queue.set(thing, model[thing]);
                assertEquals(Arrays.stream(model).min().orElseThrow(), queue.nextNs());
                assertEquals(queue.nextNs(), model[queue.next()]);
            }
        }
    }
}
