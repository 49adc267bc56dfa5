package org.rds4j.sim.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.sim.clock.VirtualClock;
import org.rds4j.sim.random.SimRandom;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.LinkStatistics;

class SimLinkTest {
    private static final long GIGABIT = 1_000_000_000L;

    private final VirtualClock clock = new VirtualClock();
    private final SimLink link = link(LinkShape.ETHERNET, 7);
    private final PortDriver a = new PortDriver(link.port(Side.A));
    private final PortDriver b = new PortDriver(link.port(Side.B));

    private SimLink link(final LinkShape shape, final long seed) {
        return new SimLink("wire", 3, shape, clock, new SimRandom(seed));
    }

    @Test
    void shouldHandFramesOverInOrderBothWays() {
        for (int i = 0; i < 100; i++) {
            assertTrue(a.send(i, 60));
            assertTrue(b.send(1000 + i, 1514));
        }
        assertEquals(IntStream.range(0, 100).boxed().toList(), b.receiveNumbers());
        assertEquals(IntStream.range(1000, 1100).boxed().toList(), a.receiveNumbers());
        link.requireFramesHome();
    }

    @Test
    void shouldHaveTheFramesOfALostHostBackAndThoseOfTheOtherEndNot() {
        final FrameBurst ofA = new FrameBurst(8);
        final FrameBurst ofB = new FrameBurst(8);
        b.send(1, 60);
        b.send(2, 60);
        assertEquals(3, link.port(Side.A).allocate(ofA, 3));
        assertEquals(4, link.port(Side.B).allocate(ofB, 4));
        assertEquals(2, link.deliverDue(clock.nanoTime()));
        link.hostLost(Side.A);
        assertEquals(4, link.framesWithHosts());
        assertEquals(List.of(), a.receiveNumbers());
        link.port(Side.B).release(ofB);
        b.send(3, 60);
        assertEquals(List.of(3), a.receiveNumbers(), "the next host has the port");
        link.requireFramesHome();
    }

    @Test
    void shouldGiveEachEndItsOwnLocalUnicastAddress() {
        final long macA = link.port(Side.A).macAddress();
        assertNotEquals(macA, link.port(Side.B).macAddress());
        assertNotEquals(macA, new SimLink("x", 4, LinkShape.ETHERNET, clock, new SimRandom(0)).port(Side.A).macAddress());
        assertEquals(0x02, macA >>> 40);
    }

    @Test
    void shouldDeliverAfterThePropagationDelayAndNotBefore() {
        link.conditions(Side.A, WireConditions.PERFECT.withDelayNs(5_000));
        a.send(1, 60);
        assertEquals(5_000, link.nextEventNs());
        clock.advanceTo(4_999);
        assertEquals(List.of(), b.receiveNumbers());
        clock.advanceTo(5_000);
        assertEquals(List.of(1), b.receiveNumbers());
        assertEquals(Long.MAX_VALUE, link.nextEventNs());
        b.send(2, 60);
        assertEquals(List.of(2), a.receiveNumbers(), "the other direction has no delay");
    }

    @Test
    void shouldPutFramesOnTheWireAtTheRateWithTheirOverheadAndWithoutDrift() {
        link.conditions(Side.A, WireConditions.PERFECT.withRate(10 * GIGABIT, 1 << 24).withDelayNs(1));
        for (int i = 0; i < 1_000; i++) {
            a.send(i, 1514);
        }
        assertEquals(1_230 + 1, link.nextEventNs(), "1538 octets take 1230.4 ns");
        clock.advanceTo(1_230_400);
        assertEquals(999, b.receiveNumbers().size());
        clock.advanceTo(1_230_401);
        assertEquals(List.of(999), b.receiveNumbers());
    }

    @Test
    void shouldDropAtTheTailOfAFullQueueAndCountIt() {
        final int wireLength = 1514 + 24;
        link.conditions(Side.A, WireConditions.PERFECT.withRate(GIGABIT, 4 * wireLength));
        for (int i = 0; i < 10; i++) {
            assertTrue(a.send(i, 1514));
        }
        clock.advanceTo(GIGABIT);
        assertEquals(List.of(0, 1, 2, 3), b.receiveNumbers());
        assertEquals(6, link.counters(Side.A).get(WireCounter.TAIL_DROPPED));
        assertTrue(a.send(10, 1514), "an idle wire takes a frame");
        link.requireFramesHome();
    }

    @Test
    void shouldPushBackWhenAskedToAndSayWhenThereIsRoom() {
        final int wireLength = 1514 + 24;
        link.conditions(Side.A, WireConditions.PERFECT.withPushBackRate(GIGABIT, 2 * wireLength).withLoss(1));
        assertTrue(a.send(0, 1514));
        assertTrue(a.send(1, 1514));
        assertFalse(a.send(2, 1514));
        assertEquals(1, link.counters(Side.A).get(WireCounter.REFUSED));
        assertEquals(wireLength * 8L, link.nextEventNs(), "when the first frame has left the queue");
        clock.advanceTo(wireLength * 8L);
        assertEquals(1, link.deliverDue(clock.nanoTime()), "room is an event though every frame was lost");
        assertTrue(a.send(2, 1514));
        link.requireFramesHome();
    }

    @Test
    void shouldLoseTheShareAskedForAndRepeatWithTheSeed() {
        final List<Integer> first = survivors(7, WireConditions.PERFECT.withLoss(0.1));
        assertEquals(9_000, first.size(), 150);
        assertEquals(first, survivors(7, WireConditions.PERFECT.withLoss(0.1)));
        assertNotEquals(first, survivors(8, WireConditions.PERFECT.withLoss(0.1)));
    }

    @Test
    void shouldNotLetOneFaultDisturbAnother() {
        final List<Integer> lossOnly = survivors(7, WireConditions.PERFECT.withLoss(0.1));
        final List<Integer> more = survivors(7, WireConditions.PERFECT.withLoss(0.1).withDuplication(0.2)
            .withReordering(0.2, 1_000).withCorruption(0));
        assertEquals(lossOnly, more.stream().distinct().sorted().toList());
    }

    @Test
    void shouldDuplicateTheShareAskedFor() {
        final List<Integer> numbers = survivors(7, WireConditions.PERFECT.withDuplication(0.1));
        assertEquals(11_000, numbers.size(), 150);
        assertEquals(10_000, new HashSet<>(numbers).size());
    }

    @Test
    void shouldHoldFramesUpAndLoseNone() {
        final List<Integer> numbers = survivors(7, WireConditions.PERFECT.withReordering(0.1, 50));
        final List<Integer> sorted = new ArrayList<>(numbers);
        Collections.sort(sorted);
        assertEquals(IntStream.range(0, 10_000).boxed().toList(), sorted);
        assertNotEquals(sorted, numbers);
    }

    @Test
    void shouldFlipExactlyOneBit() {
        link.conditions(WireConditions.PERFECT.withCorruption(1));
        final HashSet<Integer> positions = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            a.send(0, 60);
            int bits = 0;
            final byte[] frame = b.receive().get(0);
            for (int j = 0; j < frame.length; j++) {
                bits += Integer.bitCount(frame[j] & 0xff);
                if (frame[j] != 0) {
                    positions.add(j * 8 + Integer.numberOfTrailingZeros(frame[j]));
                }
            }
            assertEquals(1, bits);
        }
        assertEquals(1_000, link.counters(Side.A).get(WireCounter.CORRUPTED));
        assertTrue(positions.size() > 300, "bits all over the frame, not " + positions.size());
    }

    @Test
    void shouldLoseWhatIsSentAndWhatArrivesWhileCut() {
        link.conditions(WireConditions.PERFECT.withDelayNs(100));
        a.send(1, 60);
        link.cut(true);
        a.send(2, 60);
        b.send(3, 60);
        clock.advanceTo(100);
        assertEquals(List.of(), b.receiveNumbers());
        link.cut(false);
        a.send(4, 60);
        link.cut(Side.B, true);
        b.send(5, 60);
        clock.advanceTo(200);
        assertEquals(List.of(4), b.receiveNumbers());
        assertEquals(List.of(), a.receiveNumbers());
        assertEquals(2, link.counters(Side.A).get(WireCounter.CUT));
        assertEquals(2, link.counters(Side.B).get(WireCounter.CUT));
        assertTrue(link.port(Side.A).isUp());
        link.requireFramesHome();
    }

    @Test
    void shouldLetATapSeeChangeAndTakeFrames() {
        final List<String> seen = new ArrayList<>();
        link.conditions(WireConditions.PERFECT.withDelayNs(10));
        link.tap(new FrameTap() {
            @Override
            public boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
                seen.add(from + " in " + UnsafeApi.getInt(address) + " at " + nowNs);
                UnsafeApi.putByte(address + 4, (byte) 99);
                return UnsafeApi.getInt(address) != 2;
            }

            @Override
            public void onLeaving(final Side from, final long address, final int length, final long nowNs) {
                seen.add(from + " out " + UnsafeApi.getInt(address) + " at " + nowNs);
            }
        });
        a.send(1, 60);
        a.send(2, 60);
        clock.advanceTo(10);
        final List<byte[]> received = b.receive();
        assertEquals(List.of("A in 1 at 0", "A in 2 at 0", "A out 1 at 10"), seen);
        assertEquals(1, received.size());
        assertEquals(99, received.get(0)[4]);
        assertEquals(1, link.counters(Side.A).get(WireCounter.TAKEN));
        link.requireFramesHome();
    }

    @Test
    void shouldInjectAForeignFrame() {
        final byte[] frame = {1, 2, 3, 4, 5, 6, 7};
        assertTrue(link.inject(Side.B, new UnsafeBuffer(frame), 2, 5));
        assertArrayEquals(new byte[] {3, 4, 5, 6, 7}, b.receive().get(0));
        assertFalse(link.inject(Side.B, new UnsafeBuffer(new byte[2000]), 0, 1519));
        assertEquals(1, link.counters(Side.A).get(WireCounter.INJECTED));
        link.requireFramesHome();
    }

    @Test
    void shouldCountFramesThatAreTooLongOrThatNobodyTakes() {
        final SimLink small = link(new LinkShape(1500, 64, 8), 1);
        final PortDriver sender = new PortDriver(small.port(Side.A));
        assertTrue(sender.send(0, 1519));
        assertTrue(sender.send(0, 0));
        for (int i = 0; i < 20; i++) {
            assertTrue(sender.send(i, 1518));
        }
        assertEquals(20, small.deliverDue(0));
        final LinkStatistics statistics = new LinkStatistics();
        small.port(Side.A).statistics(statistics);
        assertEquals(2, statistics.transmitErrors);
        assertEquals(22, statistics.transmittedFrames);
        new PortDriver(small.port(Side.B)).receive();
        small.port(Side.B).statistics(statistics);
        assertEquals(12, statistics.missed);
        assertEquals(8, statistics.receivedFrames);
        assertEquals(8 * 1518, statistics.receivedBytes);
        small.requireFramesHome();
    }

    @Test
    void shouldRunDryAndRecover() {
        final SimLink small = link(new LinkShape(1500, 16, 8), 1);
        final LinkPort port = small.port(Side.A);
        final FrameBurst burst = new FrameBurst(32);
        assertEquals(16, port.allocate(burst, 20));
        assertEquals(0, port.allocate(burst, 1));
        final LinkStatistics statistics = new LinkStatistics();
        port.statistics(statistics);
        assertEquals(2, statistics.noFrames);
        assertEquals(16, small.framesWithHosts());
        assertThrows(IllegalStateException.class, small::requireFramesHome);
        port.release(burst);
        assertEquals(0, burst.count());
        small.requireFramesHome();
    }

    @Test
    void shouldNoticeAFrameGivenBackTwiceAndTakeNoHarm() {
        final LinkPort port = link.port(Side.A);
        final FrameBurst burst = new FrameBurst(2);
        final FrameBurst again = new FrameBurst(2);
        port.allocate(burst, 1);
        again.add(burst.handle(0), burst.address(0), 60, 0, burst.capacity(0));
        port.release(burst);
        port.release(again);
        assertTrue(assertThrows(IllegalStateException.class, link::requireFramesHome).getMessage().contains("did not own"));
        burst.clear();
        port.allocate(burst, 2);
        assertNotEquals(burst.handle(0), burst.handle(1));
    }

    @Test
    void shouldKeepItsBooksThroughEveryFaultAtOnce() {
        final WireConditions bad = WireConditions.PERFECT.withDelayNs(3_000).withRate(GIGABIT, 20_000).withLoss(0.05)
            .withDuplication(0.05).withReordering(0.1, 20_000).withCorruption(0.01);
        link.conditions(bad);
        for (int i = 0; i < 20_000; i++) {
            clock.advanceTo(i * 4_000L);
            link.cut(Side.A, i % 1_000 > 950);
            a.send(i, 60 + i % 1_400);
            b.send(i, 60 + i * 7 % 1_400);
            if (i % 3 == 0) {
                a.receive();
                b.receive();
            }
            link.requireFramesHome();
        }
        for (final WireCounter counter : List.of(WireCounter.LOST, WireCounter.DUPLICATED, WireCounter.TAIL_DROPPED,
            WireCounter.CUT, WireCounter.REORDERED, WireCounter.CORRUPTED)) {
            assertTrue(link.counters(Side.A).get(counter) > 0, counter.label());
        }
    }

    @Test
    void shouldGiveFramesBackWhenAPortCloses() {
        a.send(1, 60);
        link.deliverDue(0);
        link.port(Side.B).close();
        a.send(2, 60);
        link.deliverDue(0);
        assertEquals(List.of(), b.receiveNumbers());
        assertFalse(b.send(3, 60));
        assertEquals(1, link.counters(Side.A).get(WireCounter.MISSED));
        assertFalse(link.port(Side.B).isUp());
        link.requireFramesHome();
    }

    private List<Integer> survivors(final long seed, final WireConditions conditions) {
        final SimLink fresh = link(LinkShape.ETHERNET, seed);
        fresh.conditions(conditions);
        final PortDriver sender = new PortDriver(fresh.port(Side.A));
        final PortDriver receiver = new PortDriver(fresh.port(Side.B));
        final List<Integer> numbers = new ArrayList<>();
        final long startNs = clock.nanoTime();
        for (int i = 0; i < 10_000; i++) {
            clock.advanceTo(startNs + i * 10L);
            sender.send(i, 60);
            numbers.addAll(receiver.receiveNumbers());
        }
        clock.advanceTo(startNs + 1_000_000);
        numbers.addAll(receiver.receiveNumbers());
        fresh.requireFramesHome();
        return numbers;
    }
}
