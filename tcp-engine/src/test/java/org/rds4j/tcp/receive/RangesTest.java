package org.rds4j.tcp.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.support.Octets;

class RangesTest {
    private static final int CAPACITY = 16;
    private static final int SPAN = 200;

    @Test
    void shouldBehaveLikeABitSet() {
        int refusals = 0;
        for (int seed = 0; seed < 2000; seed++) {
            final Random random = new Random(seed);
            final Octets memory = new Octets(Ranges.length(CAPACITY));
            final Ranges ranges = new Ranges(CAPACITY);
            ranges.at(memory.address());
            final BitSet bits = new BitSet();
            for (int i = 0; i < 200; i++) {
                final int start = random.nextInt(SPAN);
                final int end = start + 1 + random.nextInt(random.nextBoolean() ? 2 : 12);
                switch (random.nextInt(12)) {
                    case 0 -> {
                        final int reached = bits.nextClearBit(start);
                        assertEquals(reached, ranges.absorb(start));
                        bits.clear(0, reached + 1);
                    }
                    case 1 -> {
                        ranges.truncate(start + 50L);
                        bits.clear(start + 50, 2 * SPAN);
                    }
                    default -> refusals += add(ranges, bits, start, end);
                }
                assertSame(bits, ranges);
            }
        }
        assertTrue(refusals > 100, "the bound was met: " + refusals);
    }

    @Test
    void shouldTakeWhateverAPeerMakesOfIt() {
        final int most = TcpConfiguration.datacenter().receiveBufferLength(1 << 24).build().outOfOrderRanges();
        assertEquals(8192, most);
        final Octets memory = new Octets(Ranges.length(most));
        final Ranges ranges = new Ranges(most);
        ranges.at(memory.address());
        final Random random = new Random(1);
        assertTimeout(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 200_000; i++) {
                final long start = 2L * random.nextInt(1 << 23);
                ranges.add(start, start + 1); // octets one by one, each alone: what is dearest to keep
            }
        });
        assertEquals(most, ranges.count());
    }

    private static int add(final Ranges ranges, final BitSet bits, final int start, final int end) {
        final boolean joins = bits.get(Math.max(0, start - 1), end + 1).cardinality() > 0;
        final int index = ranges.add(start, end);
        if (index == Ranges.REFUSED) {
            assertTrue(!joins && ranges.count() == CAPACITY, "refused only when full and alone");
            return 1;
        }
        bits.set(start, end);
        assertTrue(ranges.start(index) <= start && ranges.end(index) >= end);
        return 0;
    }

    private static void assertSame(final BitSet bits, final Ranges ranges) {
        int index = 0;
        for (int start = bits.nextSetBit(0); start >= 0; start = bits.nextSetBit(bits.nextClearBit(start))) {
            assertTrue(index < ranges.count());
            assertEquals(start, ranges.start(index));
            assertEquals(bits.nextClearBit(start), ranges.end(index));
            index++;
        }
        assertEquals(index, ranges.count());
    }
}
