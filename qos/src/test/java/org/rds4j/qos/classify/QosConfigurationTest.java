package org.rds4j.qos.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class QosConfigurationTest {
    private final QosConfiguration defaults = QosConfiguration.defaults();

    @Test
    void shouldGiveEveryLevelTheLaneAndMarksOfTheDesign() {
        final int[] lane = {2, 3, 3, 2, 1, 1, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2};
        final int[] dscp = {0, 1, 10, 18, 26, 34, 46, 48, 0, 0, 0, 0, 0, 0, 0, 0};
        final int[] pcp = {0, 1, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0};
        for (int sl = 0; sl < ServiceLevel.COUNT; sl++) {
            assertEquals(lane[sl], defaults.laneOf(sl), "lane of " + sl);
            assertEquals(dscp[sl] << 2, defaults.trafficClass(sl, 0), "DSCP of " + sl);
            assertEquals(pcp[sl], defaults.priorityCodePoint(sl), "PCP of " + sl);
        }
    }

    @Test
    void shouldBuildTheTablesFromTheLevelsInTheirOrder() {
        assertEquals(List.of(new ArbitrationEntry(0, 64), new ArbitrationEntry(0, 64)), defaults.high());
        assertEquals(List.of(new ArbitrationEntry(2, 64), new ArbitrationEntry(3, 4), new ArbitrationEntry(3, 16),
            new ArbitrationEntry(2, 64), new ArbitrationEntry(1, 128), new ArbitrationEntry(1, 128)), defaults.low());
    }

    @Test
    void shouldNeverTouchTheEcnBits() {
        for (int sl = 0; sl < ServiceLevel.COUNT; sl++) {
            for (int tos = 0; tos < 256; tos++) {
                assertEquals(tos & 3, defaults.trafficClass(sl, tos) & 3);
                assertEquals(defaults.level(sl).dscp(), defaults.trafficClass(sl, tos) >>> 2);
            }
        }
    }

    @Test
    void shouldKnowWhichLaneMayStarve() {
        assertFalse(defaults.isLowerEffortLane(3), "bulk shares the lane with scavenger");
        final QosConfiguration apart = QosConfiguration.builder().lanes(5)
            .level(new ServiceLevel(1, 4, 1, 1, ArbitrationTable.LOW, 4)).build();
        assertTrue(apart.isLowerEffortLane(4));
        assertFalse(apart.isLowerEffortLane(3));
    }

    @Test
    void shouldTakeTablesAsGivenWhenAnyLineIsGiven() {
        final QosConfiguration given = QosConfiguration.builder().lanes(2).everyLevelOn(1).high(0, 4).low(1, 8).build();
        assertEquals(List.of(new ArbitrationEntry(0, 4)), given.high());
        assertEquals(List.of(new ArbitrationEntry(1, 8)), given.low());
    }

    @Test
    void shouldRefuseWhatCannotWorkAndSayWhy() {
        assertRefused("raise lanes()", QosConfiguration.builder().lanes(3));
        assertRefused("no weight", QosConfiguration.builder().low(0, 1).low(1, 1).low(2, 1).low(3, 0));
        assertRefused("beyond the 1 lanes", QosConfiguration.builder().lanes(1).everyLevelOn(0).low(0, 1).low(1, 1));
        assertRefused("limit 256", QosConfiguration.builder().limit(256));
        assertRefused("starvation floor", QosConfiguration.builder().starvationFloorNs(0));
        assertThrows(IllegalArgumentException.class, () -> QosConfiguration.builder().lanes(17));
        assertThrows(IllegalArgumentException.class, () -> new ArbitrationEntry(0, 256));
        assertThrows(IllegalArgumentException.class, () -> new ArbitrationEntry(16, 1));
        assertThrows(IllegalArgumentException.class, () -> new ServiceLevel(16, 0, 0, 0, ArbitrationTable.LOW, 1));
        assertThrows(IllegalArgumentException.class, () -> new ServiceLevel(0, 0, 64, 0, ArbitrationTable.LOW, 1));
        assertThrows(IllegalArgumentException.class, () -> new ServiceLevel(0, 0, 0, 8, ArbitrationTable.LOW, 1));
    }

    private static void assertRefused(final String reason, final QosConfiguration.Builder builder) {
        final String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
