package org.rds4j.tcp.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InMemoryLinkPairTest {
    @Nested
    class Contract extends LinkPortContract {
        private final InMemoryLinkPair pair = new InMemoryLinkPair(1500, 256, 100);

        @Override
        protected LinkPort portA() {
            return pair.first();
        }

        @Override
        protected LinkPort portB() {
            return pair.second();
        }

        @Override
        protected boolean isPoolFull() {
            return pair.isPoolFull();
        }
    }

    @Nested
    class ContractWithJumboFramesInAnOddQueue extends LinkPortContract {
        private final InMemoryLinkPair pair = new InMemoryLinkPair(9000, 50, 37);

        @Override
        protected LinkPort portA() {
            return pair.second();
        }

        @Override
        protected LinkPort portB() {
            return pair.first();
        }

        @Override
        protected boolean isPoolFull() {
            return pair.isPoolFull();
        }
    }

    @Test
    void shouldRefuseImpossibleSizes() {
        assertThrows(IllegalArgumentException.class, () -> new InMemoryLinkPair(67, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new InMemoryLinkPair(65536, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new InMemoryLinkPair(1500, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new InMemoryLinkPair(1500, 1, 0));
    }

    @Test
    void shouldCountAndTakeBackFramesOfImpossibleLength() {
        final InMemoryLinkPair pair = new InMemoryLinkPair(1500, 4, 4);
        final FrameBurst burst = new FrameBurst(4);
        pair.first().allocate(burst, 2);
        burst.length(0, 13);
        burst.length(1, 1519);
        assertEquals(2, pair.first().transmitBurst(burst));
        final LinkStatistics statistics = new LinkStatistics();
        pair.first().statistics(statistics);
        assertEquals(2, statistics.transmitErrors);
        assertEquals(0, statistics.transmittedFrames);
        assertTrue(pair.isPoolFull());
    }

    @Test
    void shouldAcceptNothingOnceClosedButDeliverWhatWasAccepted() {
        final InMemoryLinkPair pair = new InMemoryLinkPair(1500, 4, 4);
        final FrameBurst burst = new FrameBurst(4);
        pair.first().allocate(burst, 2);
        burst.length(0, 60);
        burst.length(1, 60);
        final FrameBurst rest = new FrameBurst(1);
        burst.moveLastTo(rest);
        assertEquals(1, pair.first().transmitBurst(burst));
        pair.first().close();
        assertFalse(pair.first().isUp());
        assertEquals(0, pair.first().transmitBurst(rest));
        assertEquals(1, pair.second().receiveBurst(burst));
        assertFalse(pair.isPoolFull());
        pair.second().release(burst);
        pair.first().release(rest);
        assertTrue(pair.isPoolFull());
    }

    @Test
    @Timeout(60)
    void shouldCarryFramesBetweenTwoThreads() throws InterruptedException {
        final int total = 300_000;
        final InMemoryLinkPair pair = new InMemoryLinkPair(1500, 64, 32);
        final AtomicReference<String> failure = new AtomicReference<>();
        final Thread receiver = new Thread(() -> {
            final FrameBurst burst = new FrameBurst(16);
            int expected = 0;
            while (expected < total && failure.get() == null) {
                if (pair.second().receiveBurst(burst) == 0) {
                    LockSupport.parkNanos(10_000);
                }
                for (int i = 0; i < burst.count(); i++, expected++) {
                    final long address = burst.address(i);
                    if (UnsafeApi.getInt(address) != expected || UnsafeApi.getInt(address + 56) != ~expected
                        || burst.length(i) != 60 + expected % 100) {
                        failure.set("frame " + expected + " arrived broken");
                    }
                }
                pair.second().release(burst);
            }
        });
        receiver.start();
        final FrameBurst burst = new FrameBurst(16);
        int sent = 0;
        while (sent < total && failure.get() == null) {
            final int start = burst.count();
            final int got = pair.first().allocate(burst, Math.min(burst.room(), total - sent));
            for (int i = start; i < start + got; i++, sent++) {
                UnsafeApi.putInt(burst.address(i), sent);
                UnsafeApi.putInt(burst.address(i) + 56, ~sent);
                burst.length(i, 60 + sent % 100);
            }
            if (pair.first().transmitBurst(burst) == 0) {
                LockSupport.parkNanos(10_000);
            }
        }
        while (burst.count() > 0 && failure.get() == null) {
            pair.first().transmitBurst(burst);
        }
        receiver.join();
        assertEquals(null, failure.get());
        assertTrue(pair.isPoolFull());
    }
}
