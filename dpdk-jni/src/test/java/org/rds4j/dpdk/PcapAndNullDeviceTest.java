package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkStatistics;

class PcapAndNullDeviceTest extends DpdkTestSupport {
    @TempDir
    private Path directory;

    @Test
    void shouldReadFramesOfACaptureFile() throws IOException {
        final List<byte[]> frames = List.of(randomFrame(60), randomFrame(1514), randomFrame(333));
        final Path file = directory.resolve("in.pcap");
        PcapFile.write(file, frames);
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_pcap0,rx_pcap=" + file))) {
            final DpdkPort port = device.queue(0);
            assertEquals(3, receive(port, burst));
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(frames.get(i), octets(burst, i));
            }
            port.release(burst);
        }
    }

    @Test
    void shouldWriteFramesToACaptureFile() throws IOException {
        final Path file = directory.resolve("out.pcap");
        final byte[] first = randomFrame(60);
        final byte[] second = randomFrame(1514);
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_pcap0,tx_pcap=" + file))) {
            final DpdkPort port = device.queue(0);
            add(port, burst, first);
            add(port, burst, second);
            transmitAll(port, burst);
        }
        final List<byte[]> written = PcapFile.read(file);
        assertEquals(2, written.size());
        assertArrayEquals(first, written.get(0));
        assertArrayEquals(second, written.get(1));
    }

    @Test
    void shouldDropAndCountAFrameInSeveralSegments() throws IOException {
        final byte[] good = randomFrame(60);
        final Path file = directory.resolve("in.pcap");
        PcapFile.write(file, List.of(randomFrame(4000), good));
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_pcap0,rx_pcap=" + file))) {
            final DpdkPort port = device.queue(0);
            assertEquals(1, receive(port, burst));
            assertArrayEquals(good, octets(burst, 0));
            port.release(burst);
            assertEquals(1, port.counters().get(DpdkPortCounter.RECEIVE_SEGMENTED));
            final LinkStatistics statistics = new LinkStatistics();
            port.statistics(statistics);
            assertEquals(1, statistics.receiveErrors);
            assertEquals(1, statistics.receivedFrames);
        }
    }

    @Test
    void shouldReceiveAnEndlessStreamFromTheNullDeviceAndDiscardWhatIsSent() {
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_null0,size=64"))) {
            final DpdkPort port = device.queue(0);
            for (int i = 0; i < 500; i++) {
                assertEquals(32, port.receiveBurst(burst));
                assertEquals(64, burst.length(31));
                assertEquals(32, port.transmitBurst(burst));
            }
            assertEquals(16_000, port.counters().get(DpdkPortCounter.TRANSMITTED_FRAMES));
        }
    }

    @Test
    void shouldServeSeveralQueuesOfADevice() {
        final DpdkDeviceConfig config = config("net_null1").queues(2);
        final DpdkDevice device = DpdkDevice.open(environment, config);
        final DpdkPort one = device.queue(0);
        final DpdkPort two = device.queue(1);
        assertEquals(32, one.receiveBurst(burst));
        one.release(burst);
        one.close();
        assertEquals(32, two.receiveBurst(burst));
        two.release(burst);
        assertEquals(32, two.counters().get(DpdkPortCounter.RECEIVED_FRAMES));
        two.close();
        assertFalse(device.isUp());
        DpdkDevice.open(environment, config).close();
    }

    @Test
    void shouldReportThatThePoolWasEmptyWhenReceiving() {
        try (DpdkDevice device = DpdkDevice.open(environment, config("net_null0"));
            DpdkDevice other = DpdkDevice.open(environment, config("net_null1"))) {
            final FrameBurst all = new FrameBurst(FRAMES);
            assertEquals(FRAMES, other.queue(0).allocate(all, FRAMES));
            assertEquals(0, device.queue(0).receiveBurst(burst));
            other.queue(0).release(all);
            assertEquals(32, device.queue(0).receiveBurst(burst));
            device.queue(0).release(burst);
        }
    }
}
