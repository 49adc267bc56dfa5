package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Properties;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.carrier.PathConnector;
import org.rds4j.carrier.PathKey;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/** What peers cost with which nothing happens: memory, and of that little; no time. */
class IdlePeersTest {
    private static final int FEW = 10;
    private static final int MANY = 1_000;
    private static final int ROUNDS = 2_001;
    private static final int POLLS = 1_000;
    private static final int MOST_OCTETS = 4_096;

    /** One engine, and peers that answer. */
    private static final class Host {
        private final RdsCounters counters = RdsCounters.inMemory();
        private final RdsContext context;
        private final RdsEngine engine;
        private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        private RdsSocket socket;
        private long nowNs = 1;

        Host() {
            context = new RdsContext(new Properties()).address("10.0.0.1/8").security(SecurityMode.PLAINTEXT)
                .nanoClock(() -> nowNs).applicationIdleStrategy("busy-spin").maxSockets(4).connectBudget(1_000_000).conclude();
            engine = new RdsEngine(context, connector(), level -> 0, new SplittableRandom(1), counters);
        }

        private PathConnector connector() {
            return new PathConnector() {
                @Override
                public void connect(final PathKey key, final long timeNs) {
                    engine.onCarrierUp(key, new EchoPeer(), true, timeNs);
                }

                @Override
                public void knock(final PathKey key, final long timeNs) {
                    throw new AssertionError("this host has the smallest address");
                }
            };
        }

        int poll() {
            nowNs += 1_000;
            return engine.poll(nowNs);
        }

        /** Each peer has answered a datagram once. */
        Host meet(final int peers) {
            socket = RdsSocket.open(context, engine.proxy(), this::poll, 0xffff);
            socket.bind(4000);
            for (int i = 0; i < peers; i++) {
                exchange(i);
            }
            assertEquals(peers, counters.get(RdsCounter.CONN_UP));
            nowNs += 60_000_000_000L;
            for (int i = 0; i < 10; i++) {
                poll();
            }
            return this;
        }

        private void exchange(final int peer) {
            final RdsAddress to = RdsAddress.of(0, 0xffff_0a01_0000L + peer, 5000);
            socket.send(to, buffer, 0, 64, 0, 1_000_000_000L);
            while (socket.poll((data, offset, length, info) -> { }, 1) == 0) {
                poll();
            }
        }

        long cycles(final int count) {
            final long startNs = System.nanoTime();
            for (int i = 0; i < count; i++) {
                poll();
                engine.nextDeadlineNs();
            }
            return System.nanoTime() - startNs;
        }
    }

    @Test
    void shouldTakeNoLongerForADutyCycleWithAThousandIdlePeersThanWithTen() {
        final Host few = new Host().meet(FEW);
        final Host many = new Host().meet(MANY);
        final long[] ofFew = new long[ROUNDS];
        final long[] ofMany = new long[ROUNDS];
        for (int i = 0; i < 20; i++) {
            few.cycles(100_000);
            many.cycles(100_000);
        }
        for (int i = 0; i < ROUNDS; i++) {
            ofFew[i] = few.cycles(POLLS);
            ofMany[i] = many.cycles(POLLS);
        }
        final double ratio = (double) lowerQuartile(ofMany) / lowerQuartile(ofFew);
        System.out.println("duty cycle of the RDS engine, 1000 idle peers to 10: " + ratio + ", "
            + lowerQuartile(ofMany) / POLLS + " ns");
        assertTrue(ratio < 1.1, "ratio " + ratio);
    }

    private static long lowerQuartile(final long[] times) {
        Arrays.sort(times);
        return times[times.length / 4];
    }

    @Test
    void shouldKeepAnIdlePeerInLittleMemory() {
        final Host host = new Host().meet(1);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final EchoPeer[] carriers = new EchoPeer[MANY];
        final long direct = directLength();
        final long heap = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < MANY; i++) {
            carriers[i] = new EchoPeer();
        }
        final long carrierHeap = threads.getCurrentThreadAllocatedBytes() - heap;
        final long carrierDirect = directLength() - direct;
        final long before = threads.getCurrentThreadAllocatedBytes() + directLength();
        for (int i = 1; i <= MANY; i++) {
            host.exchange(i);
        }
        final long all = threads.getCurrentThreadAllocatedBytes() + directLength() - before;
        final long each = (all - carrierHeap - carrierDirect) / MANY;
        System.out.println("octets of an idle peer in the RDS engine: at most " + each);
        assertTrue(each <= MOST_OCTETS, each + " octets");
        assertEquals(0, carriers[0].acknowledgedPosition());
    }

    private static long directLength() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getTotalCapacity).sum();
    }
}
