package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsOption;
import org.rds4j.RdsSocket;

/** Rules of bind, connect and the names of a socket, and the order in which they are looked at. */
class BindRulesTest extends SocketFixture {
    @Test
    void anAddressThatIsNoHostsIsEinval() {
        final RdsSocket socket = open();
        for (final RdsAddress address : new RdsAddress[] {null, ANY, BROADCAST, MULTICAST, LINK_LOCAL,
            RdsAddress.parse("[::]:4000"), RdsAddress.parse("[ff02::1]:4000")}) {
            assertEquals(Errno.EINVAL, errnoOf(() -> socket.bind(address)), "" + address);
        }
    }

    @Test
    void anAddressOfAnotherHostIsEaddrnotavail() {
        assertEquals(Errno.EADDRNOTAVAIL, errnoOf(() -> open().bind(ELSEWHERE)));
        assertEquals(Errno.EADDRNOTAVAIL, errnoOf(() -> open().bind(IPV6)));
    }

    @Test
    void withATransportSetAnAddressOfAnotherHostIsEnoprotoopt() {
        final RdsSocket socket = open().setOption(RdsOption.SO_RDS_TRANSPORT, RdsOption.TRANSPORT_TCP);
        assertEquals(Errno.ENOPROTOOPT, errnoOf(() -> socket.bind(ELSEWHERE)));
        assertEquals(4000, socket.bind(4000));
    }

    @Test
    void portOneIsEinval() {
        assertEquals(Errno.EINVAL, errnoOf(() -> open().bind(1)));
    }

    @Test
    void bindingTwiceIsEinval() {
        final RdsSocket socket = one.socket(4000);
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.bind(4001)));
        assertEquals(4000, socket.localAddress().port());
    }

    @Test
    void aTakenPortIsEaddrinuseUntilItsSocketCloses() {
        final RdsSocket holder = one.socket(4000);
        final RdsSocket socket = open();
        assertEquals(Errno.EADDRINUSE, errnoOf(() -> socket.bind(4000)));
        holder.close();
        assertEquals(4000, socket.bind(4000));
    }

    @Test
    void portZeroIsARandomFreeOneFromTwoOn() {
        final Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            final int port = open().bind(0);
            assertTrue(port >= 2 && port <= 65_535);
            assertTrue(ports.add(port));
        }
        assertTrue(ports.stream().mapToInt(port -> port).max().orElseThrow()
            - ports.stream().mapToInt(port -> port).min().orElseThrow() > 1_000, "spread");
    }

    @Test
    void orderTheFormBeforeBoundAlready() {
        final RdsSocket socket = open().setOption(RdsOption.SO_RDS_TRANSPORT, RdsOption.TRANSPORT_TCP);
        socket.bind(4000);
        assertTrue(message(() -> socket.bind(ANY)).contains("give an address of this host"));
        socket.close();
        assertEquals(Errno.EBADF, errnoOf(() -> socket.bind(ANY)), "closed comes before anything");
    }

    private static String message(final Runnable call) {
        try {
            call.run();
        } catch (final RuntimeException e) {
            return e.getMessage();
        }
        return "";
    }

    @Test
    void orderBoundAlreadyBeforeTakenAndBeforeNotLocal() {
        final RdsSocket socket = one.socket(4000);
        one.socket(4001);
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.bind(4001)));
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.bind(ELSEWHERE)));
    }

    @Test
    void orderNotLocalBeforePortOne() {
        assertEquals(Errno.EADDRNOTAVAIL, errnoOf(() -> open().bind(ELSEWHERE.withPort(1))));
    }

    @Test
    void connectRefusesWhatIsNoDestination() {
        final RdsSocket socket = open();
        assertEquals(Errno.EAFNOSUPPORT, errnoOf(() -> socket.connect(null)));
        assertEquals(Errno.EDESTADDRREQ, errnoOf(() -> socket.connect(ANY)));
        assertEquals(Errno.EPROTOTYPE, errnoOf(() -> socket.connect(RdsAddress.parse("[::]:5"))));
        assertEquals(Errno.EPROTOTYPE, errnoOf(() -> socket.connect(RdsAddress.parse("[ff02::1]:5"))));
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.connect(RdsAddress.parse("[fe80::1]:5"))));
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.connect(BROADCAST)));
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.connect(MULTICAST)));
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.connect(LINK_LOCAL)));
    }

    @Test
    void connectContactsNobodyAndCanBeRepeated() {
        final RdsSocket socket = one.socket(4000);
        socket.connect(ELSEWHERE);
        socket.connect(peer);
        network.steps(1_000);
        assertEquals(0, network.dials + network.knocks);
        assertEquals(peer, socket.remoteAddress());
    }

    @Test
    void connectDoesNotFilterWhatIsReceived() {
        final RdsSocket socket = one.socket(4000);
        socket.connect(ELSEWHERE);
        two.socket(4001).offer(socket.localAddress(), buffer, 0, 5);
        assertEquals(5, socket.receive(ByteBuffer.allocate(9), SECOND_NS).length());
    }

    @Test
    void namesAreThoseOfGetsocknameAndGetpeername() {
        final RdsSocket socket = open();
        assertNull(socket.localAddress(), "AF_UNSPEC");
        assertNull(socket.remoteAddress(), "ENOTCONN");
        socket.connect(peer);
        assertEquals(RdsAddress.parse("0.0.0.0:0"), socket.localAddress(), "own family, zero address");
        assertEquals(peer, socket.remoteAddress());
        final RdsSocket other = open();
        other.connect(IPV6);
        assertEquals(RdsAddress.parse("[::]:0"), other.localAddress());
        socket.bind(4000);
        assertEquals(one.address.withPort(4000), socket.localAddress());
    }
}
