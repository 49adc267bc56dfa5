package org.rds4j.tests.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.CloseHelper;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkMempool;
import org.rds4j.dpdk.DpdkRingPair;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tests.support.TwoNodes;

/**
 * In steady state a message costs not one octet of heap: neither on the thread that carries the application and both
 * engines, nor on the encryption thread. The just-in-time compiler may still move allocations about for a while, so a few
 * windows are tried; each is {@value #WINDOW} messages long, and one must be clean on both threads. All messages are in a
 * history, which costs no heap either.
 */
@Timeout(180)
class SteadyStateAllocationTest {
    private static final int WARM_UP = 40_000;
    private static final int WINDOW = 100_000;
    private static final int ATTEMPTS = 8;
    private static final int STREAM_LENGTH = 700;
    private static final int RTT_LENGTH = 64;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What carries the frames. */
    enum Link { MEMORY, DPDK_RING }

    @ParameterizedTest
    @CsvSource({"MEMORY,false", "MEMORY,true", "DPDK_RING,false", "DPDK_RING,true"})
    void shouldAllocateNothingPerMessageOfAStream(final Link link, final boolean isEncrypted) {
        try (Bench bench = new Bench(link, isEncrypted)) {
            bench.shouldAllocateNothing(bench::stream);
        }
    }

    @ParameterizedTest
    @CsvSource({"MEMORY,false", "MEMORY,true", "DPDK_RING,false", "DPDK_RING,true"})
    void shouldAllocateNothingPerRoundTrip(final Link link, final boolean isEncrypted) {
        try (Bench bench = new Bench(link, isEncrypted)) {
            bench.shouldAllocateNothing(bench::roundTrips);
        }
    }

    /** Passes a number of messages. */
    @FunctionalInterface
    private interface Load {
        void pass(int messages);
    }

    private static final class Bench implements AutoCloseable {
        private final DemoIdentities identities;
        private final EncryptionAgent agent;
        private final Thread encryptionThread;
        private final AgentRunner runner;
        private DpdkMempool mempool;
        private DpdkRingPair ring;
        private final RdsNode first;
        private final RdsNode second;
        private final HistoryChecker checker = new HistoryChecker(1);
        private final CheckedSocket sender;
        private final CheckedSocket receiver;

        Bench(final Link link, final boolean isEncrypted) {
            assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "this JVM does not count allocations of threads");
            assumeTrue(link == Link.MEMORY || DpdkEnvironment.isAvailable(),
                () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
            identities = isEncrypted ? new DemoIdentities(List.of("first", "second")) : null;
            agent = isEncrypted ? new EncryptionAgent("encryption", CryptoCounters.allocate()) : null;
            runner = isEncrypted ? new AgentRunner(BusySpinIdleStrategy.INSTANCE, error -> { }, null, agent) : null;
            encryptionThread = isEncrypted ? AgentRunner.startOnThread(runner) : null;
            final LinkPort[] ports = ports(link);
            first = launch(TwoNodes.FIRST, "first", ports[0]);
            second = launch(TwoNodes.SECOND, "second", ports[1]);
            sender = TwoNodes.checked(checker, first, 4001);
            receiver = TwoNodes.checked(checker, second, 4000);
        }

        private LinkPort[] ports(final Link link) {
            if (link == Link.MEMORY) {
                final InMemoryLinkPair pair = new InMemoryLinkPair(1500, 2048, 1024);
                return new LinkPort[] {pair.first(), pair.second()};
            }
            final DpdkEnvironment environment = DpdkEnvironment.start();
            mempool = DpdkMempool.create(environment, "steady", 8_192, DpdkMempool.frameCapacityForMtu(1500));
            ring = DpdkRingPair.open(environment, "steady", mempool, 1_024, 1500, new SplittableRandom(2));
            return new LinkPort[] {ring.first(), ring.second()};
        }

        private RdsNode launch(final String address, final String name, final LinkPort port) {
            final RdsNode.Builder builder =
                RdsNode.with(TwoNodes.context(address, ThreadingMode.INVOKER, identities, name)).link(port);
            return (agent == null ? builder : builder.encryption(agent)).launch();
        }

        void shouldAllocateNothing(final Load load) {
            load.pass(WARM_UP);
            final StringBuilder windows = new StringBuilder();
            for (int i = 0; i < ATTEMPTS; i++) {
                final long engineBefore = THREADS.getCurrentThreadAllocatedBytes();
                final long encryptionBefore = allocatedByEncryption();
                load.pass(WINDOW);
                final long encryption = allocatedByEncryption() - encryptionBefore;
                final long engine = THREADS.getCurrentThreadAllocatedBytes() - engineBefore;
                checker.requireComplete();
                if (engine == 0 && encryption == 0) {
                    return;
                }
                windows.append("engine ").append(engine).append(", encryption ").append(encryption).append("; ");
            }
            assertEquals("", windows.toString(), "octets of heap in every window of " + WINDOW + " messages");
        }

        private long allocatedByEncryption() {
            return encryptionThread == null ? 0 : THREADS.getThreadAllocatedBytes(encryptionThread.threadId());
        }

        void stream(final int messages) {
            final long end = receiver.received() + messages;
            while (receiver.received() < end) {
                boolean isTaken = true;
                while (isTaken && sender.sent() < end) {
                    isTaken = sender.send(receiver.address(), STREAM_LENGTH) > 0;
                }
                invoke();
                receiver.poll(64);
            }
        }

        /** Each is two messages. */
        void roundTrips(final int messages) {
            final long end = sender.received() + messages / 2;
            while (sender.received() < end) {
                pass(sender, receiver);
                pass(receiver, sender);
            }
        }

        private void pass(final CheckedSocket from, final CheckedSocket to) {
            while (from.send(to.address(), RTT_LENGTH) < 0) {
                invoke();
            }
            while (to.poll(1) == 0) {
                invoke();
            }
        }

        private void invoke() {
            first.invoke();
            second.invoke();
        }

        @Override
        public void close() {
            CloseHelper.closeAll(sender, receiver, first, second, runner, ring, mempool, identities);
        }
    }
}
