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
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.record.AttachTask;
import org.rds4j.crypto.offload.record.ImageTask;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.offload.record.OffloadedStream;
import org.rds4j.crypto.offload.record.RecordImage;
import org.rds4j.crypto.offload.record.RingImage;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;
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
    private final OffloadCounters counters = OffloadCounters.allocate();

    @Test
    void shouldCarryEncryptedTrainsOverALinkThatTakesAFewPacketsAtATime() {
        final LinkPort near = link.port(Side.A);
        try (LinkPortSink sink = new LinkPortSink(near)) {
            final ConnectXModel nic = new ConnectXModel(ModelMode.STRICT, 1500, sink);
            try (InlineTls inline = new InlineTls(nic, OffloadPolicy.DEFAULT, 1);
                RecordSealer sealer = new RecordSealer(
                    AeadProviders.best(), TrafficKeys.derive(secret, 16), KeyLimits.DEFAULT)) {
                final int length = post(inline, sealer);
                while (received.position() < length) {
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

    /** Octets of all records, each of which goes out as a train. */
    private int post(final InlineTls inline, final RecordSealer sealer) {
        final AttachTask attached = new AttachTask(
            inline, AeadProviders.best(), counters, ring, RING, null, task -> { });
        assertEquals(RecordError.NONE, attached.execute(sealer, null));
        final OffloadedStream stream = new OffloadedStream(
            attached.queue(), new RingImage(ring, RING, attached.memoryKey(), 0), 1500, 0, OffloadPolicy.DEFAULT, counters,
            (position, length, number, digest) -> false);
        stream.use(attached.context());
        final ByteBuffer header = ByteBuffer.allocateDirect(HEADER);
        header.put(HexFormat.of().parseHex("0c42a10000020c42a10000010800" + "4500000000004000400600000a0000010a000002"
            + "3e8ec350" + "0000000000000001" + "50180040" + "00000000"));
        final ByteBuffer content = ByteBuffer.allocateDirect(CONTENT);
        final ImageTask image = new ImageTask((done, error) ->
            stream.append((int) done.position(), done.length(), done.number(), done.digest()));
        for (int i = 0; i < RECORDS; i++) {
            final int start = i * RecordImage.length(CONTENT);
            UnsafeApi.setMemory(BufferUtil.address(content), CONTENT, (byte) i);
            image.set(attached.context(), BufferUtil.address(content), CONTENT, ring + start, start);
            image.onExecuted(image.execute(sealer, null));
            header.putInt(38, start);
            stream.transmit(start, RecordImage.length(CONTENT), 1446, BufferUtil.address(header), HEADER);
        }
        assertEquals(RECORDS, counters.get(OffloadCounter.ENCRYPTED_PACKETS));
        return RECORDS * RecordImage.length(CONTENT);
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
