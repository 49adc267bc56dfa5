package org.rds4j.tcp.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.tcp.AllocationMeter;

class PcapCaptureTest {
    @TempDir
    private Path directory;
    private final InMemoryLinkPair pair = new InMemoryLinkPair(1500, 64, 8);
    private final FrameBurst burst = new FrameBurst(32);
    private long nowNs = 1_700_000_000_123_456_789L;

    @Nested
    class Contract extends LinkPortContract {
        private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 256, 100);
        private PcapCapture capture;

        @BeforeEach
        void open() {
            capture = new PcapCapture(link.first(), directory.resolve("contract.pcap"), () -> nowNs,
                PcapCapture.DEFAULT_BUFFER_LENGTH);
        }

        @Override
        protected LinkPort portA() {
            return capture;
        }

        @Override
        protected LinkPort portB() {
            return link.second();
        }

        @Override
        protected boolean isPoolFull() {
            return link.isPoolFull();
        }
    }

    @Test
    void shouldWriteSentAndReceivedFramesWithTheirTimes() throws IOException {
        final Path path = directory.resolve("both.pcap");
        final PcapCapture capture = new PcapCapture(pair.first(), path, () -> nowNs, 1 << 20);
        send(capture, 1, 60);
        nowNs += 1_000_000_001L;
        send(pair.second(), 2, 77);
        capture.receiveBurst(burst);
        capture.release(burst);
        capture.close();
        capture.close();
        final ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.nativeOrder());
        assertEquals(0xa1b23c4d, file.getInt());
        assertEquals(2, file.getShort());
        assertEquals(4, file.getShort());
        assertEquals(1, file.getInt(20));
        file.position(24);
        expectRecord(file, 1_700_000_000, 123_456_789, 60, 1);
        expectRecord(file, 1_700_000_001, 123_456_790, 77, 2);
        assertFalse(file.hasRemaining());
        assertFalse(capture.hasFailed());
        assertFalse(capture.isUp());
    }

    @Test
    void shouldRecordAFrameOnceWhenThePortAcceptsItOnTheSecondTry() throws IOException {
        final Path path = directory.resolve("partial.pcap");
        final PcapCapture capture = new PcapCapture(pair.first(), path, () -> nowNs, 1 << 20);
        for (int i = 0; i < 10; i++) {
            capture.allocate(burst, 1);
            UnsafeApi.putInt(burst.address(i), i);
            burst.length(i, 60);
        }
        assertEquals(8, capture.transmitBurst(burst));
        final FrameBurst received = new FrameBurst(32);
        assertEquals(8, pair.second().receiveBurst(received));
        pair.second().release(received);
        assertEquals(2, capture.transmitBurst(burst));
        capture.close();
        final ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.nativeOrder());
        file.position(24);
        for (int i = 0; i < 10; i++) {
            expectRecord(file, 1_700_000_000, 123_456_789, 60, i);
        }
        assertFalse(file.hasRemaining());
    }

    @Test
    void shouldWriteMoreThanItsBufferHoldsAndCountWhatABurstCannotHold() throws IOException {
        final Path path = directory.resolve("large.pcap");
        final InMemoryLinkPair large = new InMemoryLinkPair(40_000, 8, 8);
        final PcapCapture capture = new PcapCapture(large.first(), path, () -> nowNs, 70_000);
        for (int i = 0; i < 4; i++) {
            capture.allocate(burst, 2);
            burst.length(0, 40_000);
            burst.length(1, 40_000);
            assertEquals(2, capture.transmitBurst(burst));
            final FrameBurst received = new FrameBurst(4);
            large.second().receiveBurst(received);
            large.second().release(received);
        }
        capture.close();
        assertEquals(4, capture.uncaptured());
        assertEquals(24 + 4 * 40_016, Files.size(path));
    }

    @Test
    void shouldSayWhichFileCannotBeWritten() {
        final Path path = directory.resolve("missing").resolve("x.pcap");
        final UncheckedIOException thrown = assertThrows(
            UncheckedIOException.class, () -> new PcapCapture(pair.first(), path, () -> nowNs, 1 << 20));
        assertTrue(thrown.getMessage().contains("x.pcap"));
        assertThrows(IllegalArgumentException.class, () -> new PcapCapture(pair.first(), path, () -> nowNs, 1000));
    }

    @Test
    void shouldAllocateNothingPerFrame() {
        try (PcapCapture capture = new PcapCapture(
            pair.first(), directory.resolve("steady.pcap"), () -> nowNs, PcapCapture.DEFAULT_BUFFER_LENGTH)) {
            final FrameBurst received = new FrameBurst(8);
            assertEquals(0, AllocationMeter.leastAllocated(() -> {
                for (int i = 0; i < 1000; i++) {
                    send(capture, i, 60);
                    pair.second().receiveBurst(received);
                    pair.second().transmitBurst(received);
                    capture.receiveBurst(received);
                    capture.release(received);
                }
            }, 200));
        }
    }

    private void send(final LinkPort port, final int value, final int length) {
        port.allocate(burst, 1);
        UnsafeApi.putInt(burst.address(0), value);
        burst.length(0, length);
        port.transmitBurst(burst);
    }

    private static void expectRecord(
        final ByteBuffer file, final int seconds, final int nanos, final int length, final int value) {
        assertEquals(seconds, file.getInt());
        assertEquals(nanos, file.getInt());
        assertEquals(length, file.getInt());
        assertEquals(length, file.getInt());
        assertEquals(value, file.getInt(file.position()));
        file.position(file.position() + length);
    }
}
