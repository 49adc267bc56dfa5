package org.rds4j.congestion;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MapOrderTest {
    private static final int FIRST_LIFE = 0x9000_0001;
    private static final int SECOND_LIFE = 7;

    private final MapOrder order = new MapOrder();

    @Test
    void shouldTakeNothingOlderThanTheNewest() {
        assertTrue(order.isNews(5, FIRST_LIFE, FIRST_LIFE));
        assertFalse(order.isNews(4, FIRST_LIFE, FIRST_LIFE));
        assertTrue(order.isNews(5, FIRST_LIFE, FIRST_LIFE), "said again to another carrier");
        assertTrue(order.isNews(1L << 40, FIRST_LIFE, FIRST_LIFE));
    }

    @Test
    void shouldCountAnewWithEachLifeAndTakeNothingOfAnEarlierOne() {
        assertTrue(order.isNews(5, FIRST_LIFE, FIRST_LIFE));
        assertFalse(order.isNews(6, FIRST_LIFE, SECOND_LIFE));
        assertTrue(order.isNews(1, SECOND_LIFE, SECOND_LIFE));
        assertFalse(order.isNews(7, FIRST_LIFE, SECOND_LIFE));
    }

    @Test
    void shouldTakeWhatHasNoNumberAsItComes() {
        assertTrue(order.isNews(5, FIRST_LIFE, FIRST_LIFE));
        assertTrue(order.isNews(0, 0, FIRST_LIFE));
        assertTrue(order.isNews(0, 0, 0));
        assertFalse(order.isNews(4, FIRST_LIFE, FIRST_LIFE));
    }
}
