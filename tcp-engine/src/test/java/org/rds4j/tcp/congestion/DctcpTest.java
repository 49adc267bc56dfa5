package org.rds4j.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DctcpTest {
    private static final int MSS = 1000;

    private final Dctcp dctcp = new Dctcp();
    private final CongestionSample sample = new CongestionSample();

    private void acknowledge(final long octets, final long marked, final long flight) {
        dctcp.onAcknowledged(sample.start(0).octets(octets, octets).flight(flight, false).marked(marked));
    }

    @Test
    void shouldFollowTheRecurrenceOncePerWindow() {
        final Random random = new Random(7);
        dctcp.onConnected(MSS, 100 * MSS);
        acknowledge(MSS, 0, 100 * MSS); // the first window begins
        double alpha = 15 / 16.0; // (1 - g) 1 + g 0
        assertEquals(alpha, dctcp.alpha(), 1e-9);
        for (int window = 0; window < 500; window++) {
            final double chance = random.nextDouble();
            int marked = 0;
            for (int i = 0; i < 100; i++) {
                assertEquals(alpha, dctcp.alpha(), 1e-3, "once per window");
                final boolean mark = random.nextDouble() < chance;
                marked += mark ? 1 : 0;
                acknowledge(MSS, mark ? MSS : 0, 100 * MSS);
            }
            alpha = (1 - 1 / 16.0) * alpha + 1 / 16.0 * marked / 100;
            assertEquals(alpha, dctcp.alpha(), 1e-3);
        }
    }

    @Test
    void shouldGiveWayInProportion() {
        dctcp.onConnected(MSS, 100 * MSS);
        dctcp.onEcnEcho(100 * MSS, 0);
        assertEquals(50 * MSS, dctcp.window(), "alpha is 1 at first");
        for (int i = 0; i < 200; i++) {
            acknowledge(MSS, 0, 0);
        }
        assertTrue(dctcp.alpha() < 1e-5);
        final long before = dctcp.window();
        dctcp.onEcnEcho(before, 0);
        assertTrue(before - dctcp.window() <= 1);
        assertEquals(dctcp.window(), dctcp.threshold());
    }

    @Test
    void shouldHalveForLossEvenAfterAnEcho() {
        dctcp.onConnected(MSS, 100 * MSS);
        for (int i = 0; i < 200; i++) {
            dctcp.onAcknowledged(sample.start(0).octets(MSS, MSS).flight(0, false).roundTrip(1, 1, 1_000_000));
        }
        dctcp.onEcnEcho(100 * MSS, 0);
        final long window = dctcp.window();
        dctcp.onCongestion(100 * MSS, 500_000);
        assertEquals(window / 2, dctcp.threshold());
    }

    @Test
    void shouldNotReduceTwiceForOneWindowOtherwise() {
        final NewReno reno = new NewReno();
        reno.onConnected(MSS, 100 * MSS);
        reno.onAcknowledged(sample.start(0).octets(MSS, MSS).flight(0, false).roundTrip(1, 1, 1_000_000));
        reno.onEcnEcho(100 * MSS, 0);
        assertEquals(50 * MSS, reno.window());
        reno.onCongestion(80 * MSS, 500_000);
        reno.onRecovered(600_000);
        assertEquals(50 * MSS, reno.window(), "RFC 3168 section 6.1.2: once per window");
        reno.onCongestion(50 * MSS, 5_000_000);
        assertEquals(25 * MSS, reno.threshold());
    }
}
