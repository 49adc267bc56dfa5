package org.rds4j.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class RdsCountersTest {
    @Test
    void shouldKeepEachCounterInItsOwnPlace() {
        final RdsCounters counters = new RdsCounters(new UnsafeBuffer(ByteBuffer.allocateDirect(64 + RdsCounters.LENGTH)), 64);
        final Set<String> labels = new HashSet<>();
        for (final RdsCounter counter : RdsCounter.values()) {
            counters.add(counter, counter.id() + 1);
            counters.increment(counter);
            assertTrue(labels.add(counter.label()));
        }
        int id = 0;
        for (final RdsCounter counter : RdsCounter.values()) {
            assertEquals(id + 2, counters.get(counter));
            assertEquals(id++, counter.id(), "ids are without gaps");
        }
    }
}
