package org.rds4j.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CubicTest {
    private static final int MSS = 1460;
    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000 * MS;
    private static final long RTT_NS = 40 * MS;
    private static final double C = 0.4;

    private final Cubic cubic = new Cubic(4 * MS, 16 * MS);
    private final CongestionSample sample = new CongestionSample();
    private double nowNs = 1_000.0 * SECOND;

    /** RFC 9438 figure 1 and section 4.2, in segments. */
    private static double closedForm(final double seconds, final double max, final double start) {
        final double k = Math.cbrt((max - start) / C);
        return C * Math.pow(seconds - k, 3) + max;
    }

    private void acknowledge(final boolean limited) {
        nowNs += (double) RTT_NS * MSS / cubic.window();
        cubic.onAcknowledged(sample.start((long) nowNs).octets(MSS, MSS).flight(cubic.window(), limited)
            .roundTrip(RTT_NS, RTT_NS, RTT_NS));
    }

    private void reduceFrom(final long segments) {
        cubic.onConnected(MSS, segments * MSS);
        cubic.onCongestion(segments * MSS, (long) nowNs);
        cubic.onRecovered((long) nowNs);
        assertEquals(segments * MSS * 7 / 10, cubic.window());
    }

    @Test
    void shouldFollowTheClosedFormForAMinute() {
        reduceFrom(1000);
        acknowledge(true);
        final double epochNs = nowNs;
        double worst = 0;
        while (nowNs < epochNs + 60.0 * SECOND) {
            acknowledge(true);
            final double expected = closedForm((nowNs - epochNs) / SECOND, 1000, 700);
            worst = Math.max(worst, Math.abs((double) cubic.window() / MSS - expected));
        }
        assertTrue(worst <= 1, "off by " + worst + " segments");
        assertTrue(cubic.window() > 50_000L * MSS, "window " + cubic.window() / MSS);
    }

    @Test
    void shouldStandStillInTimeWhileTheApplicationSendsTooLittle() {
        reduceFrom(1000);
        acknowledge(true);
        double epochNs = nowNs;
        while (nowNs < epochNs + 5.0 * SECOND) {
            acknowledge(true);
        }
        final double pausedNs = nowNs;
        while (nowNs < pausedNs + 7.0 * SECOND) {
            acknowledge(false);
        }
        epochNs += nowNs - pausedNs;
        while (nowNs < epochNs + 15.0 * SECOND) {
            acknowledge(true);
            assertEquals(
                closedForm((nowNs - epochNs) / SECOND, 1000, 700), (double) cubic.window() / MSS, 1);
        }
    }

    @Test
    void shouldGiveUpMoreWhenTheWindowDidNotGetBackToWhereItWas() {
        reduceFrom(1000);
        acknowledge(true);
        while (cubic.window() < 800 * MSS) {
            acknowledge(true);
        }
        cubic.onCongestion(cubic.window(), (long) nowNs);
        cubic.onRecovered((long) nowNs);
        final double start = (double) cubic.window() / MSS;
        acknowledge(true);
        final double epochNs = nowNs;
        while (nowNs < epochNs + 10.0 * SECOND) {
            acknowledge(true);
            assertEquals(
                closedForm((nowNs - epochNs) / SECOND, 800 * 0.85, start), (double) cubic.window() / MSS, 1,
                "the new maximum is 0.85 of the window");
        }
    }

    @Test
    void shouldGrowAsRenoWhereThatIsFaster() {
        final long rttNs = MS; // at 1 ms Reno's line is above the cubic one for windows as small as these
        reduceFrom(20);
        final double alpha = 3 * 0.3 / 1.7;
        double reno = 14;
        for (int i = 0; i < 5000; i++) {
            final double window = (double) cubic.window() / MSS;
            nowNs += rttNs / window;
            cubic.onAcknowledged(sample.start((long) nowNs).octets(MSS, MSS).flight(cubic.window(), true)
                .roundTrip(rttNs, rttNs, rttNs));
            reno += (reno < 20 ? alpha : 1) / window;
            assertEquals(reno, (double) cubic.window() / MSS, 0.02);
        }
    }

    @Test
    void shouldBeginAnewAtTheThresholdAfterATimeout() {
        reduceFrom(1000);
        cubic.onTimeout(700 * MSS, true, (long) nowNs);
        assertEquals(MSS, cubic.window());
        assertEquals(490L * MSS, cubic.threshold(), "0.7 of what was in flight");
        while (cubic.window() < cubic.threshold()) {
            acknowledge(true);
        }
        final double start = (double) cubic.window() / MSS;
        acknowledge(true);
        final double epochNs = nowNs;
        while (nowNs < epochNs + 20.0 * SECOND) {
            acknowledge(true);
            final double expected = C * Math.pow((nowNs - epochNs) / SECOND, 3) + start;
            assertTrue((double) cubic.window() / MSS >= expected - 1, "K is 0 (RFC 9438 section 4.8)");
        }
    }

    @Test
    void shouldGoOnWithTheSameCurveAfterAnUndo() {
        reduceFrom(1000);
        acknowledge(true);
        final double epochNs = nowNs;
        for (int i = 0; i < 100_000; i++) {
            acknowledge(true);
        }
        final long window = cubic.window();
        cubic.onCongestion(window, (long) nowNs);
        cubic.window(window / 2);
        cubic.onUndo();
        assertEquals(window, cubic.window());
        while (nowNs < epochNs + 10.0 * SECOND) {
            acknowledge(true);
            assertEquals(closedForm((nowNs - epochNs) / SECOND, 1000, 700), (double) cubic.window() / MSS, 1);
        }
    }
}
