package org.rds4j.tcp.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.agrona.UnsafeApi;
import org.agrona.collections.LongHashSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.AllocationMeter;
import org.rds4j.tcp.wire.EthernetFlyweight;

/**
 * What every {@link LinkPort} must do. A subclass opens two connected ports before each test; frames that are not of the
 * contract's own EtherType are ignored, so that a real link may carry others. After each test the ports are drained, must
 * have every frame home, and are closed.
 */
public abstract class LinkPortContract {
    /** Local experimental EtherType 1 (IEEE 802). */
    private static final int CONTRACT_TYPE = 0x88b5;
    private static final int TYPE_OFFSET = EthernetFlyweight.TYPE_OFFSET;
    private static final int SEQUENCE_OFFSET = 14;
    private static final int MIN_LENGTH = EthernetFlyweight.MIN_FRAME_LENGTH;
    private static final int MAX_POOL = 1 << 16;
    private static final int BURST = 32;

    private final FrameBurst outgoing = new FrameBurst(BURST);
    private final FrameBurst incoming = new FrameBurst(BURST);
    private final LinkStatistics before = new LinkStatistics();
    private final LinkStatistics after = new LinkStatistics();

    /** The port that most tests send from; the same all through a test. */
    protected abstract LinkPort portA();

    /** The port at the other end of the link. */
    protected abstract LinkPort portB();

    /** Whether every frame is back in its pool. */
    protected abstract boolean isPoolFull();

    /** Empty polls after which a frame counts as lost; a device with a kernel behind it needs more than one in memory. */
    protected int patience() {
        return 1000;
    }

    @AfterEach
    void shouldHaveAllFramesHomeAtTheEnd() {
        portA().release(outgoing);
        drain(portA());
        drain(portB());
        assertTrue(isPoolFull(), "frames are missing from the pool");
        portA().close();
        portB().close();
        portA().close();
    }

    @Test
    void shouldDeliverFramesIntactAndInOrderBothWays() {
        passInOrder(portA(), portB(), 500);
        passInOrder(portB(), portA(), 500);
    }

    @Test
    void shouldPassTheShortestAndTheLongestFrame() {
        final int longest = maxLength(portA());
        sendOne(portA(), 1, MIN_LENGTH);
        sendOne(portA(), 2, longest);
        sendOne(portA(), 3, MIN_LENGTH);
        expectOne(portB(), 1, MIN_LENGTH);
        expectOne(portB(), 2, longest);
        expectOne(portB(), 3, MIN_LENGTH);
    }

    @Test
    void shouldReceiveNothingWhenIdleAndClearTheBurst() {
        drain(portB());
        incoming.count(5);
        assertEquals(0, portB().receiveBurst(incoming));
        assertEquals(0, incoming.count());
    }

    @Test
    void shouldAcceptAnEmptyBurst() {
        assertEquals(0, portA().transmitBurst(outgoing));
        portA().release(outgoing);
        assertEquals(0, outgoing.count());
        assertEquals(0, portA().allocate(outgoing, 0));
    }

    @Test
    void shouldKeepTheRestInOrderWhenOnlyAPartIsAccepted() {
        int sent = 0;
        int offered = 0;
        while (offered < MAX_POOL && outgoing.count() == 0) {
            offered += fill(portA(), offered, BURST);
            if (outgoing.count() == 0) {
                break;
            }
            sent += portA().transmitBurst(outgoing);
        }
        assumeTrue(outgoing.count() > 0, "this link accepts whatever its pool can give");
        assertEquals(offered - sent, outgoing.count());
        for (int i = 0; i < outgoing.count(); i++) {
            assertEquals(sent + i, sequence(outgoing, i));
        }
        for (int received = 0; received < offered; received++) {
            expectOne(portB(), received, lengthOf(portA(), received));
            portA().transmitBurst(outgoing);
        }
        assertEquals(0, outgoing.count());
    }

    @Test
    void shouldNeverReceiveMoreThanTheBurstHolds() {
        final FrameBurst small = new FrameBurst(3);
        fill(portA(), 0, 8);
        sendAll(portA());
        int received = 0;
        for (int polls = 0; received < 8 && polls < patience(); polls++) {
            final int count = portB().receiveBurst(small);
            assertEquals(count, small.count());
            assertTrue(count <= 3);
            for (int i = 0; i < count; i++) {
                if (isOfContract(small, i)) {
                    assertEquals(received++, sequence(small, i));
                }
            }
            portB().release(small);
        }
        assertEquals(8, received);
    }

    @Test
    void shouldAllocateDistinctEmptyFramesThatHoldTheMtu() {
        assertEquals(10, portA().allocate(outgoing, 10));
        assertEquals(5, portA().allocate(outgoing, 5));
        assertEquals(15, outgoing.count());
        final LongHashSet addresses = new LongHashSet();
        final LongHashSet handles = new LongHashSet();
        for (int i = 0; i < 15; i++) {
            assertEquals(0, outgoing.length(i));
            assertTrue(outgoing.capacity(i) >= maxLength(portA()));
            assertNotEquals(0, outgoing.address(i));
            assertTrue(addresses.add(outgoing.address(i)));
            assertTrue(handles.add(outgoing.handle(i)));
        }
        portA().release(outgoing);
        assertEquals(0, outgoing.count());
    }

    @Test
    void shouldGiveFewerFramesAndCountItWhenThePoolRunsDry() {
        final FrameBurst all = new FrameBurst(MAX_POOL);
        portA().statistics(before);
        assumeTrue(portA().allocate(all, MAX_POOL) < MAX_POOL, "the pool is larger than the test reaches");
        portA().statistics(after);
        assertTrue(after.noFrames > before.noFrames);
        final int inPool = all.count();
        assertEquals(0, portA().allocate(outgoing, 1));
        portA().release(all);
        portA().allocate(all, MAX_POOL);
        assertEquals(inPool, all.count());
        portA().release(all);
    }

    @Test
    void shouldSendAReceivedFrameBackWithoutACopy() {
        sendOne(portA(), 7, 100);
        receive(portB(), 1);
        assertEquals(1, incoming.count());
        incoming.moveLastTo(outgoing);
        sendAll(portB());
        expectOne(portA(), 7, 100);
    }

    @Test
    void shouldCountFramesAndOctetsOnBothSides() {
        portA().statistics(before);
        final long sentFrames = before.transmittedFrames;
        final long sentBytes = before.transmittedBytes;
        portB().statistics(before);
        long bytes = 0;
        for (int i = 0; i < 100; i++) {
            final int length = MIN_LENGTH + i;
            sendOne(portA(), i, length);
            expectOne(portB(), i, length);
            bytes += length;
        }
        portA().statistics(after);
        assertTrue(after.transmittedFrames - sentFrames >= 100);
        assertTrue(after.transmittedBytes - sentBytes >= bytes);
        portB().statistics(after);
        assertTrue(after.receivedFrames - before.receivedFrames >= 100);
        assertTrue(after.receivedBytes - before.receivedBytes >= bytes);
        assertEquals(0, after.receiveErrors);
        assertEquals(0, after.transmitErrors);
    }

    @Test
    void shouldBeUpWithAnAddressAndAnMtu() {
        assertTrue(portA().isUp());
        assertNotEquals(portA().macAddress(), portB().macAddress());
        assertEquals(0, portA().macAddress() >>> 48);
        assertTrue(portA().capabilities().mtu() >= 576);
        assertTrue(portA().capabilities().maxBurst() >= 1);
    }

    @Test
    void shouldAllocateNothingOnTheHeapInSteadyState() {
        final long allocated = AllocationMeter.leastAllocated(() -> {
            for (int i = 0; i < 500; i++) {
                portA().allocate(outgoing, 8);
                for (int j = 0; j < outgoing.count(); j++) {
                    write(outgoing, j, i, MIN_LENGTH);
                }
                portA().transmitBurst(outgoing);
                portA().release(outgoing);
                portB().receiveBurst(incoming);
                portB().release(incoming);
                portB().statistics(after);
            }
        }, 200);
        assertEquals(0, allocated);
    }

    private void passInOrder(final LinkPort from, final LinkPort to, final int count) {
        int sent = 0;
        int received = 0;
        while (received < count) {
            sent += fill(from, sent, Math.min(8, count - sent));
            from.transmitBurst(outgoing);
            receive(to, 1);
            assertNotEquals(0, incoming.count(), "frame " + received + " was lost");
            for (int i = 0; i < incoming.count(); i++) {
                if (isOfContract(incoming, i)) {
                    check(incoming, i, received, lengthOf(from, received));
                    received++;
                }
            }
            to.release(incoming);
        }
        assertEquals(count, received);
    }

    private int fill(final LinkPort port, final int firstSequence, final int count) {
        final int start = outgoing.count();
        final int room = Math.min(count, outgoing.room());
        final int got = port.allocate(outgoing, room);
        for (int i = 0; i < got; i++) {
            write(outgoing, start + i, firstSequence + i, lengthOf(port, firstSequence + i));
        }
        return got;
    }

    private void sendOne(final LinkPort port, final int sequence, final int length) {
        assertEquals(1, port.allocate(outgoing, 1));
        write(outgoing, outgoing.count() - 1, sequence, length);
        sendAll(port);
    }

    private void sendAll(final LinkPort port) {
        for (int i = 0; outgoing.count() > 0 && i < patience(); i++) {
            port.transmitBurst(outgoing);
        }
        assertEquals(0, outgoing.count(), "the port does not accept its frames");
    }

    private void expectOne(final LinkPort port, final int sequence, final int length) {
        final FrameBurst single = new FrameBurst(1);
        boolean isFound = false;
        for (int i = 0; i < patience() && !isFound; i++) {
            if (port.receiveBurst(single) > 0) {
                isFound = isOfContract(single, 0);
                if (isFound) {
                    check(single, 0, sequence, length);
                }
                port.release(single);
            }
        }
        assertTrue(isFound, "frame " + sequence + " was lost");
    }

    /** Polls until frames are there; stops at the first burst that has one of the contract. */
    private void receive(final LinkPort port, final int wanted) {
        for (int i = 0; i < patience(); i++) {
            if (port.receiveBurst(incoming) >= wanted && hasOneOfContract(incoming)) {
                return;
            }
            port.release(incoming);
        }
    }

    private static boolean hasOneOfContract(final FrameBurst burst) {
        for (int i = 0; i < burst.count(); i++) {
            if (isOfContract(burst, i)) {
                return true;
            }
        }
        return false;
    }

    private void drain(final LinkPort port) {
        for (int i = 0; i < patience(); i++) {
            if (port.receiveBurst(incoming) > 0) {
                port.release(incoming);
            }
        }
    }

    private static int maxLength(final LinkPort port) {
        return port.capabilities().mtu() + EthernetFlyweight.HEADER_LENGTH;
    }

    /** A length for each frame, all between the shortest and the longest. */
    private static int lengthOf(final LinkPort port, final int sequence) {
        return MIN_LENGTH + (sequence * 37) % (maxLength(port) - MIN_LENGTH + 1);
    }

    private static void write(final FrameBurst burst, final int index, final int sequence, final int length) {
        final long address = burst.address(index);
        UnsafeApi.setMemory(address, length, (byte) (sequence * 31));
        UnsafeApi.setMemory(address, 6, (byte) 0xff);
        UnsafeApi.setMemory(address + 6, 6, (byte) 0x02);
        UnsafeApi.putByte(address + TYPE_OFFSET, (byte) (CONTRACT_TYPE >>> 8));
        UnsafeApi.putByte(address + TYPE_OFFSET + 1, (byte) CONTRACT_TYPE);
        UnsafeApi.putInt(address + SEQUENCE_OFFSET, sequence);
        for (int i = SEQUENCE_OFFSET + 4; i < length; i += 61) {
            UnsafeApi.putByte(address + i, pattern(sequence, i));
        }
        burst.length(index, length);
        burst.flags(index, 0);
    }

    private static void check(final FrameBurst burst, final int index, final int sequence, final int length) {
        assertEquals(sequence, sequence(burst, index), "order");
        assertEquals(length, burst.length(index), "length of frame " + sequence);
        for (int i = SEQUENCE_OFFSET + 4; i < length; i++) {
            final boolean isMarked = (i - SEQUENCE_OFFSET - 4) % 61 == 0;
            final byte expected = isMarked ? pattern(sequence, i) : (byte) (sequence * 31);
            assertEquals(expected, UnsafeApi.getByte(burst.address(index) + i), "frame " + sequence + " at " + i);
        }
    }

    private static byte pattern(final int sequence, final int position) {
        return (byte) (sequence ^ (position * 7));
    }

    private static boolean isOfContract(final FrameBurst burst, final int index) {
        final long type = burst.address(index) + TYPE_OFFSET;
        return burst.length(index) >= MIN_LENGTH
            && (UnsafeApi.getByte(type) & 0xff) == CONTRACT_TYPE >>> 8
            && (UnsafeApi.getByte(type + 1) & 0xff) == (CONTRACT_TYPE & 0xff);
    }

    private static int sequence(final FrameBurst burst, final int index) {
        return UnsafeApi.getInt(burst.address(index) + SEQUENCE_OFFSET);
    }
}
