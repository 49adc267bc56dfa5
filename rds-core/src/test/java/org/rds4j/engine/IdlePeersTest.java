package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsSocket;
import org.rds4j.status.RdsCounter;

/** What peers cost with which nothing happens: memory, and of that little; no time. */
class IdlePeersTest {
    private static final int FEW = 10;
    private static final int MANY = 1_000;
    private static final int ROUNDS = 2_001;
    private static final int POLLS = 1_000;
    private static final int MOST_OCTETS = 4_096;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64));

    /** Each peer has answered a datagram once. */
    private EchoHost meet(final int peers) {
        final EchoHost host = new EchoHost(16 << 10);
        final RdsSocket socket = host.socket(4000);
        for (int i = 0; i < peers; i++) {
            exchange(host, socket, i);
        }
        assertEquals(peers, host.count(RdsCounter.CONN_UP));
        host.skip(60_000_000_000L);
        for (int i = 0; i < 10; i++) {
            host.poll();
        }
        return host;
    }

    private void exchange(final EchoHost host, final RdsSocket socket, final int peer) {
        socket.send(EchoHost.peer(peer), buffer, 0, 64, 0, 1_000_000_000L);
        while (socket.poll((data, offset, length, info) -> { }, 1) == 0) {
            host.poll();
        }
    }

    private static long cycles(final EchoHost host, final int count) {
        final long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            host.poll();
            host.engine().nextDeadlineNs();
        }
        return System.nanoTime() - startNs;
    }

    @Test
    void shouldTakeNoLongerForADutyCycleWithAThousandIdlePeersThanWithTen() {
        final EchoHost few = meet(FEW);
        final EchoHost many = meet(MANY);
        final long[] ofFew = new long[ROUNDS];
        final long[] ofMany = new long[ROUNDS];
        for (int i = 0; i < 20; i++) {
            cycles(few, 100_000);
            cycles(many, 100_000);
        }
        for (int i = 0; i < ROUNDS; i++) {
            ofFew[i] = cycles(few, POLLS);
            ofMany[i] = cycles(many, POLLS);
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
        final EchoHost host = meet(1);
        final RdsSocket socket = host.socket(4001);
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
            exchange(host, socket, i);
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
