package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsContext;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.TwoNodes;

/** Nodes whose encryption is done when the test says so: what waits for it, and what must not. */
@Timeout(120)
class EncryptionBacklogTest {
    private static final int URGENT_LEVEL = 6;
    private static final int BULK_LEVEL = 2;
    private static final int LONG = 16_000;
    /** A datagram of 64 octets, with its header, in a record. */
    private static final int RECORD = 64 + 48 + 22;
    private static final int PATHS = 8;
    private static final int SOCKETS = 32;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 2048, 1024);
    private final DemoIdentities identities = new DemoIdentities(List.of("first", "second"));
    private final EncryptionAgent encryption = new EncryptionAgent("encryption", CryptoCounters.allocate());
    private final HistoryChecker checker = new HistoryChecker(1);
    private final StoppableClock clock = new StoppableClock();
    private TwoNodes nodes;
    private CheckedSocket sender;
    private CheckedSocket receiver;

    /** Stands still when told to. */
    private static final class StoppableClock implements NanoClock {
        private long stoppedNs;
        private boolean isStopped;

        @Override
        public long nanoTime() {
            return isStopped ? stoppedNs : SystemNanoClock.INSTANCE.nanoTime();
        }

        void stop() {
            stoppedNs = nanoTime();
            isStopped = true;
        }
    }

    private void launch(final boolean isBackground, final int paths) {
        final RdsNode.Builder first = builder(TwoNodes.FIRST, "first", paths).link(link.first());
        nodes = new TwoNodes((isBackground ? first.encryption(encryption) : first).launch(),
            builder(TwoNodes.SECOND, "second", paths).link(link.second()).launch(), ThreadingMode.INVOKER);
        sender = TwoNodes.checked(checker, nodes.first(), 4001);
        receiver = TwoNodes.checked(checker, nodes.second(), 4000);
    }

    private RdsNode.Builder builder(final String address, final String name, final int paths) {
        final RdsContext context = TwoNodes.context(address, ThreadingMode.INVOKER, identities, name)
            .nanoClock(clock).paths(paths).maxConnections(64).tcpBufferLength(1 << 20);
        return RdsNode.with(context);
    }

    @AfterEach
    void close() {
        CloseHelper.closeAll(sender, receiver, nodes, identities);
    }

    private void await(final String what, final long received) {
        nodes.await(what, () -> {
            encryption.doWork();
            receiver.poll(64);
            return receiver.received() >= received;
        });
    }

    private void awaitSilence() {
        final int[] idle = new int[1];
        nodes.await("silence", () -> {
            idle[0] = encryption.doWork() + nodes.first().invoke() + nodes.second().invoke() == 0 ? idle[0] + 1 : 0;
            return idle[0] > 1_000;
        });
    }

    private void awaitPaths(final int paths) {
        nodes.await("the paths", () -> {
            encryption.doWork();
            return TwoNodes.counter(nodes.first(), "crypto-handshakes-completed") == paths
                && TwoNodes.counter(nodes.second(), "crypto-handshakes-completed") == paths;
        });
        awaitSilence();
    }

    private long framesOut() {
        return TwoNodes.counter(nodes.first(), "frames_lane0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSendALoneDatagramWithoutWaitingForMoreOrForTime(final boolean isBackground) {
        launch(isBackground, 1);
        sender.send(receiver.address(), 64, URGENT_LEVEL);
        await("the path", 1);
        awaitSilence();
        clock.stop();
        final long before = framesOut();
        for (int i = 1; i <= 100; i++) {
            sender.send(receiver.address(), 64, URGENT_LEVEL);
            nodes.first().invoke();
            if (isBackground) {
                assertEquals(1, encryption.doWork(), "it was not handed over in the cycle that took it");
                nodes.first().invoke();
            }
            assertEquals(before + i, framesOut(), "it did not leave in the cycle in which it was sealed");
            nodes.second().invoke();
            assertEquals(1, receiver.poll(1), "it was not opened in the cycle in which it came");
        }
    }

    @Test
    void shouldSealAnUrgentRecordBeforeABacklogOfOthers() {
        launch(true, PATHS);
        final List<CheckedSocket> sockets = IntStream.range(0, SOCKETS)
            .mapToObj(i -> TwoNodes.checked(checker, nodes.first(), 5000 + i)).toList();
        sockets.forEach(socket -> socket.send(receiver.address(), 64, BULK_LEVEL));
        sender.send(receiver.address(), 64, URGENT_LEVEL);
        await("the datagrams", SOCKETS + 1);
        awaitPaths(2 * PATHS);
        for (int i = 0; i < 40; i++) {
            sockets.forEach(socket -> socket.send(receiver.address(), LONG, BULK_LEVEL));
            nodes.first().invoke();
        }
        final long before = TwoNodes.counter(nodes.first(), "bytes_lane0");
        sender.send(receiver.address(), 64, URGENT_LEVEL);
        nodes.first().invoke();
        encryption.doWork();
        nodes.first().invoke();
        assertTrue(TwoNodes.counter(nodes.first(), "bytes_lane0") >= before + RECORD, "the record has waited for others");
        assertTrue(encryption.doWork() >= EncryptionAgent.JOBS_PER_TURN, "there was no backlog");
        await("all", sender.sent() + sockets.stream().mapToLong(CheckedSocket::sent).sum());
        checker.requireComplete();
        CloseHelper.closeAll(sockets);
    }

    @Test
    void shouldLeaveDataInTheLogsWhileTheRingIsFullAndLoseNothing() {
        launch(true, PATHS);
        final List<CheckedSocket> left = open(nodes.first(), 5000);
        final List<CheckedSocket> right = open(nodes.second(), 6000);
        send(left, right, 64);
        send(right, left, 64);
        awaitPaths(PATHS);
        assertEquals(2 * SOCKETS, poll(left) + poll(right));
        nodes.await("data that stays in its log", () -> {
            send(left, right, LONG);
            return TwoNodes.counter(nodes.first(), "node_encryption_full") > 0;
        });
        nodes.await("records that wait to be opened", () -> {
            send(right, left, 64);
            return TwoNodes.counter(nodes.first(), "crypto-ring-full_engine") > 0;
        });
        assertEquals(0, poll(left) + poll(right), "something was sealed or opened");
        nodes.await("all of them", () -> {
            encryption.doWork();
            poll(left);
            poll(right);
            return checker.violation().isPresent() || checker.outstanding() == 0;
        });
        checker.requireComplete();
        CloseHelper.closeAll(left);
        CloseHelper.closeAll(right);
    }

    private List<CheckedSocket> open(final RdsNode node, final int port) {
        return IntStream.range(0, SOCKETS).mapToObj(i -> TwoNodes.checked(checker, node, port + i)).toList();
    }

    private static void send(final List<CheckedSocket> from, final List<CheckedSocket> to, final int length) {
        for (int i = 0; i < SOCKETS; i++) {
            from.get(i).send(to.get(i).address(), length);
        }
    }

    private static int poll(final List<CheckedSocket> sockets) {
        int polled = 0;
        for (final CheckedSocket socket : sockets) {
            polled += socket.poll(64);
        }
        return polled;
    }
}
