package org.rds4j.sim.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SimRandomTest {
    @Test
    void shouldRepeatAStreamWhateverElseIsOpened() {
        final SimRandom one = new SimRandom(42);
        final SimRandom other = new SimRandom(42);
        final long first = one.stream("link/A/loss").nextLong();
        other.stream("a new consumer").nextLong();
        assertEquals(first, other.stream("link/A/loss").nextLong());
    }

    @Test
    void shouldTellNamesAndSeedsApart() {
        final SimRandom one = new SimRandom(42);
        final long first = one.stream("a").nextLong();
        assertNotEquals(first, one.stream("b").nextLong());
        assertNotEquals(first, new SimRandom(43).stream("a").nextLong());
    }

    @Test
    void shouldRefuseToGiveOneStreamToTwo() {
        final SimRandom random = new SimRandom(1);
        random.stream("a");
        assertThrows(IllegalArgumentException.class, () -> random.stream("a"));
    }
}
