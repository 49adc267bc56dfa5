package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkStatistics;

class DpdkRingPairTest extends DpdkTestSupport {
    private static final int RING_SIZE = 64;

    private DpdkRingPair pair;
    private DpdkPort first;
    private DpdkPort second;

    @BeforeEach
    void openPair() {
        pair = DpdkRingPair.open(environment, "test", pool, RING_SIZE, 1500, random);
        first = pair.first();
        second = pair.second();
    }

    @AfterEach
    void closePair() {
        if (pair != null) {
            pair.close();
        }
    }

    @Test
    void shouldCarryFramesBothWaysInOrderWithoutACopy() {
        exchange();
    }

    private void exchange() {
        final byte[] a = randomFrame(60);
        final byte[] b = randomFrame(1514);
        add(first, burst, a);
        add(first, burst, b);
        final long address = burst.address(1);
        assertEquals(2, first.transmitBurst(burst));
        assertEquals(0, burst.count());

        assertEquals(2, second.receiveBurst(burst));
        assertArrayEquals(a, octets(burst, 0));
        assertArrayEquals(b, octets(burst, 1));
        assertEquals(address, burst.address(1));
        assertEquals(FRAME_CAPACITY, burst.capacity(1));

        assertEquals(2, second.transmitBurst(burst));
        assertEquals(2, first.receiveBurst(burst));
        assertArrayEquals(b, octets(burst, 1));
        first.release(burst);
        assertEquals(0, first.receiveBurst(burst));
    }

    @Test
    void shouldClearTheBurstBeforeReceiving() {
        burst.count(7);
        assertEquals(0, first.receiveBurst(burst));
        assertEquals(0, burst.count());
    }

    @Test
    void shouldHaveDistinctLocallyAdministeredUnicastAddresses() {
        assertNotEquals(first.macAddress(), second.macAddress());
        assertEquals(0x02, first.macAddress() >>> 40);
        assertEquals(0x02, second.macAddress() >>> 40);
        assertTrue(first.isUp());
        assertEquals(1500, first.capabilities().mtu());
        assertFalse(first.capabilities().transmitChecksum());
    }

    @Test
    void shouldLeaveFramesTheFullRingRefusesWithTheCallerInOrder() {
        final FrameBurst many = new FrameBurst(RING_SIZE + 16);
        for (int i = 0; i < many.capacity(); i++) {
            add(first, many, randomFrame(60 + i));
        }
        assertEquals(RING_SIZE - 1, first.transmitBurst(many));
        assertEquals(17, many.count());
        assertEquals(60 + RING_SIZE - 1, many.length(0));
        assertEquals(17, first.counters().get(DpdkPortCounter.TRANSMIT_REFUSED));

        int expected = 60;
        while (second.receiveBurst(burst) > 0) {
            for (int i = 0; i < burst.count(); i++) {
                assertEquals(expected++, burst.length(i));
            }
            second.release(burst);
        }
        assertEquals(17, first.transmitBurst(many));
        final LinkStatistics statistics = new LinkStatistics();
        first.statistics(statistics);
        assertEquals(RING_SIZE + 16, statistics.transmittedFrames);
        assertEquals(0, statistics.transmitErrors);
    }

    @Test
    void shouldCountFramesAndOctets() {
        add(first, burst, randomFrame(100));
        add(first, burst, randomFrame(200));
        first.transmitBurst(burst);
        second.receiveBurst(burst);
        second.release(burst);
        final LinkStatistics statistics = new LinkStatistics();
        first.statistics(statistics);
        assertEquals(2, statistics.transmittedFrames);
        assertEquals(300, statistics.transmittedBytes);
        second.statistics(statistics);
        assertEquals(2, statistics.receivedFrames);
        assertEquals(300, statistics.receivedBytes);
    }

    @Test
    void shouldDropAndCountFramesThatCanNeverBeSentAndSendTheRest() {
        add(first, burst, randomFrame(1519));
        add(first, burst, randomFrame(60));
        add(first, burst, randomFrame(13));
        add(first, burst, randomFrame(1518));
        add(first, burst, randomFrame(60));
        burst.flags(4, FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM);
        assertEquals(5, first.transmitBurst(burst));
        assertEquals(1, first.counters().get(DpdkPortCounter.TRANSMIT_OVERSIZED));
        assertEquals(2, first.counters().get(DpdkPortCounter.TRANSMIT_MALFORMED));
        assertEquals(2, second.receiveBurst(burst));
        assertEquals(60, burst.length(0));
        assertEquals(1518, burst.length(1));
        second.release(burst);
        final LinkStatistics statistics = new LinkStatistics();
        first.statistics(statistics);
        assertEquals(3, statistics.transmitErrors);
        assertEquals(2, statistics.transmittedFrames);
    }

    @Test
    void shouldDropFramesWhoseDescriptorsPointOutsideTheirBuffers() {
        final int[] displacements = {-1000, FRAME_CAPACITY - 59, FRAME_CAPACITY + 1000};
        final FrameBurst forged = new FrameBurst(1);
        for (final int displacement : displacements) {
            assertEquals(1, first.allocate(burst, 1));
            forged.add(burst.handle(0), burst.address(0) + displacement, 60, 0, FRAME_CAPACITY);
            burst.clear();
            assertEquals(1, first.transmitBurst(forged));
        }
        assertEquals(3, first.counters().get(DpdkPortCounter.TRANSMIT_MALFORMED));
        assertEquals(0, second.receiveBurst(burst));
    }

    @Test
    void shouldNeverHandOutAFrameTwice() {
        final FrameBurst all = new FrameBurst(FRAMES);
        for (int round = 0; round < 3; round++) {
            assertEquals(FRAMES, first.allocate(all, FRAMES));
            final Set<Long> handles = new HashSet<>();
            for (int i = 0; i < FRAMES; i++) {
                assertTrue(handles.add(all.handle(i)));
            }
            (round == 1 ? second : first).release(all);
            closePair();
            openPair();
        }
    }

    @Test
    void shouldSendAFrameFromTheMiddleOfItsBuffer() {
        final byte[] octets = randomFrame(80);
        assertEquals(1, first.allocate(burst, 1));
        write(burst.address(0) + 100, octets);
        final FrameBurst moved = new FrameBurst(1);
        moved.add(burst.handle(0), burst.address(0) + 100, 80, 0, FRAME_CAPACITY - 100);
        assertEquals(1, first.transmitBurst(moved));
        assertEquals(1, second.receiveBurst(burst));
        assertArrayEquals(octets, octets(burst, 0));
        assertEquals(FRAME_CAPACITY - 100, burst.capacity(0));
        second.release(burst);
    }

    @Test
    void shouldGiveFramesUnderWayBackToThePoolWhenClosed() {
        for (int i = 0; i < 5; i++) {
            add(first, burst, randomFrame(60));
        }
        first.transmitBurst(burst);
        first.close();
        assertEquals(5, second.receiveBurst(burst));
        assertEquals(5, second.transmitBurst(burst));
        second.close();
        assertEquals(FRAMES, pool.available());
    }

    @Test
    void shouldDoNothingOnceClosed() {
        assertEquals(3, first.allocate(burst, 3));
        first.close();
        first.close();
        final FrameBurst other = new FrameBurst(4);
        assertEquals(0, first.allocate(other, 2));
        assertEquals(0, first.receiveBurst(other));
        assertEquals(0, first.transmitBurst(burst));
        assertFalse(first.isUp());
        first.release(burst);
        first.statistics(new LinkStatistics());
    }

    @Test
    void shouldServeAllocationsFromFramesReceivedOnTheOtherSide() {
        for (int round = 0; round < 1000; round++) {
            for (int i = 0; i < 32; i++) {
                add(first, burst, new byte[60]);
            }
            assertEquals(32, first.transmitBurst(burst));
            assertEquals(32, second.receiveBurst(burst));
            second.release(burst);
        }
        assertEquals(0, first.counters().get(DpdkPortCounter.NO_FRAMES));
    }

    @Test
    void shouldAllocateWhatIsThereAndCountWhenThePoolRunsDry() {
        final FrameBurst all = new FrameBurst(FRAMES + 10);
        assertEquals(FRAMES, first.allocate(all, FRAMES + 10));
        assertEquals(0, pool.available());
        assertEquals(0, second.allocate(burst, 1));
        final LinkStatistics statistics = new LinkStatistics();
        first.statistics(statistics);
        assertEquals(1, statistics.noFrames);
        second.statistics(statistics);
        assertEquals(1, statistics.noFrames);
        first.release(all);
        assertEquals(32, second.allocate(burst, 32));
        second.release(burst);
    }

    @Test
    void shouldNotAllocateMoreThanTheBurstHasRoomFor() {
        assertEquals(32, first.allocate(burst, 33));
        assertEquals(0, burst.length(31));
        assertEquals(FRAME_CAPACITY, burst.capacity(31));
        first.release(burst);
        assertEquals(0, burst.count());
    }

    @Test
    void shouldRefuseASecondPairOfTheSameNameAndKeepTheFirstWorking() {
        final DpdkException ex = assertThrows(
            DpdkException.class, () -> DpdkRingPair.open(environment, "test", pool, RING_SIZE, 1500, random));
        assertTrue(ex.getMessage().contains("test"), ex.getMessage());
        exchange();
    }

    @Test
    void shouldOpenAgainUnderTheSameNameManyTimes() {
        for (int i = 0; i < 20; i++) {
            closePair();
            openPair();
        }
        exchange();
    }

    @Test
    void shouldRefuseBadSizesNamesAndMtus() {
        assertThrows(DpdkException.class, () -> DpdkRingPair.open(environment, "x", pool, 63, 1500, random));
        assertThrows(DpdkException.class, () -> DpdkRingPair.open(environment, "a-name-much-too-long", pool, 64, 1500, random));
        final DpdkException ex = assertThrows(
            DpdkException.class, () -> DpdkRingPair.open(environment, "x", pool, 64, 9000, random));
        assertTrue(ex.getMessage().contains("9000") && ex.getMessage().contains("2030"), ex.getMessage());
    }

    @Test
    void shouldChangeItsMtuWithinWhatFramesCarry() {
        first.device().mtu(2000);
        assertEquals(2000, first.capabilities().mtu());
        assertEquals(2000, first.device().mtu());
        add(first, burst, randomFrame(2018));
        assertEquals(1, first.transmitBurst(burst));
        assertEquals(1, second.receiveBurst(burst));
        assertEquals(2018, burst.length(0));
        second.release(burst);
        assertThrows(DpdkException.class, () -> first.device().mtu(2031));
        assertEquals(2000, first.device().mtu());
    }

    @Test
    void shouldListExtendedStatistics() {
        add(first, burst, randomFrame(60));
        first.transmitBurst(burst);
        assertEquals(1, first.device().extendedStatistics().get("tx_good_packets"));
        second.receiveBurst(burst);
        second.release(burst);
        assertEquals(1, second.device().extendedStatistics().get("rx_good_packets"));
        pair.close();
        assertThrows(DpdkException.class, () -> first.device().extendedStatistics());
    }
}
