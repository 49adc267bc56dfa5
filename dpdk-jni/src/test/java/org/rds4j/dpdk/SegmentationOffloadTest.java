package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.SegmentPayload;
import org.rds4j.tcp.link.SegmentTrain;
import org.rds4j.tcp.link.TransmitBatch;
import org.rds4j.tcp.wire.InternetChecksum;

/**
 * Segmentation by a driver against segmentation by this stack, as a third party sees the frames: the tap driver cuts with DPDK's
 * own GSO library, which nobody here has written.
 */
class SegmentationOffloadTest extends DpdkTestSupport {
    private static final long DESTINATION = 0x0200_5e00_0001L;

    private final String name = "rdso" + ProcessHandle.current().pid() % 100_000;
    private final ByteBuffer payload = ByteBuffer.allocateDirect(1 << 16);
    private DpdkDevice tap;
    private DpdkDevice witness;

    @BeforeEach
    void openTap() {
        Command.assumeTunDevice();
        tap = DpdkDevice.open(environment, config("net_tap0,iface=" + name).segmentation(true));
        Command.ip("link set " + name + " up");
        witness = DpdkDevice.open(environment, config("net_af_packet0,iface=" + name).receiveDescriptors(512));
        for (int i = 0; i < payload.capacity(); i++) {
            payload.put(i, (byte) random.nextInt());
        }
    }

    @AfterEach
    void close() {
        if (witness != null) {
            witness.close();
        }
        if (tap != null) {
            tap.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"1400, 1401", "1400, 2800", "1399, 5000", "536, 20001", "1400, 61600"})
    void shouldCutLikeTheDriver(final int segmentSize, final int length) {
        assertTrue(tap.queue(0).capabilities().segmentation() >= 44);
        final int segments = (length + segmentSize - 1) / segmentSize;
        final List<String> software = frames(LinkOffloads.SOFTWARE, segmentSize, length, segments);
        final List<String> device = frames(LinkOffloads.ALL, segmentSize, length, segments);
        assertEquals(software, device);
    }

    private List<String> frames(
        final LinkOffloads offloads, final int segmentSize, final int length, final int segments) {
        final LinkPort port = tap.queue(0);
        final long before = tap.queue(0).counters().get(DpdkPortCounter.TRANSMITTED_FRAMES);
        final long bytes = tap.queue(0).counters().get(DpdkPortCounter.TRANSMITTED_BYTES);
        try (TransmitBatch batch = new TransmitBatch(port, 64, offloads)) {
            assertEquals(segments, batch.trainRoom(segmentSize, segments));
            final byte[] headers = headers(length);
            write(batch.claim(headers.length + segmentSize), headers);
            final SegmentTrain train = new SegmentTrain();
            train.payload(new Source(), 0, length, segmentSize, 20, false);
            train.network(14, 34, 0xc000L + 0x0201 + 0xc000 + 0x0202 + PacketBuilder.TCP);
            batch.commitTrain(train);
            for (int i = 0; i < POLLS && batch.pending() > 0; i++) {
                batch.flush();
            }
            assertEquals(0, batch.pending());
            assertEquals(segments, tap.queue(0).counters().get(DpdkPortCounter.TRANSMITTED_FRAMES) - before);
            assertEquals(train.frameOctets(), tap.queue(0).counters().get(DpdkPortCounter.TRANSMITTED_BYTES) - bytes);
        }
        return arrived(segments);
    }

    /** Headers of the whole, as the stack leaves them: PSH and FIN set, IP length of everything, TCP checksum 0. */
    private static byte[] headers(final int length) {
        final byte[] headers = PacketBuilder.ipv4Tcp(DESTINATION, new byte[0]);
        headers[47] = 0x19;
        headers[16] = (byte) ((40 + length) >>> 8);
        headers[17] = (byte) (40 + length);
        headers[50] = 0;
        headers[51] = 0;
        return headers;
    }

    private List<String> arrived(final int count) {
        final List<String> frames = new ArrayList<>();
        final FrameBurst single = new FrameBurst(1);
        while (frames.size() < count) {
            assertEquals(1, receive(witness.queue(0), single), "frames that came: " + frames.size());
            final byte[] frame = octets(single, 0);
            witness.queue(0).release(single);
            if (frame[12] == 0x08 && frame[13] == 0 && frame[5] == 1 && frame[30] == (byte) 0xc0) {
                assertTrue(PacketBuilder.hasRightChecksums(frame));
                assertEquals(frames.size() + 1 < count ? 0x10 : 0x19, frame[47], "PSH and FIN on the last only");
                frames.add(HexFormat.of().formatHex(frame));
            }
        }
        return frames;
    }

    @Test
    void shouldDropAChainThatItCannotSendAndGoOn() {
        final DpdkPort port = tap.queue(0);
        add(port, burst, headers(100));
        add(port, burst, new byte[100]);
        burst.flags(0, FrameBurst.FLAG_CONTINUES);
        add(port, burst, randomFrame(100));
        add(port, burst, randomFrame(100));
        burst.flags(3, FrameBurst.FLAG_SEGMENT | FrameBurst.FLAG_CONTINUES);
        transmitAll(port, burst);
        assertEquals(2, port.counters().get(DpdkPortCounter.TRANSMIT_MALFORMED));
        assertEquals(1, port.counters().get(DpdkPortCounter.TRANSMITTED_FRAMES));
    }

    /** In DPDK 22.11 the tap driver would refuse full segments for ever. */
    @Test
    void shouldNotLeaveSegmentationToTheTapDriverUnlessTold() {
        assertFalse(new DpdkDeviceConfig().device("net_tap0,iface=x").segmentation());
        assertTrue(new DpdkDeviceConfig().device("0000:00:05.0").segmentation());
        assertTrue(tap.hasSegmentation());
        assertFalse(witness.hasSegmentation());
        assertEquals(0, witness.queue(0).capabilities().segmentation());
    }

    private final class Source implements SegmentPayload {
        @Override
        public void read(final long position, final long destination, final int length) {
            UnsafeApi.copyMemory(BufferUtil.address(payload) + position, destination, length);
        }

        @Override
        public long readAndSum(final long position, final long destination, final int length) {
            return InternetChecksum.copyAndSum(BufferUtil.address(payload) + position, destination, length);
        }
    }
}
