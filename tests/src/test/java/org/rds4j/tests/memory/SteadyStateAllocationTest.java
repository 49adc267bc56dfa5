package org.rds4j.tests.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkMempool;
import org.rds4j.dpdk.DpdkRingPair;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tests.support.TwoNodes;

/**
 * In steady state a message costs not one octet of heap: neither on the thread that carries the application and both
 * engines, nor on the encryption thread. The just-in-time compiler may still move allocations about for a while, so a few
 * windows are tried; each is {@value #WINDOW} messages long, and one must be clean on both threads.
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
        private final RdsSocket sender;
        private final RdsSocket receiver;
        private final RdsAddress senderAddress;
        private final RdsAddress receiverAddress;
        private final UnsafeBuffer message = new UnsafeBuffer(new byte[STREAM_LENGTH]);
        private final DatagramHandler counter = this::count;
        private final DatagramHandler echo = this::sendBack;
        private long received;

        Bench(final Link link, final boolean isEncrypted) {
            assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "this JVM does not count allocations of threads");
            assumeTrue(link == Link.MEMORY || DpdkEnvironment.isAvailable(),
                () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
            new SplittableRandom(1).ints(STREAM_LENGTH).forEach(i -> message.putByte(i & 0x1ff, (byte) i));
            identities = isEncrypted ? new DemoIdentities(List.of("first", "second")) : null;
            agent = isEncrypted ? new EncryptionAgent("encryption", CryptoCounters.allocate()) : null;
            runner = isEncrypted ? new AgentRunner(BusySpinIdleStrategy.INSTANCE, error -> { }, null, agent) : null;
            encryptionThread = isEncrypted ? AgentRunner.startOnThread(runner) : null;
            final LinkPort[] ports = ports(link);
            first = launch(TwoNodes.FIRST, "first", ports[0]);
            second = launch(TwoNodes.SECOND, "second", ports[1]);
            sender = TwoNodes.bound(first, 4001);
            receiver = TwoNodes.bound(second, 4000);
            senderAddress = TwoNodes.at(first, 4001);
            receiverAddress = TwoNodes.at(second, 4000);
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
            final long end = received + messages;
            long sent = received;
            while (received < end) {
                while (sent < end && sender.offer(receiverAddress, message, 0, STREAM_LENGTH) > 0) {
                    sent++;
                }
                first.invoke();
                second.invoke();
                receiver.poll(counter, 64);
            }
        }

        /** Each is two messages. */
        void roundTrips(final int messages) {
            final long end = received + messages / 2;
            while (received < end) {
                final long before = received;
                send(sender, receiverAddress);
                while (received == before) {
                    first.invoke();
                    second.invoke();
                    receiver.poll(echo, 1);
                    sender.poll(counter, 1);
                }
            }
        }

        private void send(final RdsSocket socket, final RdsAddress destination) {
            while (socket.offer(destination, message, 0, RTT_LENGTH) < 0) {
                first.invoke();
                second.invoke();
            }
        }

        private void count(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
            received++;
        }

        private void sendBack(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
            send(receiver, senderAddress);
        }

        @Override
        public void close() {
            CloseHelper.closeAll(sender, receiver, first, second, runner, ring, mempool, identities);
        }
    }
}
