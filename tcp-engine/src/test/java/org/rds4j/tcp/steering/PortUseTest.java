package org.rds4j.tcp.steering;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A port is in use from its claim to the end of its last flow, and then for as long as no other port's ends. */
class PortUseTest {
    private final PortUse ports = new PortUse();

    @Test
    void shouldBeInUseUntilTheLastFlowHasEnded() {
        ports.opened(64);
        ports.opened(64);
        ports.closed(64);
        ports.claim(65_535);
        assertTrue(ports.isUsed(64));
        assertFalse(ports.isUsed(0) || ports.isUsed(128) || ports.isUsed(63) || ports.isUsed(65));
        ports.closed(64);
        ports.claim(1);
        assertFalse(ports.isUsed(64));
    }

    @Test
    void shouldStayInUseWhileAFlowChangesFromOneRecordToAnother() {
        ports.opened(5);
        ports.closed(5);
        assertTrue(ports.isUsed(5), "a connection enters TIME-WAIT");
        ports.opened(5);
        ports.claim(6);
        assertTrue(ports.isUsed(5));
        ports.closed(5);
        ports.closed(opened(7));
        assertFalse(ports.isUsed(5));
        assertTrue(ports.isUsed(7));
    }

    @Test
    void shouldStayInUseThoughItWasTheLastToBeClaimed() {
        ports.claim(5);
        ports.opened(5);
        ports.closed(5);
        assertTrue(ports.isUsed(5), "a connection enters TIME-WAIT");
        ports.claim(6);
        assertFalse(ports.isUsed(5));
    }

    private int opened(final int port) {
        ports.opened(port);
        return port;
    }

    @Test
    void shouldTakeAClaimBackThatNothingCameOf() {
        ports.claim(8);
        assertTrue(ports.isUsed(8));
        ports.claim(9);
        assertFalse(ports.isUsed(8));
        ports.opened(9);
        ports.claim(10);
        assertTrue(ports.isUsed(9), "something came of it");
    }
}
