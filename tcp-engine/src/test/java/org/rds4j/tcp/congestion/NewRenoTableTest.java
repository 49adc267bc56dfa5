package org.rds4j.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The window after every single acknowledgement, against figures worked out by hand and against a second implementation. */
class NewRenoTableTest {
    private static final int MSS = 1000;

    /** Octets acknowledged and the window that follows; a loss is written as -flight, a timeout as 0. */
    private static final long[][] TABLE = {
        {1000, 11_000}, {2000, 13_000}, {5000, 15_000}, {500, 15_500}, // slow start: what is acknowledged, 2 segments at most
        {-15_500, 7_750}, // recovery ends with half of what was in flight
        {2000, 7_750}, {2000, 7_750}, {2000, 7_750}, {2000, 8_750}, // avoidance: a segment per window of octets
        {8500, 9_750}, {9750, 10_750},
        {0, 1_000}, // timeout with 10000 in flight: threshold 5000
        {1000, 2_000}, {3000, 3_000}, {1000, 4_000}, {1000, 5_000}, // slow start after a timeout: 1 segment at most
        {4000, 5_000}, {1000, 6_000}, // avoidance from 5000 on
        {-3000, 2_000}, // never below 2 segments
    };

    private final CongestionSample sample = new CongestionSample();

    @Test
    void shouldFollowTheTable() {
        final NewReno reno = new NewReno();
        reno.onConnected(MSS, InitialWindow.octets(MSS, 10, false));
        for (int i = 0; i < TABLE.length; i++) {
            final long octets = TABLE[i][0];
            if (octets < 0) {
                reno.onCongestion(-octets, 0);
                reno.onRecovered(0);
            } else if (octets == 0) {
                reno.onTimeout(10_000, true, 0);
            } else {
                reno.onAcknowledged(sample.start(0).octets(octets, octets).flight(0, true));
            }
            assertEquals(TABLE[i][1], reno.window(), "row " + i);
        }
    }

    @Test
    void shouldAgreeWithASecondImplementation() {
        for (int seed = 0; seed < 200; seed++) {
            final Random random = new Random(seed);
            final int mss = 500 + random.nextInt(9000);
            final Reference reference = new Reference(mss);
            final NewReno reno = new NewReno();
            reno.onConnected(mss, 10L * mss);
            for (int i = 0; i < 500; i++) {
                step(random, mss, reference, reno);
                assertEquals(reference.cwnd, reno.window(), "seed " + seed + " step " + i);
            }
        }
    }

    private void step(final Random random, final int mss, final Reference reference, final NewReno reno) {
        final int event = random.nextInt(100);
        if (event == 0) {
            reference.loss(reference.cwnd);
            reno.onCongestion(reno.window(), 0);
            reno.onRecovered(0);
        } else if (event == 1) {
            reference.timeout(reference.cwnd);
            reno.onTimeout(reno.window(), true, 0);
        } else {
            final long octets = random.nextLong(1, 4L * mss);
            final boolean limited = random.nextInt(4) > 0;
            reference.ack(octets, limited);
            reno.onAcknowledged(sample.start(0).octets(octets, octets).flight(0, limited));
        }
    }

    /** RFC 5681 sections 3.1 and 3.2, RFC 3465 section 2, as plainly as they can be written down. */
    private static final class Reference {
        private final long smss;
        private long cwnd;
        private long ssthresh = 1L << 30;
        private long bytesAcked;
        private long limit = 2;

        Reference(final long smss) {
            this.smss = smss;
            cwnd = 10 * smss;
        }

        void ack(final long octets, final boolean limited) {
            if (!limited) {
                return;
            }
            if (cwnd < ssthresh) {
                cwnd += Math.min(octets, limit * smss);
                return;
            }
            limit = 2;
            bytesAcked += octets;
            if (bytesAcked >= cwnd) {
                bytesAcked -= cwnd;
                cwnd += smss;
            }
        }

        void loss(final long flight) {
            ssthresh = Math.max(flight / 2, 2 * smss);
            cwnd = ssthresh;
            bytesAcked = 0;
            limit = 2;
        }

        void timeout(final long flight) {
            ssthresh = Math.max(flight / 2, 2 * smss);
            cwnd = smss;
            bytesAcked = 0;
            limit = 1;
        }
    }
}
