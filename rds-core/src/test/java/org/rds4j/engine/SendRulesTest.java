package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.rds4j.DirectBufferVector;
import org.rds4j.Errno;
import org.rds4j.MessageFlags;
import org.rds4j.RdsAddress;
import org.rds4j.RdsOption;
import org.rds4j.RdsSocket;

/** Rules of sending, and the order in which they are looked at. */
class SendRulesTest extends SocketFixture {
    private static final int DONTWAIT = MessageFlags.DONTWAIT;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_MORE = 0x8000;
    private static final int MSG_EOR = 0x80;

    private Errno send(final RdsSocket socket, final RdsAddress destination, final int length, final int flags) {
        return errnoOf(() -> socket.send(destination, payload(length), flags));
    }

    @Test
    void otherFlagsAreEopnotsupp() {
        final RdsSocket socket = one.socket(4000);
        for (final int flag : new int[] {MSG_NOSIGNAL, MSG_MORE, MSG_EOR, MessageFlags.OOB, MessageFlags.PEEK, 1 << 31}) {
            assertEquals(Errno.EOPNOTSUPP, send(socket, peer, 1, flag | DONTWAIT), "flag " + flag);
        }
        assertEquals(0, socket.unacknowledgedLength());
    }

    @Test
    void aSendAnswersTheWholeLength() {
        assertEquals(700_000, one.socket(4000).send(peer, payload(700_000), 0));
    }

    @Test
    void aDestinationThatIsNoHostIsEinval() {
        final RdsSocket socket = one.socket(4000);
        for (final RdsAddress address : new RdsAddress[] {ANY, BROADCAST, MULTICAST, LINK_LOCAL}) {
            assertEquals(Errno.EINVAL, send(socket, address, 1, DONTWAIT));
        }
    }

    @Test
    void anUnboundSocketOrNoDestinationIsEnotconn() {
        assertEquals(Errno.ENOTCONN, send(open(), peer, 1, DONTWAIT));
        assertEquals(Errno.ENOTCONN, send(one.socket(4000), null, 1, DONTWAIT));
    }

    @Test
    void theDefaultDestinationIsTakenWhenNoneIsNamed() {
        final RdsSocket to = two.socket(4001);
        final RdsSocket socket = one.socket(4000);
        socket.connect(peer);
        assertEquals(3, socket.send(null, payload(3), 0));
        assertEquals(3, to.receive(ByteBuffer.allocate(9), SECOND_NS).length());
    }

    @Test
    void mixedFamiliesAreEopnotsupp() {
        assertEquals(Errno.EOPNOTSUPP, send(one.socket(4000), IPV6, 1, DONTWAIT));
    }

    @Test
    void aDatagramAboveTheLongestOrAboveTheSendBufferIsEmsgsize() {
        final RdsSocket socket = one.socket(4000);
        socket.sendBufferLength(2 << 20);
        assertEquals(Errno.EMSGSIZE, send(socket, peer, (1 << 20) + 1, DONTWAIT));
        assertEquals(1 << 20, socket.send(peer, payload(1 << 20), DONTWAIT));
        final RdsSocket small = one.socket(4002);
        small.sendBufferLength(5_000);
        assertEquals(Errno.EMSGSIZE, send(small, peer, 5_001, DONTWAIT));
        assertEquals(5_000, small.send(peer, payload(5_000), DONTWAIT));
    }

    @Test
    void zeroCopyWithoutLendingIsEinval() {
        assertEquals(Errno.EINVAL, send(one.socket(4000), peer, 1, MessageFlags.ZEROCOPY));
    }

    @Test
    void aCongestedPortIsEnobufsAtOnceForEmptyDatagramsToo() {
        final RdsSocket socket = one.socket(4000);
        congest(socket, 4001);
        assertEquals(Errno.ENOBUFS, send(socket, peer, 0, DONTWAIT));
        assertTrue(socket.offer(two.address.withPort(4002), buffer, 0, 1) > 0, "another port of the same host");
    }

    @Test
    void theLastDatagramMayOvershootTheSendBuffer() {
        network.isRefusing = true;
        final RdsSocket socket = one.socket(4000);
        socket.sendBufferLength(20_000);
        assertEquals(19_999, socket.send(peer, payload(19_999), DONTWAIT));
        assertEquals(20_000, socket.send(peer, payload(20_000), DONTWAIT));
        assertEquals(39_999, socket.unacknowledgedLength());
        assertEquals(Errno.EAGAIN, send(socket, peer, 0, DONTWAIT), "an empty one too");
        assertEquals(Errno.EAGAIN, send(socket, two.address.withPort(77), 1, DONTWAIT), "to every destination");
    }

    @Test
    void aFullSendBufferIsEtimedoutAfterSoSndtimeoAndNotBefore() {
        final RdsSocket socket = one.socket(4000).setOption(RdsOption.SO_SNDTIMEO, 3_000_000L);
        fill(socket);
        final long startNs = network.nowNs();
        assertEquals(Errno.ETIMEDOUT, send(socket, ELSEWHERE, 1, 0));
        assertTrue(Math.abs(network.nowNs() - startNs - 3_000_000) < 10_000);
    }

    @Test
    void congestionIsEtimedoutAfterSoSndtimeo() {
        final RdsSocket socket = one.socket(4000).setOption(RdsOption.SO_SNDTIMEO, 3_000_000L);
        congest(socket, 4001);
        final long startNs = network.nowNs();
        assertEquals(Errno.ETIMEDOUT, send(socket, peer, 1, 0));
        assertTrue(Math.abs(network.nowNs() - startNs - 3_000_000) < 10_000);
    }

    @Test
    void toAnUnreachableHostDatagramsQueueAndAreGivenUpByNobody() {
        network.isRefusing = true;
        final RdsSocket socket = one.socket(4000);
        assertEquals(10, socket.send(peer, payload(10), 0), "a waiting send does not wait for the first contact");
        network.passTime(3_600 * SECOND_NS);
        assertEquals(10, socket.unacknowledgedLength());
        network.isRefusing = false;
        final RdsSocket to = two.socket(4001);
        network.passTimeUntil(() -> socket.unacknowledgedLength() == 0);
        assertEquals(10, to.receive(ByteBuffer.allocate(99), 0).length());
    }

    @Test
    void payloadIsGatheredInOrder() {
        final RdsSocket to = two.socket(4001);
        buffer.putStringWithoutLengthAscii(0, "world hello ");
        one.socket(4000).send(peer, new DirectBufferVector[] {
            new DirectBufferVector(buffer, 6, 6), new DirectBufferVector(buffer, 0, 5)}, 0);
        final ByteBuffer target = ByteBuffer.allocate(11);
        to.receive(target, SECOND_NS);
        assertEquals("hello world", new String(target.array(), StandardCharsets.US_ASCII));
    }

    @Test
    void orderClosedBeforeFlags() {
        final RdsSocket socket = one.socket(4000);
        socket.close();
        assertEquals(Errno.EBADF, send(socket, peer, 1, MSG_MORE));
    }

    @Test
    void orderFlagsBeforeTheNamesForm() {
        assertEquals(Errno.EOPNOTSUPP, send(one.socket(4000), MULTICAST, 1, MSG_NOSIGNAL));
    }

    @Test
    void orderTheNamesFormBeforeNotBound() {
        assertEquals(Errno.EINVAL, send(open(), MULTICAST, 1, DONTWAIT));
        assertEquals(RdsSocket.NOT_UNICAST, open().offer(MULTICAST, buffer, 0, 1));
    }

    @Test
    void orderNotBoundBeforeMixedFamilies() {
        assertEquals(Errno.ENOTCONN, send(open(), IPV6, 1, DONTWAIT));
    }

    @Test
    void orderMixedFamiliesBeforeSize() {
        assertEquals(Errno.EOPNOTSUPP, send(one.socket(4000), IPV6, (1 << 20) + 1, DONTWAIT));
    }

    @Test
    void orderSizeBeforeLending() {
        assertEquals(Errno.EMSGSIZE, send(one.socket(4000), peer, (1 << 20) + 1, MessageFlags.ZEROCOPY));
    }

    @Test
    void orderLendingBeforeCongestion() {
        final RdsSocket socket = one.socket(4000);
        congest(socket, 4001);
        assertEquals(Errno.EINVAL, send(socket, peer, 1, MessageFlags.ZEROCOPY | DONTWAIT));
    }

    @Test
    void orderCongestionBeforeAFullSendBuffer() {
        final RdsSocket socket = one.socket(4000);
        congest(socket, 4001);
        fill(socket);
        assertEquals(Errno.EAGAIN, send(socket, two.address.withPort(4002), 1, DONTWAIT), "full");
        assertEquals(Errno.ENOBUFS, send(socket, peer, 1, DONTWAIT));
    }

    @Test
    void orderSizeBeforeAFullSendBuffer() {
        final RdsSocket socket = one.socket(4000);
        fill(socket);
        assertEquals(Errno.EMSGSIZE, send(socket, ELSEWHERE, 101, DONTWAIT));
    }

    @Test
    void aSendOutsideItsBufferDoesNothing() {
        final RdsSocket socket = one.socket(4000);
        boolean isThrown = false;
        try {
            socket.send(peer, payload(buffer.capacity() + 1), 0);
        } catch (final IndexOutOfBoundsException e) {
            isThrown = true;
        }
        assertTrue(isThrown);
        assertEquals(0, socket.unacknowledgedLength());
        assertFalse(socket.isClosed());
    }
}
