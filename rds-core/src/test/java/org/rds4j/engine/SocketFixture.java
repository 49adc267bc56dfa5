package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Properties;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DirectBufferVector;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;

/** Two nodes for the rules of sockets, and what their tests say often. */
abstract class SocketFixture {
    static final RdsAddress ELSEWHERE = RdsAddress.parse("10.0.0.9:4000");
    static final RdsAddress MULTICAST = RdsAddress.parse("224.0.0.1:4001");
    static final RdsAddress ANY = RdsAddress.parse("0.0.0.0:4001");
    static final RdsAddress BROADCAST = RdsAddress.parse("255.255.255.255:4001");
    static final RdsAddress LINK_LOCAL = RdsAddress.parse("[fe80::1]:4001");
    static final RdsAddress IPV6 = RdsAddress.parse("[fd00::1]:4001");
    static final long SECOND_NS = 1_000_000_000L;

    final TestNetwork network = new TestNetwork(5);
    final TestNode one = network.node(context("10.0.0.1/24"));
    final TestNode two = network.node(context("10.0.0.2/24"));
    final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(2 << 20));
    final RdsAddress peer = two.address.withPort(4001);

    /** Of the two nodes. */
    RdsContext context(final String cidr) {
        return network.context(cidr);
    }

    final RdsSocket open() {
        return open(one);
    }

    final RdsSocket open(final TestNode node) {
        return RdsSocket.open(node.context, node.engine.proxy(), network::step, 0xffff);
    }

    final TestNode linuxExact(final String address) {
        return network.node(new RdsContext(new Properties()).address(address + "/24")
            .security(SecurityMode.PLAINTEXT).nanoClock(network::nowNs).applicationIdleStrategy("busy-spin")
            .linuxExact(true));
    }

    final DirectBufferVector[] payload(final int length) {
        return new DirectBufferVector[] {new DirectBufferVector(buffer, 0, length)};
    }

    static Errno errnoOf(final Runnable call) {
        return assertThrows(RdsException.class, call::run).errno();
    }

    /** Has a port of the second node congested, as the first one knows. */
    final RdsSocket congest(final RdsSocket sender, final int port) {
        final RdsSocket slow = two.socket(port);
        slow.receiveBufferLength(1);
        final RdsAddress destination = slow.localAddress();
        network.until(() -> sender.offer(destination, buffer, 0, 2) == RdsSocket.CONGESTED);
        return slow;
    }

    /** Has a socket's send buffer full. */
    final void fill(final RdsSocket sender) {
        network.isRefusing = true;
        sender.sendBufferLength(100);
        while (sender.offer(ELSEWHERE, buffer, 0, 100) > 0) {
            network.step();
        }
    }
}
