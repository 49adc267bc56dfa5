package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.DatagramInfo;
import org.rds4j.Errno;
import org.rds4j.LentMemory;
import org.rds4j.MessageFlags;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsOption;
import org.rds4j.RdsSocket;
import org.rds4j.check.CheckedSocket;
import org.rds4j.status.RdsCounter;

/** Datagrams sent from memory that the application lends, and the cookies that tell when it has it back. */
class ZeroCopyTest extends SocketFixture {
    private static final ByteBuffer[] NOWHERE = {};
    private static final int DONTWAIT = MessageFlags.DONTWAIT;

    private final RdsSocket from = one.socket(4000);
    private final RdsSocket to = two.socket(4001);
    private final List<Integer> cookies = new ArrayList<>();

    @Override
    RdsContext context(final String cidr) {
        return network.context(cidr).reconnectMinDelayNs(10_000).reconnectMaxDelayNs(100_000);
    }

    private LentMemory own(final int length) {
        return from.lend(new UnsafeBuffer(ByteBuffer.allocateDirect(length)));
    }

    private int offer(final LentMemory memory, final int offset, final int length, final int cookie) {
        return from.offer(peer, memory, offset, length, 0, cookie);
    }

    private void pollCookies() {
        from.pollCompletions(cookies::add, 1_000);
    }

    private byte[] received(final int room) {
        final ByteBuffer target = ByteBuffer.allocate(room);
        to.receive(target, 10 * SECOND_NS);
        return Arrays.copyOf(target.array(), target.position());
    }

    private static byte[] octets(final int length, final int seed) {
        final byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) (seed * 31 + i);
        }
        return octets;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 16_384, 65_536, 1 << 20})
    void payloadArrivesUncopied(final int length) {
        from.receiveBufferLength(4 << 20);
        final LentMemory block = from.lend();
        final LentMemory own = own(length + 7);
        block.buffer().putBytes(0, octets(length, 1));
        own.buffer().putBytes(7, octets(length, 2));
        assertEquals(length + 48, offer(block, 0, length, 11));
        assertTrue(Arrays.equals(octets(length, 1), received(length)));
        network.until(() -> from.unacknowledgedLength() == 0);
        assertEquals(length + 48, offer(own, 7, length, 12));
        assertTrue(Arrays.equals(octets(length, 2), received(length)));
        assertEquals(0, one.count(RdsCounter.COPY_FROM_USER));
    }

    @Test
    void theCookieComesWhenThePeersTcpHasThePayloadAndNotBefore() {
        final LentMemory memory = own(100_000);
        from.offer(peer, buffer, 0, 1);
        network.until(() -> from.unacknowledgedLength() == 0);
        network.maxTransfer = 0;
        offer(memory, 0, 100_000, -7);
        network.steps(1_000);
        assertEquals(1, memory.underWay());
        assertEquals(Errno.EAGAIN, errnoOf(() -> from.receive(NOWHERE, DONTWAIT)));
        network.maxTransfer = 1 << 20;
        network.until(() -> from.unacknowledgedLength() == 0);
        final DatagramInfo info = from.receive(NOWHERE, DONTWAIT);
        assertEquals(1, info.cookieCount());
        assertEquals(-7, info.cookie(0));
        assertEquals(0, info.result());
        assertEquals(0, info.sourcePort());
        assertEquals(0, memory.underWay());
        assertEquals(Errno.EAGAIN, errnoOf(() -> from.receive(NOWHERE, DONTWAIT)), "told once");
    }

    @Test
    void cookiesComeEightAtATimeAndWithADatagramWhenThereIsOne() {
        final LentMemory memory = own(100);
        for (int i = 0; i < 18; i++) {
            offer(memory, i, 5, i);
        }
        network.until(() -> from.unacknowledgedLength() == 0);
        to.offer(from.localAddress(), buffer, 0, 3);
        network.steps(2_000);
        final DatagramInfo first = from.receive(ByteBuffer.allocate(9), 0);
        assertEquals(3, first.result());
        assertEquals(4001, first.sourcePort());
        assertEquals(8, first.cookieCount());
        assertEquals(7, first.cookie(7));
        assertEquals(8, from.receive(NOWHERE, DONTWAIT).cookieCount());
        final DatagramInfo last = from.receive(NOWHERE, 0);
        assertEquals(2, last.cookieCount());
        assertEquals(17, last.cookie(1));
    }

    @Test
    void aReceiveThatWaitsIsWokenByACookieUnlessAllIsAsOnLinux() {
        offer(own(10), 0, 10, 5);
        assertEquals(5, from.receive(NOWHERE, 0).cookie(0));
        final RdsSocket exact = linuxExact("10.0.0.4").socket(4000).setOption(RdsOption.SO_RCVTIMEO, SECOND_NS / 100);
        final LentMemory memory = exact.lend();
        exact.send(peer, memory, 0, 10, 6, 0);
        network.until(() -> exact.unacknowledgedLength() == 0);
        assertEquals(Errno.ETIMEDOUT, errnoOf(() -> exact.receive(NOWHERE, 0)));
        assertEquals(6, exact.receive(NOWHERE, DONTWAIT).cookie(0));
    }

    @Test
    void memoryUnderWayCannotBeClosedAndAClosedOneNotBeSentFrom() {
        final LentMemory memory = from.lend();
        offer(memory, 0, 10, 1);
        assertEquals(Errno.EBUSY, errnoOf(memory::close));
        network.until(() -> from.unacknowledgedLength() == 0);
        assertEquals(Errno.EBUSY, errnoOf(memory::close), "until the cookie was taken");
        pollCookies();
        memory.close();
        memory.close();
        assertEquals(RdsSocket.NOT_LENT, offer(memory, 0, 10, 1));
    }

    @Test
    void memoryOfAnotherSocketOrNothingIsEinval() {
        final RdsSocket other = one.socket(4002);
        assertEquals(RdsSocket.NOT_LENT, offer(other.lend(), 0, 10, 1));
        assertEquals(RdsSocket.NOT_LENT, offer(own(10), 0, 0, 1));
        assertEquals(Errno.EINVAL, RdsSocket.errnoOf(RdsSocket.NOT_LENT));
        assertEquals(Errno.EINVAL, errnoOf(() -> from.lend(new UnsafeBuffer(new byte[10]))));
        assertEquals(0, from.unacknowledgedLength());
    }

    @Test
    void blocksAndOwnMemoriesAreBounded() {
        final Deque<LentMemory> blocks = new ArrayDeque<>();
        while (blocks.size() < one.context.largeBlocks()) {
            blocks.add(from.lend());
        }
        assertEquals(Errno.ENOBUFS, errnoOf(from::lend));
        assertEquals(RdsSocket.BACK_PRESSURED, from.offer(peer, buffer, 0, 300_000), "a copy needs a block");
        blocks.poll().close();
        from.lend();
        for (int i = 0; i < 64; i++) {
            own(8);
        }
        assertEquals(Errno.ENOBUFS, errnoOf(() -> own(8)));
    }

    @Test
    void cookiesUnderWayAreBounded() {
        network.isRefusing = true;
        final LentMemory memory = own(10);
        for (int i = 0; i < 256; i++) {
            assertTrue(offer(memory, 0, 1, i) > 0);
            network.step();
        }
        assertEquals(RdsSocket.BACK_PRESSURED, offer(memory, 0, 1, 256));
        assertEquals(256, from.unacknowledgedLength());
        network.isRefusing = false;
        network.passTimeUntil(() -> from.unacknowledgedLength() == 0);
        assertEquals(RdsSocket.BACK_PRESSURED, offer(memory, 0, 1, 256), "until cookies were taken");
        pollCookies();
        assertEquals(256, cookies.size());
        assertTrue(offer(memory, 0, 1, 256) > 0);
    }

    @Test
    void orderSizeBeforeLendingBeforeCongestion() {
        final LentMemory foreign = one.socket(4002).lend(new UnsafeBuffer(ByteBuffer.allocateDirect(2 << 20)));
        from.sendBufferLength(4 << 20);
        assertEquals(RdsSocket.TOO_LONG, offer(foreign, 0, (1 << 20) + 1, 1));
        congest(from, 4006);
        final RdsAddress congested = two.address.withPort(4006);
        assertEquals(RdsSocket.NOT_LENT, from.offer(congested, foreign, 0, 1, 0, 1));
        assertEquals(RdsSocket.CONGESTED, from.offer(congested, own(1), 0, 1, 0, 1));
    }

    @Test
    void toThisHostTheCookieComesAtOnce() {
        final RdsSocket here = one.socket(4003);
        final LentMemory memory = own(10);
        from.offer(here.localAddress(), memory, 0, 10, 0, 3);
        assertEquals(10, here.receive(ByteBuffer.allocate(99), SECOND_NS).length());
        pollCookies();
        assertEquals(List.of(3), cookies);
    }

    @Test
    void whatIsCancelledBeforeTcpHasAnyOfItComesBackAtOnce() {
        network.isRefusing = true;
        final LentMemory memory = own(100_000);
        offer(memory, 0, 50_000, 1);
        network.steps(10);
        offer(memory, 0, 50_000, 2); // in the ring or in the log, both
        from.cancelSentTo(peer);
        pollCookies();
        assertEquals(List.of(1, 2), cookies.stream().sorted().toList());
        assertEquals(0, from.unacknowledgedLength());
        memory.close();
    }

    @Test
    void whatIsCancelledAfterTcpHasAPartOfItComesBackWhenItIsNotReadAnyMore() {
        from.offer(peer, buffer, 0, 1);
        network.until(() -> from.unacknowledgedLength() == 0);
        to.receive(ByteBuffer.allocate(1), SECOND_NS);
        network.maxTransfer = 1_000;
        final LentMemory memory = own(300_000);
        memory.buffer().putBytes(0, octets(300_000, 4));
        offer(memory, 0, 300_000, 1);
        network.steps(20);
        from.cancelSentTo(peer);
        assertEquals(0, from.unacknowledgedLength());
        pollCookies();
        assertEquals(List.of(), cookies, "the carrier still reads it");
        assertTrue(Arrays.equals(octets(300_000, 4), received(300_000)), "and completes it");
        network.maxTransfer = 1 << 20;
        network.steps(1_000);
        pollCookies();
        assertEquals(List.of(1), cookies);
    }

    @Test
    void whatWasCancelledIsNotSentAgainAndComesBackWhenTheCarrierHasEnded() {
        from.offer(peer, buffer, 0, 1);
        network.until(() -> from.unacknowledgedLength() == 0);
        network.maxTransfer = 100;
        final LentMemory memory = own(300_000);
        offer(memory, 0, 300_000, 1);
        network.steps(20);
        from.cancelSentTo(peer);
        network.cutOne();
        network.passTimeUntil(() -> memoryIsBack(memory));
        assertEquals(0, one.count(RdsCounter.SEND_RETRANSMITTED));
    }

    private boolean memoryIsBack(final LentMemory memory) {
        pollCookies();
        return memory.underWay() == 0;
    }

    @Test
    void closingGivesUpWhatWasLentButSendsWhatWasCopied() {
        network.isRefusing = true;
        offer(own(1_000), 0, 1_000, 1);
        from.offer(peer, buffer, 0, 33);
        network.steps(10);
        from.close();
        network.isRefusing = false;
        assertEquals(33, received(99_999).length);
        network.passTimeUntil(one.engine::isAllAcknowledged);
        assertEquals(Errno.EAGAIN, errnoOf(() -> to.receive(NOWHERE, DONTWAIT)));
    }

    /**
     * One thread of three memories, each rewritten as soon as it is the application's again, over a carrier that breaks over and
     * over: what arrives is what was lent, once and in order. The carrier reads memory as late as it can.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void memoryIsNeverReadAfterItsCookie(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final LentMemory[] memories = {own(70_000), own(70_000), from.lend()};
        final CheckedSocket sender = one.checked(from);
        final CheckedSocket receiver = two.checked(to);
        final int messages = 400;
        int cuts = 0;
        network.maxTransfer = 5_000;
        while (receiver.received() < messages) {
            network.step();
            if (random.nextInt(200) == 0 && network.cutOne()) {
                cuts++;
            }
            for (final LentMemory memory : memories) {
                if (memoryIsBack(memory) && sender.sent() < messages) {
                    final int length = 1 + random.nextInt(random.nextBoolean() ? 70_000 : 300);
                    memory.buffer().setMemory(0, 70_000, (byte) 0x5a);
                    sender.send(peer, 0, memory.buffer(), 0, length, () -> offer(memory, 0, length, (int) sender.sent()));
                }
            }
            if (sender.sent() % 3 == 0 && sender.sent() < messages) {
                sender.send(peer, 40);
            }
            receiver.poll(100);
        }
        network.history.requireComplete();
        network.passTimeUntil(() -> from.unacknowledgedLength() == 0);
        assertTrue(cuts > 3, cuts + " cuts");
        assertTrue(one.count(RdsCounter.SEND_RETRANSMITTED) > 0);
        assertFalse(from.isClosed());
    }
}
