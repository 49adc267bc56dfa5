package org.rds4j.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Properties;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.MutableInteger;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.DirectMemory;
import org.rds4j.frame.ReassemblyPool;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

@Timeout(20)
class EngineSocketTest {
    private static final int PAYLOAD_LENGTH = 60;

    private final RdsContext context = new RdsContext(new Properties()).address("10.0.0.1/24")
        .security(SecurityMode.PLAINTEXT).submitRingLength(4096).receiveBufferLength(4096).conclude();
    private final SocketRegion region = new SocketRegion(context);
    private final OverflowShares overflow = new OverflowShares(new ReassemblyPool(1 << 20, DirectMemory.ofProcess()));
    private final EngineSocket socket = new EngineSocket(
        region, 1, new ReceiveMemory(overflow, new ArrivalTimes(() -> 0), null, RdsCounters.inMemory()));

    private void submit() {
        final int index =
            region.submitRing().tryClaim(DatagramRecord.TYPE_INLINE, DatagramRecord.HEADER_LENGTH + PAYLOAD_LENGTH);
        if (index < 0) {
            return;
        }
        final MutableDirectBuffer ring = region.submitRing().buffer();
        DatagramRecord.write(ring, index, 0, 0xffff_0a00_0002L, 5000, 0, PAYLOAD_LENGTH, 0);
        region.submitRing().commit(index);
    }

    @Test
    void shouldTakeEverythingAroundTheEndOfTheRing() {
        final MutableInteger taken = new MutableInteger();
        int submitted = 0;
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 33; i++, submitted++) {
                submit();
            }
            while (socket.submitted().size() > 0) {
                socket.drain((type, buffer, index, length) -> {
                    taken.increment();
                    return Action.CONTINUE;
                }, 10);
            }
            assertEquals(submitted, taken.get());
        }
    }

    @Test
    void shouldLeaveWhatTheHandlerLeaves() {
        submit();
        assertEquals(0, socket.drain((type, buffer, index, length) -> Action.ABORT, 10));
        assertEquals(1, socket.drain((type, buffer, index, length) -> Action.CONTINUE, 10));
    }

    /** What the engine writes, the ring's own reader reads, at every length and every place of the ring. */
    @Test
    void shouldWriteWhatTheRingsReaderReads() {
        final MutableInteger read = new MutableInteger();
        final long payload = region.submitRing().buffer().addressOffset();
        for (int i = 0; i < 5_000; i++) {
            final int length = i * 7 % 480;
            final long sequence = i;
            assertTrue(socket.receiveSide().toRing(1, 2, 3, 4, payload, length, sequence), "datagram " + i);
            region.receiveRing().read((type, buffer, index, recordLength) -> {
                assertEquals(sequence, DatagramRecord.sequence(buffer, index));
                assertEquals(length, DatagramRecord.length(buffer, index));
                assertEquals(DatagramRecord.HEADER_LENGTH + length, recordLength);
                read.increment();
            });
            if (read.get() == i) {
                region.receiveRing().read((type, buffer, index, recordLength) -> read.increment()); // behind a padding
            }
            assertEquals(i + 1, read.get());
        }
    }

    /** Whoever made the region may have had a smaller limit than the engine has. */
    @Test
    void shouldDropWhatIsLongerThanItsBlocks() {
        final RdsCounters counters = RdsCounters.inMemory();
        final EngineSocket small = new EngineSocket(new SocketRegion(new RdsContext(new Properties()).address("10.0.0.1/24")
            .security(SecurityMode.PLAINTEXT).receiveBufferLength(4096).maxMessageLength(1024).conclude()), 1,
            new ReceiveMemory(overflow, new ArrivalTimes(() -> 0), null, counters));
        final long payload = region.submitRing().buffer().addressOffset();
        assertEquals(ReceiveSide.Outcome.TOO_LONG, small.receiveSide().deliver(1, 2, 3, 4, payload, 1025, 1));
        assertEquals(1, counters.get(RdsCounter.RECV_DROP_TOO_LONG));
        assertTrue(small.receiveSide().toRing(1, 2, 3, 4, payload, 1024, 1));
    }

    @Test
    void shouldFillTheRingAndNoMore() {
        final MutableInteger read = new MutableInteger();
        final long payload = region.submitRing().buffer().addressOffset();
        for (int round = 0; round < 40; round++) {
            int written = 0;
            while (socket.receiveSide().toRing(1, 2, 3, 4, payload, 100 + round, written)) {
                written++;
            }
            assertTrue(written >= 4096 / (152 + round) - 1, written + " written");
            assertTrue(socket.receiveSide().unreadRingLength() <= 4096);
            read.set(0);
            final int expected = written;
            while (read.get() < expected) {
                region.receiveRing().read((type, buffer, index, length) ->
                    assertEquals(read.getAndIncrement(), (int) DatagramRecord.sequence(buffer, index)));
            }
            assertEquals(0, socket.receiveSide().unreadRingLength());
        }
    }
}
