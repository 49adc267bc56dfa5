package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathMtuTest {
    private static final long SECOND = 1_000_000_000L;

    private final PathMtu path = new PathMtu(1500, 552, NetworkTuning.DEFAULT);

    @Test
    void shouldBeLoweredOnlyAndNeverBelowItsFloor() {
        assertTrue(path.onTooBig(1400, 0));
        assertEquals(1400, path.mtu());
        assertFalse(path.onTooBig(1400, 0));
        assertFalse(path.onTooBig(9000, 0));
        assertEquals(1400, path.mtu());
        assertTrue(path.onTooBig(68, 0));
        assertEquals(552, path.mtu());
        assertFalse(path.onTooBig(0, 0));
        assertEquals(1500, path.linkMtu());
        final PathMtu small = new PathMtu(400, 552, NetworkTuning.DEFAULT);
        assertFalse(small.onTooBig(68, 0), "the link's own MTU is below the floor");
    }

    @Test
    void shouldForgetWhatARouterSaidAfterTenMinutes() {
        path.onTooBig(1400, 5 * SECOND);
        path.onTime(605 * SECOND - 1);
        assertEquals(1400, path.mtu());
        path.onTooBig(1300, 300 * SECOND);
        path.onTime(605 * SECOND);
        assertEquals(1300, path.mtu(), "the last word counts");
        path.onTime(900 * SECOND);
        assertEquals(1500, path.mtu());
    }

    @Test
    void shouldNotSearchUnlessThereIsABlackHole() {
        assertEquals(0, path.probeSize(0));
        path.onTooBig(1400, 0);
        assertEquals(0, path.probeSize(1000 * SECOND));
    }

    @ParameterizedTest
    @ValueSource(ints = {1064, 1065, 1279, 1280, 1400, 1401, 1491, 1492, 1499})
    void shouldFindTheSizeThatPassesByBinarySearch(final int real) {
        assertTrue(path.onBlackHole(0));
        assertEquals(1064, path.mtu());
        int probes = 0;
        for (int size = path.probeSize(0); size > 0; size = path.probeSize(0)) {
            assertTrue(size > path.mtu() && size <= 1500, "size " + size);
            probe(size, real, 0);
            probes++;
        }
        assertTrue(path.mtu() <= real && path.mtu() > real - 8, real + " found as " + path.mtu());
        assertTrue(probes <= 9, probes + " probes");
    }

    @Test
    void shouldGoBackToTheFormerSizeWhenThatPasses() {
        path.onBlackHole(0);
        int probes = 0;
        for (int size = path.probeSize(0); size > 0; size = path.probeSize(0)) {
            probe(size, 1500, 0);
            probes++;
        }
        assertEquals(1500, path.mtu(), "there was no black hole");
        assertTrue(probes <= 8, probes + " probes");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void shouldNotMistakeAProbeLostByChanceForTheEndOfThePath(final int lost) {
        path.onBlackHole(0);
        int probes = 0;
        for (int size = path.probeSize(0); size > 0; size = path.probeSize(0)) {
            probe(size, probes == lost ? 0 : 1500, 0);
            probes++;
        }
        assertEquals(1500, path.mtu());
        assertTrue(probes <= 16, probes + " probes");
    }

    @Test
    void shouldBelieveASizeToBeTooLargeThatWasLostThreeTimes() {
        path.onBlackHole(0);
        int lost = 0;
        for (int size = path.probeSize(0); size > 0; size = path.probeSize(0)) {
            lost += size == 1282 ? 1 : 0;
            probe(size, 1281, 0);
        }
        assertEquals(3, lost);
        assertEquals(0, path.probeSize(600 * SECOND - 1));
    }

    @Test
    void shouldKnowWhatHasArrivedOfWhatLeftSince() {
        assertFalse(path.hasDeliveredSince(0));
        path.onDelivered(5);
        path.onDelivered(3);
        assertTrue(path.hasDeliveredSince(4));
        assertFalse(path.hasDeliveredSince(5));
    }

    private void probe(final int size, final int real, final long nowNs) {
        if (size <= real) {
            path.onProbeDelivered(size, nowNs);
        } else {
            path.onProbeLost(size, nowNs);
        }
    }

    @Test
    void shouldSearchAgainAfterTenMinutesUpToTheLinksMtu() {
        path.onBlackHole(0);
        for (int size = path.probeSize(0); size > 0; size = path.probeSize(0)) {
            probe(size, 1400, 7 * SECOND);
        }
        final int found = path.mtu();
        assertEquals(0, path.probeSize(607 * SECOND - 1));
        int largest = 0;
        for (int size = path.probeSize(607 * SECOND); size > 0; size = path.probeSize(607 * SECOND)) {
            assertTrue(size > found);
            largest = Math.max(largest, size);
            probe(size, 1500, 607 * SECOND);
        }
        assertTrue(largest > 1492 && path.mtu() > 1492, "the path has grown: " + path.mtu());
    }

    @Test
    void shouldNotFallBelowTheSmallestMtuOfIpv6() {
        final PathMtu ipv6 = new PathMtu(1500, 1280, NetworkTuning.DEFAULT);
        assertTrue(ipv6.onBlackHole(0));
        assertEquals(1280, ipv6.mtu());
        assertFalse(ipv6.onBlackHole(0));
        assertFalse(ipv6.onTooBig(68, 0));
    }

    @Test
    void shouldTakeARoutersWordInASearch() {
        path.onBlackHole(0);
        assertFalse(path.onTooBig(1100, 0), "larger than the base");
        assertTrue(path.probeSize(0) <= 1100);
        assertTrue(path.onTooBig(900, 0));
        assertEquals(0, path.probeSize(0), "routers speak on this path");
        assertEquals(900, path.mtu());
    }
}
