package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsContext;

class GreetingLimitsTest {
    private static final long SECOND = 1_000_000_000L;

    private static GreetingLimits limits(final int perHost, final int rate, final int ratePerHost, final boolean isSecure) {
        return new GreetingLimits(new RdsContext(new Properties())
            .maxHandshakesPerHost(perHost).handshakeRate(rate).handshakeRatePerHost(ratePerHost), isSecure);
    }

    @Test
    void shouldBoundWhatIsUnderWayFromOneAddress() {
        final GreetingLimits limits = limits(3, 1000, 1000, true);
        for (int i = 0; i < 3; i++) {
            assertNull(limits.onBegin(0, 1, 0));
        }
        assertEquals(NodeCounter.GREETINGS_FULL_HOST, limits.onBegin(0, 1, SECOND));
        assertNull(limits.onBegin(0, 2, SECOND), "others are not concerned");
        limits.onEnd(0, 1);
        assertNull(limits.onBegin(0, 1, SECOND));
        assertEquals(NodeCounter.GREETINGS_FULL_HOST, limits.onBegin(0, 1, SECOND));
    }

    @Test
    void shouldBoundTheRateOfOneAddressAndOfAll() {
        final GreetingLimits limits = limits(1000, 100, 10, true);
        assertEquals(10, begun(limits, 1, 0, NodeCounter.HANDSHAKE_RATE_HOST));
        assertEquals(5, begun(limits, 1, SECOND / 2, NodeCounter.HANDSHAKE_RATE_HOST));
        assertEquals(10, begun(limits, 1, 10 * SECOND, NodeCounter.HANDSHAKE_RATE_HOST), "nothing is saved up");
        int all = 0;
        for (int host = 10; host < 30; host++) {
            all += begun(limits, host, 20 * SECOND, host < 20 ? NodeCounter.HANDSHAKE_RATE_HOST : NodeCounter.HANDSHAKE_RATE);
        }
        assertEquals(100, all);
    }

    private static int begun(final GreetingLimits limits, final long host, final long nowNs, final NodeCounter then) {
        int begun = 0;
        NodeCounter limit = limits.onBegin(0, host, nowNs);
        while (limit == null) {
            begun++;
            limit = limits.onBegin(0, host, nowNs);
        }
        assertEquals(then, limit);
        return begun;
    }

    @Test
    void shouldNotCountARefusalAgainstTheRate() {
        final GreetingLimits limits = limits(1000, 1000, 1, true);
        assertNull(limits.onBegin(0, 1, 0));
        for (int i = 1; i < 100; i++) {
            assertEquals(NodeCounter.HANDSHAKE_RATE_HOST, limits.onBegin(0, 1, i));
        }
        assertNull(limits.onBegin(0, 1, SECOND));
    }

    @Test
    void shouldNotLimitTheRateWithoutEncryption() {
        final GreetingLimits limits = limits(2, 1, 1, false);
        assertNull(limits.onBegin(0, 1, 0));
        assertNull(limits.onBegin(0, 1, 0));
        assertEquals(NodeCounter.GREETINGS_FULL_HOST, limits.onBegin(0, 1, 0));
    }

    @Test
    void shouldForgetAddressesThatAreQuietAndRememberThoseThatAreNot() {
        final GreetingLimits limits = limits(1, 1 << 20, 1, true);
        int begun = 0;
        for (long host = 0; host < 10_000; host++) {
            begun += limits.onBegin(0, host, host) == null ? 1 : 0;
        }
        assertEquals(4096, begun, "with a greeting under way each");
        for (long host = 0; host < 4096; host++) {
            limits.onEnd(0, host);
        }
        assertTrue(limits.onBegin(0, 20_000, 10_000) == NodeCounter.GREETINGS_FULL, "their second is not over");
        assertNull(limits.onBegin(0, 20_000, 2 * SECOND));
    }
}
