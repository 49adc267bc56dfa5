package org.rds4j.qos.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.rds4j.qos.classify.ServiceLevelSelector.INVALID;
import static org.rds4j.qos.classify.ServiceLevelSelector.NOT_PERMITTED;
import static org.rds4j.qos.classify.ServiceLevelSelector.UNSET;

import org.junit.jupiter.api.Test;

class ServiceLevelSelectorTest {
    private static final int TOS_AF41 = 34 << 2;
    private static final int TOS_CS6 = 48 << 2;

    private final ServiceLevelSelector selector = new ServiceLevelSelector(QosConfiguration.defaults());
    private final ServiceLevelSelector privileged =
        new ServiceLevelSelector(QosConfiguration.builder().controlAllowed(true).build());

    @Test
    void shouldLetTheMoreSpecificRequestWin() {
        assertEquals(1, selector.select(1, 2, 3, TOS_AF41));
        assertEquals(2, selector.select(UNSET, 2, 3, TOS_AF41));
        assertEquals(3, selector.select(UNSET, UNSET, 3, TOS_AF41));
        assertEquals(5, selector.select(UNSET, UNSET, UNSET, TOS_AF41));
        assertEquals(0, selector.select(UNSET, UNSET, UNSET, UNSET));
        assertEquals(0, selector.select(0, 2, 3, TOS_AF41), "0 is a request, not the absence of one");
    }

    @Test
    void shouldTreatAnUnknownMarkAsDefaultAndIgnoreEcn() {
        assertEquals(0, selector.select(UNSET, UNSET, UNSET, 63 << 2));
        assertEquals(5, selector.select(UNSET, UNSET, UNSET, TOS_AF41 | 3));
    }

    @Test
    void shouldKeepTheControlLevelForThePrivileged() {
        for (final int[] asked : new int[][] {{7, UNSET, UNSET, UNSET}, {UNSET, 7, UNSET, UNSET}, {UNSET, UNSET, 7, UNSET},
            {UNSET, UNSET, UNSET, TOS_CS6}}) {
            assertEquals(NOT_PERMITTED, selector.select(asked[0], asked[1], asked[2], asked[3]));
            assertEquals(7, privileged.select(asked[0], asked[1], asked[2], asked[3]));
        }
        assertEquals(6, selector.admit(6));
        assertEquals(8, selector.admit(8));
    }

    @Test
    void shouldRefuseLevelsThatDoNotExist() {
        assertEquals(INVALID, selector.select(16, UNSET, UNSET, UNSET));
        assertEquals(INVALID, selector.select(-3, UNSET, UNSET, UNSET));
        assertEquals(INVALID, selector.ofTrafficClass(256));
    }
}
