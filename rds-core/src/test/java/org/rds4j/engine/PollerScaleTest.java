package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.DatagramHandler;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsPoller;
import org.rds4j.RdsSocket;
import org.rds4j.ReadyHandler;
import org.rds4j.SecurityMode;
import org.rds4j.carrier.PathConnector;
import org.rds4j.carrier.PathKey;
import org.rds4j.status.RdsCounters;

/** Pollers of many sockets: what a poll costs, that it allocates nothing, and that no other thread's doing escapes it. */
@Timeout(120)
class PollerScaleTest {
    private static final DatagramHandler NOTHING = (data, offset, length, info) -> { };
    private static final int READY = 4;
    private static final int MANY = 10_000;
    private static final int ROUNDS = 2_001;
    private static final int POLLS = 500;

    /** A node whose sockets talk to each other. */
    private static final class Host {
        private final RdsContext context;
        private final RdsEngine engine;
        private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        private final RdsPoller poller;
        private RdsSocket first;
        private int last;
        private int told;
        private final ReadyHandler counter = (socket, events) -> told++;

        Host() {
            context = new RdsContext(new Properties()).address("10.0.0.1/24").security(SecurityMode.PLAINTEXT)
                .nanoClock(SystemNanoClock.INSTANCE).applicationIdleStrategy("yield").maxSockets(MANY)
                .submitRingLength(1024).receiveBufferLength(1024).conclude();
            engine = new RdsEngine(context, nobody(), level -> 0, new SplittableRandom(1), RdsCounters.inMemory());
            poller = RdsPoller.open(context, engine.proxy(), this::poll);
        }

        private static PathConnector nobody() {
            return new PathConnector() {
                @Override
                public void connect(final PathKey key, final long nowNs) {
                    throw new AssertionError("all are on this host");
                }

                @Override
                public void knock(final PathKey key, final long nowNs) {
                    throw new AssertionError("all are on this host");
                }
            };
        }

        int poll() {
            return engine.poll(System.nanoTime());
        }

        RdsSocket socket(final int port) {
            final RdsSocket socket = RdsSocket.open(context, engine.proxy(), this::poll, 0xffff);
            if (port > 0) {
                socket.bind(port);
            }
            return socket;
        }

        /** A few sockets have something to read, the others not. */
        Host register(final int sockets) {
            first = socket(4000);
            for (int i = 0; i < sockets; i++) {
                final RdsSocket socket = i == 0 ? first : socket(i < READY ? 4000 + i : 0);
                poller.register(socket, RdsPoller.READABLE);
                if (i < READY) {
                    socket.offer(socket.localAddress(), buffer, 0, 64);
                }
            }
            last = sockets - 1;
            poll();
            assertEquals(READY, poller.poll(counter, sockets, 0));
            return this;
        }

        /** Each poll finds those that are ready, and one that only seems to be. */
        long polls(final int count) {
            final long startNs = System.nanoTime();
            for (int i = 0; i < count; i++) {
                engine.proxy().readySets().add(0, last);
                poller.poll(counter, READY + 1, 0);
            }
            return System.nanoTime() - startNs;
        }
    }

    @Test
    void shouldTakeNoLongerForTenThousandSocketsThanForTen() {
        final Host few = new Host().register(10);
        final Host many = new Host().register(MANY);
        for (int i = 0; i < 10; i++) {
            few.polls(50_000);
            many.polls(50_000);
        }
        final long[] ofFew = new long[ROUNDS];
        final long[] ofMany = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            ofFew[i] = few.polls(POLLS);
            ofMany[i] = many.polls(POLLS);
        }
        final double ratio = (double) lowerQuartile(ofMany) / lowerQuartile(ofFew);
        System.out.println("poll of 10 000 registered sockets to 10, four ready: " + ratio + ", "
            + lowerQuartile(ofMany) / POLLS + " ns");
        assertEquals((10 * 50_000L + (long) ROUNDS * POLLS + 1) * READY, many.told);
        assertTrue(ratio < 1.1, "ratio " + ratio);
    }

    private static long lowerQuartile(final long[] times) {
        Arrays.sort(times);
        return times[times.length / 4];
    }

    @Test
    void shouldAllocateNothing() {
        final Host host = new Host().register(100);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        wait(host, 20_000);
        final long before = threads.getCurrentThreadAllocatedBytes();
        final long measuring = threads.getCurrentThreadAllocatedBytes() - before;
        final long start = threads.getCurrentThreadAllocatedBytes();
        wait(host, 20_000);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - start - measuring;
        assertTrue(allocated < 2_000, allocated + " octets");
    }

    /** Each poll but the first finds that another socket has become ready meanwhile. */
    private static void wait(final Host host, final int rounds) {
        final RdsAddress address = host.first.localAddress();
        for (int i = 0; i < rounds; i++) {
            host.poller.poll(host.counter, 1, 1_000);
            host.engine.proxy().readySets().add(0, host.last);
            host.first.offer(address, host.buffer, 0, 64);
            host.first.poll(NOTHING, 8);
        }
    }

    /** Two applications and an engine, each on a thread of its own; what one misses is never told again. */
    @Test
    void shouldMissNothingWhileAnEngineAndTwoPollersRun() throws InterruptedException {
        final Host host = new Host();
        final RdsSocket left = host.socket(4000);
        final RdsSocket right = host.socket(4001);
        final AtomicBoolean isOver = new AtomicBoolean();
        final Thread engine = new Thread(() -> {
            while (!isOver.get()) {
                if (host.poll() == 0) {
                    Thread.onSpinWait();
                }
            }
        });
        engine.start();
        try (RdsPoller ofLeft = RdsPoller.open(host.context, host.engine.proxy(), null);
            RdsPoller ofRight = RdsPoller.open(host.context, host.engine.proxy(), null)) {
            ofLeft.register(left, RdsPoller.READABLE);
            ofRight.register(right, RdsPoller.READABLE);
            final long endNs = System.nanoTime() + 3_000_000_000L;
            final AtomicBoolean isMissed = new AtomicBoolean();
            final Thread echo = new Thread(() -> exchange(ofRight, right, left, endNs, isMissed));
            echo.start();
            left.offer(right.localAddress(), new UnsafeBuffer(ByteBuffer.allocateDirect(8)), 0, 8);
            final long rounds = exchange(ofLeft, left, right, endNs, isMissed);
            echo.join();
            System.out.println(rounds + " rounds of two pollers");
            assertTrue(!isMissed.get(), "a poll waited for what was there");
            assertTrue(rounds > 10, rounds + " rounds");
        } finally {
            isOver.set(true);
            engine.join();
        }
    }

    private static long exchange(
        final RdsPoller poller, final RdsSocket own, final RdsSocket other, final long endNs, final AtomicBoolean isMissed) {
        final RdsAddress to = other.localAddress();
        final UnsafeBuffer answer = new UnsafeBuffer(ByteBuffer.allocateDirect(8));
        long rounds = 0;
        while (System.nanoTime() < endNs) {
            final int told = poller.poll((socket, events) -> { }, 1, 2_000_000_000L);
            final int read = own.poll(NOTHING, 1);
            if (told == 0 && System.nanoTime() < endNs) {
                isMissed.set(true);
            }
            rounds += read;
            if (read == 1) {
                own.offer(to, answer, 0, 8);
            }
        }
        return rounds;
    }
}
