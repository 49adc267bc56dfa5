package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tests.support.TwoNodes;

/** How often a payload octet is copied between the buffers of two applications: the figures of docs/encryption-threads.md. */
@Timeout(120)
class OctetsCopiedTest {
    private static final int DATAGRAMS = 400;

    private final InMemoryLinkPair link = new InMemoryLinkPair(9_000, 2048, 1024);
    private final HistoryChecker checker = new HistoryChecker(1);

    private static RdsNode node(
        final String address, final String name, final DemoIdentities identities, final LinkPort port) {
        return RdsNode.with(TwoNodes.context(address, ThreadingMode.INVOKER, identities, name).mtu(9_000)).link(port).launch();
    }

    /** Headers, acknowledgements and the handshake are the rest: little beside long datagrams, hence the tolerance. */
    @ParameterizedTest
    @CsvSource({"16000, false, 2, 3", "16000, true, 2, 2", "1400, false, 2, 3", "1400, true, 2, 2"})
    void shouldCopyNoMoreThanDocumented(
        final int length, final boolean isEncrypted, final int receiving, final int sendingBeforeFrames) {
        try (DemoIdentities identities = isEncrypted ? new DemoIdentities(List.of("first", "second")) : null;
            TwoNodes nodes = new TwoNodes(node(TwoNodes.FIRST, "first", identities, link.first()),
                node(TwoNodes.SECOND, "second", identities, link.second()), ThreadingMode.INVOKER);
            CheckedSocket sender = TwoNodes.checked(checker, nodes.first(), 4001);
            CheckedSocket receiver = TwoNodes.checked(checker, nodes.second(), 4000)) {
            pass(nodes, sender, receiver, length, 1);
            final Copies before = Copies.of(nodes);
            pass(nodes, sender, receiver, length, DATAGRAMS);
            final Copies copies = Copies.of(nodes).since(before);
            final double delivered = (double) length * DATAGRAMS;
            assertEquals(sendingBeforeFrames, copies.beforeFrames() / delivered, 0.1);
            assertEquals(1, copies.toFrames() / delivered, 0.1);
            assertEquals(isEncrypted ? 1 : 0, copies.sealed() / delivered, 0.1);
            assertEquals(isEncrypted ? 1 : 0, copies.opened() / delivered, 0.1);
            assertEquals(receiving, copies.received() / delivered, 0.1);
        }
    }

    private void pass(
        final TwoNodes nodes, final CheckedSocket sender, final CheckedSocket receiver, final int length, final int datagrams) {
        final long end = receiver.received() + datagrams;
        nodes.await("the datagrams", () -> {
            while (sender.sent() < end && sender.send(receiver.address(), length) > 0) {
                nodes.work();
            }
            receiver.poll(64);
            return receiver.received() == end;
        });
        checker.requireComplete();
    }

    /**
     * Octets that were copied.
     *
     * @param beforeFrames into submit rings and logs, and from there to the stream unless they are sealed on that way.
     * @param toFrames     from the stream.
     * @param sealed       from log to stream, in one pass with the cipher.
     * @param opened       in place.
     * @param received     from frames into the stream, to make messages whole and to the socket's ring.
     */
    private record Copies(long beforeFrames, long toFrames, long sealed, long opened, long received) {
        static Copies of(final TwoNodes nodes) {
            final RdsNode from = nodes.first();
            final RdsNode to = nodes.second();
            final boolean isEncrypted = has(from, "crypto-octets-sealed");
            return new Copies(
                2 * TwoNodes.counter(from, "copy_from_user") + TwoNodes.counter(from, "node_octets_copied"),
                TwoNodes.counter(from, "octets-out"),
                isEncrypted ? TwoNodes.counter(from, "crypto-octets-sealed") : 0,
                isEncrypted ? TwoNodes.counter(to, "crypto-octets-opened") : 0,
                TwoNodes.counter(to, "octets-in") + TwoNodes.counter(to, "reassembly-copied")
                    + TwoNodes.counter(to, "copy_to_user"));
        }

        private static boolean has(final RdsNode node, final String wanted) {
            final boolean[] found = new boolean[1];
            node.counters((label, meaning, value) -> found[0] |= label.equals(wanted));
            return found[0];
        }

        Copies since(final Copies before) {
            return new Copies(beforeFrames - before.beforeFrames, toFrames - before.toFrames, sealed - before.sealed,
                opened - before.opened, received - before.received);
        }
    }
}
