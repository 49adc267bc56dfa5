package org.rds4j.qos.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.rds4j.qos.classify.ArbitrationTable;
import org.rds4j.qos.classify.QosConfiguration;
import org.rds4j.qos.classify.ServiceLevel;
import org.rds4j.qos.status.QosCounter;
import org.rds4j.qos.status.QosCounters;

/** The exact tests of the design note, section 8, by their numbers. */
class EgressArbiterTest {
    private static final long GIGABIT = 1_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int FULL_FRAME = 1514;

    private final SplittableRandom random = new SplittableRandom(0x51);

    @Test
    void q1ShouldShareByWeightWithRandomFrameSizes() {
        final VirtualWire wire = wire(lowLanes(16, 32, 64), this::randomLength).backlogged(0, 1, 2);
        wire.runFrames(200_000);
        assertShares(wire, 0.02, 1 / 7.0, 2 / 7.0, 4 / 7.0);
    }

    @Test
    void q2ShouldShareOctetsOnTheWireWithSkewedFrameSizes() {
        final int[] lengths = {60, FULL_FRAME, 500};
        final VirtualWire wire = wire(lowLanes(16, 32, 64), lane -> lengths[lane]).backlogged(0, 1, 2);
        wire.runFrames(400_000);
        assertShares(wire, 0.02, 1 / 7.0, 2 / 7.0, 4 / 7.0);
    }

    @Test
    void q3ShouldApplyNewWeightsWithin100Milliseconds() {
        final VirtualWire wire = wire(lowLanes(16, 32, 64), this::randomLength).backlogged(0, 1, 2);
        wire.runUntil(5 * SECOND_NS);
        assertShares(wire, 0.02, 1 / 7.0, 2 / 7.0, 4 / 7.0);
        wire.arbiter.reload(lowLanes(64, 16, 32));
        wire.forgetBytes();
        wire.runUntil(5 * SECOND_NS + SECOND_NS / 10);
        assertShares(wire, 0.02, 4 / 7.0, 1 / 7.0, 2 / 7.0);
    }

    @Test
    void q4ShouldLeaveLowTheShareOfTheLimit() {
        assertEquals(0.5, lowShareAt(0), 0.01);
        assertEquals(0.058, lowShareAt(6), 0.01);
        assertEquals(0.0, lowShareAt(QosConfiguration.UNLIMITED), 0.01);
    }

    /** Frames that a lane is granted at once come to the same order on the wire as frames picked one by one. */
    @Test
    void shouldGrantNoMoreThanTheLaneWouldBeServedInARow() {
        for (final int limit : new int[] {0, 6, QosConfiguration.UNLIMITED}) {
            final QosConfiguration configuration = QosConfiguration.builder().limit(limit).build();
            final int[] single = lanesServed(configuration, false);
            final int[] granted = lanesServed(configuration, true);
            assertArrayEquals(single, granted, "limit " + limit);
        }
    }

    private int[] lanesServed(final QosConfiguration configuration, final boolean isGranted) {
        final SplittableRandom coming = new SplittableRandom(7);
        final VirtualWire wire = wire(configuration, lane -> 1000 + 100 * lane);
        final int[] lanes = new int[20_000];
        int busy = 0;
        int served = 0;
        int inRow = 0;
        while (served < lanes.length) {
            // Lanes come and go between duty cycles of 64 frames, never within one.
            if (served % 64 == 0) {
                for (int lane = 0; lane < 4; lane++) {
                    if (coming.nextInt(3) > 0 || lane == 3) {
                        wire.backlogged(lane);
                    } else {
                        wire.idle(lane);
                    }
                }
            }
            final int lane = wire.arbiter.pick(wire, served / 64);
            final int frames = isGranted ? Math.min(64 - served % 64, wire.arbiter.framesGranted(lane)) : 1;
            wire.arbiter.charge(lane, frames * wire.nextFrameLength(lane), frames);
            inRow = Math.max(inRow, frames);
            for (int i = 0; i < frames && served < lanes.length; i++) {
                lanes[served++] = lane;
            }
            busy |= 1 << lane;
        }
        assertEquals(0xf, busy, "every lane was served");
        assertTrue(!isGranted || inRow > 8, "granted at once: " + inRow);
        return lanes;
    }

    @Test
    void q5ShouldNeverIdleWhileAnyLaneHasWork() {
        for (int lane = 0; lane < 4; lane++) {
            final VirtualWire wire = wire(QosConfiguration.defaults(), this::randomLength).backlogged(lane);
            for (int i = 0; i < 10_000; i++) {
                assertEquals(lane, wire.step());
            }
        }
    }

    @Test
    void q5ShouldBeWorkConservingAsLanesComeAndGo() {
        final VirtualWire wire = wire(QosConfiguration.defaults(), this::randomLength);
        int busy = 0;
        for (int i = 0; i < 200_000; i++) {
            final int lane = random.nextInt(4);
            busy ^= 1 << lane;
            if ((busy & 1 << lane) != 0) {
                wire.backlogged(lane);
            } else {
                wire.idle(lane);
            }
            final int picked = wire.step();
            assertTrue(busy == 0 ? picked == EgressArbiter.NONE : picked >= 0 && (busy & 1 << picked) != 0);
        }
    }

    @Test
    void q8ShouldServeEveryLaneWithinTwiceTheBound() {
        final QosConfiguration configuration = QosConfiguration.builder().lanes(5)
            .level(new ServiceLevel(1, 4, ServiceLevel.DSCP_LOWER_EFFORT, 1, ArbitrationTable.LOW, 4)).build();
        final VirtualWire wire = wire(configuration, lane -> FULL_FRAME).backlogged(0, 1, 2, 3);
        wire.runUntil(60 * SECOND_NS);
        final int maxWire = FULL_FRAME + VirtualWire.OVERHEAD;
        final long limitOctets = 6 * 4096;
        final int[] weights = {0, 256, 128, 16};
        for (int lane = 1; lane < 4; lane++) {
            long othersInARound = 0;
            for (int other = 1; other < 4; other++) {
                othersInARound += other == lane ? 0 : weights[other] * wire.arbiter.unit() + 2 * maxWire;
            }
            final long boundNs = othersInARound * 8 * (limitOctets + maxWire) / maxWire;
            assertTrue(wire.longestGapNs[lane] <= 2 * boundNs, "lane " + lane + " waited " + wire.longestGapNs[lane]);
            assertEquals(0, wire.counters.get(lane, QosCounter.STARVATION_RESCUES));
        }
    }

    @Test
    void q9ShouldKeepLowerEffortBelowFivePercentAndOthersAsTheyWere() {
        final QosConfiguration apart = QosConfiguration.builder().lanes(5)
            .level(new ServiceLevel(1, 4, ServiceLevel.DSCP_LOWER_EFFORT, 1, ArbitrationTable.LOW, 4)).build();
        final VirtualWire without = wire(apart, this::randomLength).backlogged(1, 2, 3);
        without.runFrames(500_000);
        final VirtualWire with = wire(apart, this::randomLength).backlogged(1, 2, 3, 4);
        with.runFrames(500_000);
        assertTrue(with.share(4) < 0.05, "lower effort took " + with.share(4));
        for (int lane = 1; lane < 4; lane++) {
            assertEquals(without.share(lane), with.share(lane), 0.01, "lane " + lane);
        }
        final VirtualWire shared = wire(QosConfiguration.defaults(), this::randomLength).backlogged(1, 2, 3);
        shared.runFrames(500_000);
        assertTrue(shared.share(3) < 0.05, "the lane of lower effort and bulk took " + shared.share(3));
    }

    @Test
    void shouldKeepTheFairnessErrorBoundedOverAMillionFrames() {
        final int[] weights = {7, 64, 255};
        final VirtualWire wire = wire(lowLanes(weights), this::randomLength).backlogged(0, 1, 2);
        final double longest = FULL_FRAME + VirtualWire.OVERHEAD;
        for (int i = 0; i < 1_000_000; i++) {
            wire.step();
            for (int a = 0; a < 3; a++) {
                final int b = (a + 1) % 3;
                final double error = Math.abs((double) wire.wireBytes[a] / weights[a] - (double) wire.wireBytes[b] / weights[b]);
                final double bound = wire.arbiter.unit() + longest * (1.0 / weights[a] + 1.0 / weights[b]);
                if (error > bound) {
                    throw new AssertionError("frame " + i + ": error " + error + " beyond " + bound);
                }
            }
        }
    }

    @Test
    void shouldServeALaneTwiceWhenItStandsTwice() {
        final QosConfiguration twice = QosConfiguration.builder().lanes(2).everyLevelOn(0)
            .low(0, 32).low(1, 32).low(0, 32).build();
        final VirtualWire wire = wire(twice, this::randomLength).backlogged(0, 1);
        wire.runFrames(200_000);
        assertShares(wire, 0.02, 2 / 3.0, 1 / 3.0);
    }

    @Test
    void shouldTakeCreditFromALaneThatWentIdle() {
        final VirtualWire wire = wire(lowLanes(255, 255), lane -> 1000).backlogged(0, 1);
        final int first = wire.step();
        int lane = first;
        while (lane == first) {
            lane = wire.step();
        }
        wire.idle(lane);
        wire.step();
        wire.backlogged(lane);
        final long quantum = 255 * wire.arbiter.unit();
        while (wire.step() != lane) {
            wire.forgetBytes();
        }
        while (wire.step() == lane) {
            assertTrue(wire.wireBytes[lane] <= quantum, "sent more than a quantum of " + quantum + " in one turn");
        }
    }

    @Test
    void shouldRescueALaneThatHadToWaitAndCountIt() {
        final QosConfiguration starving = QosConfiguration.builder().limit(QosConfiguration.UNLIMITED).build();
        final VirtualWire wire = wire(starving, lane -> FULL_FRAME).backlogged(0, 1);
        wire.runUntil(SECOND_NS);
        final long rescues = wire.counters.get(1, QosCounter.STARVATION_RESCUES);
        assertTrue(rescues == 19 || rescues == 20, rescues + " rescues");
        assertEquals(rescues, wire.counters.get(1, QosCounter.FRAMES));
        assertEquals(0, wire.counters.get(0, QosCounter.STARVATION_RESCUES));
        assertTrue(wire.longestGapNs[1] < 50_100_000L);
    }

    @Test
    void shouldLetLowerEffortStarve() {
        final QosConfiguration apart = QosConfiguration.builder().lanes(5).limit(QosConfiguration.UNLIMITED)
            .level(new ServiceLevel(1, 4, ServiceLevel.DSCP_LOWER_EFFORT, 1, ArbitrationTable.LOW, 4)).build();
        final VirtualWire wire = wire(apart, lane -> FULL_FRAME).backlogged(0, 4);
        wire.runUntil(SECOND_NS);
        assertEquals(0, wire.wireBytes[4]);
    }

    @Test
    void shouldNotLetALaneThatCannotSendHoldUpTheOthers() {
        final VirtualWire wire = wire(QosConfiguration.defaults(), lane -> FULL_FRAME).backlogged(0, 1, 2);
        final int[] picked = new int[3];
        for (int i = 0; i < 1_000; i++) {
            final int lane = wire.arbiter.pick(wire, i);
            picked[lane]++;
            if (lane == 2) {
                wire.arbiter.charge(lane, FULL_FRAME);
            } else {
                wire.arbiter.withdraw(lane);
            }
        }
        assertTrue(picked[2] > 300, "the lane that could send was picked " + picked[2] + " times");
        assertEquals(picked[0], wire.counters.get(0, QosCounter.WITHDRAWALS));
        assertEquals(0, wire.counters.get(0, QosCounter.FRAMES));
    }

    @Test
    void shouldCountFramesAndOctets() {
        final VirtualWire wire = wire(QosConfiguration.defaults(), lane -> 100).backlogged(3);
        wire.runFrames(5);
        assertEquals(5, wire.counters.get(3, QosCounter.FRAMES));
        assertEquals(500, wire.counters.get(3, QosCounter.BYTES));
    }

    @Test
    void shouldRefuseAnotherNumberOfLanesAndKeepTheOldWeights() {
        final VirtualWire wire = wire(lowLanes(16, 32, 64), this::randomLength).backlogged(0, 1, 2);
        assertThrows(IllegalArgumentException.class, () -> wire.arbiter.reload(QosConfiguration.defaults()));
        wire.runFrames(200_000);
        assertShares(wire, 0.02, 1 / 7.0, 2 / 7.0, 4 / 7.0);
        assertThrows(IllegalArgumentException.class,
            () -> new EgressArbiter(QosConfiguration.defaults(), 1514, QosCounters.allocate(3)));
    }

    @Test
    void shouldKeepDeficitsWhenWeightsAreGivenAnew() {
        final int[] lengths = {60, FULL_FRAME, 500};
        final VirtualWire wire = wire(lowLanes(16, 32, 64), lane -> lengths[lane]).backlogged(0, 1, 2);
        for (int i = 0; i < 50_000; i++) {
            wire.arbiter.reload(lowLanes(16, 32, 64));
            wire.step();
        }
        assertShares(wire, 0.02, 1 / 7.0, 2 / 7.0, 4 / 7.0);
    }

    @Test
    void shouldAllocateNothingAndReportItsCost() {
        final int[] lengths = {200, FULL_FRAME, 800, 1000};
        final VirtualWire one = wire(QosConfiguration.defaults(), lane -> lengths[lane]).backlogged(1);
        final VirtualWire all = wire(QosConfiguration.defaults(), lane -> lengths[lane]).backlogged(0, 1, 2, 3);
        System.out.printf("pick and charge: %.1f ns with one of four lanes busy, %.1f ns with all%n",
            nanosecondsPerPick(one), nanosecondsPerPick(all));
        final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long before = threads.getCurrentThreadAllocatedBytes();
        all.runFrames(1_000_000);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1_000, allocated + " octets allocated in a million picks");
    }

    private static double nanosecondsPerPick(final VirtualWire wire) {
        wire.runFrames(2_000_000);
        final int frames = 2_000_000;
        final long startNs = System.nanoTime();
        wire.runFrames(frames);
        return (double) (System.nanoTime() - startNs) / frames;
    }

    private double lowShareAt(final int limit) {
        final QosConfiguration configuration = QosConfiguration.builder().lanes(2).everyLevelOn(1)
            .high(0, 64).low(1, 64).limit(limit).build();
        final VirtualWire wire = wire(configuration, lane -> FULL_FRAME).backlogged(0, 1);
        wire.runFrames(500_000);
        return wire.share(1);
    }

    private int randomLength(final int lane) {
        return random.nextInt(60, FULL_FRAME + 1);
    }

    private static QosConfiguration lowLanes(final int... weights) {
        final QosConfiguration.Builder builder = QosConfiguration.builder().lanes(weights.length).everyLevelOn(0);
        for (int lane = 0; lane < weights.length; lane++) {
            builder.low(lane, weights[lane]);
        }
        return builder.build();
    }

    private static VirtualWire wire(final QosConfiguration configuration, final IntUnaryOperator frameLengthOfLane) {
        final QosCounters counters = QosCounters.allocate(configuration.laneCount());
        return new VirtualWire(new EgressArbiter(configuration, 1514, counters), counters, GIGABIT, frameLengthOfLane);
    }

    private static void assertShares(final VirtualWire wire, final double relativeTolerance, final double... expected) {
        for (int lane = 0; lane < expected.length; lane++) {
            assertEquals(expected[lane], wire.share(lane), expected[lane] * relativeTolerance, "share of lane " + lane);
        }
    }
}
