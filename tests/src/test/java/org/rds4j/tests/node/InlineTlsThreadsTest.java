package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.agrona.collections.MutableLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.InlineTlsMode;
import org.rds4j.RdsAddress;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.offload.ModelPort;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tests.support.TwoNodes;

/** Nodes in every threading mode, both of whose NICs encrypt. */
@Timeout(120)
class InlineTlsThreadsTest {
    private static final int PORT = 4000;
    private static final int MESSAGES = 300;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 2048, 512);
    private final HistoryChecker checker = new HistoryChecker(7);

    private static RdsNode launch(
        final String address, final ThreadingMode mode, final DemoIdentities identities, final String name,
        final LinkPort port) {
        final ModelPort nic = new ModelPort(port, ModelMode.STRICT);
        return RdsNode.with(TwoNodes.context(address, mode, identities, name))
            .link(nic).inlineTls(new InlineTls(nic.model(), OffloadPolicy.DEFAULT, 1_000)).launch();
    }

    private static long counter(final RdsNode node, final String label) {
        final MutableLong found = new MutableLong(-1);
        node.counters((name, meaning, value) -> {
            if (label.equals(name)) {
                found.set(value);
            }
        });
        return found.get();
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveLargeRecordsToTheNicAndTheCipherToItsThread(final ThreadingMode mode) {
        try (DemoIdentities identities = new DemoIdentities(List.of("first", "second"));
            RdsNode first = launch(TwoNodes.FIRST, mode, identities, "first", link.first());
            RdsNode second = launch(TwoNodes.SECOND, mode, identities, "second", link.second())) {
            final TwoNodes nodes = new TwoNodes(first, second, mode);
            try (CheckedSocket near = TwoNodes.checked(checker, first, PORT);
                CheckedSocket far = TwoNodes.checked(checker, second, PORT)) {
                exchange(nodes, near, far);
            }
            for (final RdsNode node : List.of(first, second)) {
                assertTrue(counter(node, "tls-encrypted-bytes") > 500_000, counter(node, "tls-encrypted-bytes") + " octets");
                assertTrue(counter(node, "tls-sealed-bytes") > 1_000, "small ones");
                assertEquals(0, counter(node, "node_record_refused"));
                assertEquals(0, counter(node, "node_seal_failed"));
                final long inline = counter(node, "crypto-jobs-inline");
                assertEquals(mode == ThreadingMode.DEDICATED, inline == 0, inline + " jobs on the engine's thread");
            }
        }
    }

    private static void exchange(final TwoNodes nodes, final CheckedSocket near, final CheckedSocket far) {
        final RdsAddress toFar = TwoNodes.at(nodes.second(), PORT);
        final RdsAddress toNear = TwoNodes.at(nodes.first(), PORT);
        final int[] sent = new int[2];
        int received = 0;
        final long deadlineNs = System.nanoTime() + TwoNodes.PATIENCE_NS;
        while (received < 2 * MESSAGES) {
            nodes.work();
            for (int i = 0; i < 2; i++) {
                final int length = sent[i] % 3 == 0 ? 100 : 10_000;
                if (sent[i] < MESSAGES && (i == 0 ? near : far).send(i == 0 ? toFar : toNear, length) >= 0) {
                    sent[i]++;
                }
            }
            received += near.poll(64) + far.poll(64);
            assertFalse(System.nanoTime() > deadlineNs, received + " of " + 2 * MESSAGES + " received");
        }
    }

    /** The machine of the tests has no such NIC; nothing but the log tells. */
    @Test
    void shouldDoWithoutANicThatEncrypts() {
        try (DemoIdentities identities = new DemoIdentities(List.of("first", "second"));
            RdsNode first = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.INVOKER, identities, "first")
                .device("0000:01:00.0").inlineTls(InlineTlsMode.AUTO)).link(link.first()).launch()) {
            assertEquals(-1, counter(first, "tls-encrypted-bytes"), "no counters of a device");
        }
    }
}
