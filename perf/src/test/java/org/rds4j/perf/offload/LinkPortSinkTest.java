package org.rds4j.perf.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.firmware.FirmwareChannel;
import org.rds4j.crypto.offload.firmware.KeyPool;
import org.rds4j.crypto.offload.firmware.TisPool;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.record.AppendResult;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.offload.record.RecordImage;
import org.rds4j.crypto.offload.record.RingImage;
import org.rds4j.crypto.offload.record.TlsTransmitter;
import org.rds4j.crypto.offload.record.TransmitResult;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.TrafficKeys;
import org.rds4j.sim.clock.VirtualClock;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.random.SimRandom;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;

/** Records that the model encrypts go over a simulated link, and the far end opens them. */
class LinkPortSinkTest {
    private static final int HEADER = 54;
    private static final int CONTENT = 16_384;
    private static final int RECORDS = 40;
    private static final int RING = 1 << 20;

    private final VirtualClock clock = new VirtualClock();
    private final SimLink link = new SimLink("wire", 1, new LinkShape(1500, 80, 80), clock, new SimRandom(1));
    private final ByteBuffer ringBuffer = ByteBuffer.allocateDirect(RING);
    private final long ring = BufferUtil.address(ringBuffer);
    private final ByteBuffer received = ByteBuffer.allocateDirect(RING);
    private final byte[] secret = new byte[32];

    @Test
    void shouldCarryEncryptedTrainsOverALinkThatTakesAFewPacketsAtATime() {
        final LinkPort near = link.port(Side.A);
        try (LinkPortSink sink = new LinkPortSink(near)) {
            final ConnectXModel nic = new ConnectXModel(ModelMode.STRICT, 1500, sink);
            final FirmwareChannel channel = new FirmwareChannel(nic);
            final SendQueue queue = new SendQueue(nic.openQueue(1024), RingEnd.PAD);
            try (TlsTransmitter transmitter = new TlsTransmitter(
                nic, channel, new KeyPool(channel), new TisPool(channel), queue, AeadProviders.best(),
                new RingImage(ring, RING, nic.register(ring, RING), 0), 1500, OffloadPolicy.DEFAULT,
                OffloadCounters.allocate())) {
                transmitter.start(TrafficKeys.derive(secret, 16), 0, 0, 0);
                post(transmitter);
                queue.ring();
                while (received.position() < transmitter.end()) {
                    nic.poll();
                    sink.flush();
                    assertTrue(receive() > 0);
                }
                assertEquals(RECORDS, open());
            }
            assertEquals(0, sink.oversized());
        }
        link.requireFramesHome();
    }

    private void post(final TlsTransmitter transmitter) {
        final ByteBuffer header = ByteBuffer.allocateDirect(HEADER);
        header.put(HexFormat.of().parseHex("0c42a10000020c42a10000010800" + "4500000000004000400600000a0000010a000002"
            + "3e8ec350" + "0000000000000001" + "50180040" + "00000000"));
        for (int i = 0; i < RECORDS; i++) {
            final int start = transmitter.end();
            UnsafeApi.setMemory(ring + start + 5, CONTENT, (byte) i);
            RecordImage.frame(ring + start, CONTENT, 23);
            final int length = RecordImage.length(CONTENT);
            assertEquals(AppendResult.APPENDED, transmitter.append(length, true));
            header.putInt(38, start);
            assertEquals(
                TransmitResult.ENCRYPTED, transmitter.transmit(start, length, 1446, BufferUtil.address(header), HEADER));
        }
    }

    private int receive() {
        final FrameBurst frames = new FrameBurst(32);
        final LinkPort far = link.port(Side.B);
        final int count = far.receiveBurst(frames);
        for (int i = 0; i < count; i++) {
            final int length = frames.length(i) - HEADER;
            UnsafeApi.copyMemory(
                frames.address(i) + HEADER, BufferUtil.address(received) + received.position(), length);
            received.position(received.position() + length);
        }
        far.release(frames);
        return count;
    }

    private int open() {
        final List<Integer> opened = new ArrayList<>();
        final int length = RecordImage.length(CONTENT);
        try (RecordOpener opener = new RecordOpener(AeadProviders.best(), TrafficKeys.derive(secret, 16))) {
            for (int at = 0; at < received.position(); at += length) {
                assertEquals(CONTENT, opener.open(BufferUtil.address(received) + at, length));
                opened.add((int) received.get(at + 5));
            }
        }
        return opened.size();
    }
}
