package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.JceRecords;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.OffloadRig;
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.crypto.record.TrafficKeys;

/** A record in seventeen pieces of memory. */
class ScatteredImageTest {
    private static final int PIECES = 17;
    private static final int PIECE = 965;
    private static final int LENGTH = PIECES * PIECE;
    private static final int CONTENT = LENGTH - 22;

    private final Memory[] pieces = new Memory[PIECES];
    private final int[] memoryKeys = new int[PIECES];
    private final Wire wire = new Wire();
    private final ConnectXModel nic = new ConnectXModel(ModelMode.STRICT, 1500, wire);
    private final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private final OffloadCounters counters = OffloadCounters.allocate();
    private final StreamImage image = new StreamImage() {
        @Override
        public long address(final int sequence) {
            return pieces[sequence / PIECE].address() + sequence % PIECE;
        }

        @Override
        public int contiguous(final int sequence) {
            return PIECE - sequence % PIECE;
        }

        @Override
        public int memoryKey(final int sequence) {
            return memoryKeys[sequence / PIECE];
        }
    };

    @Test
    void shouldSendAndDumpEachPieceByItself() {
        final byte[] content = new byte[CONTENT];
        new Random(1).nextBytes(content);
        scatter(content);
        final DeviceContext context = new InlineTls(nic, OffloadRig.BY_DEVICE, 1)
            .attach(keys.copy(), 0, AeadProviders.best(), counters);
        final SendQueue queue = new SendQueue(nic.openQueue(128), RingEnd.PAD);
        final OffloadedStream stream = new OffloadedStream(
            queue, image, 1500, 0, OffloadRig.BY_DEVICE, counters, (position, length, number, digest) -> false);
        stream.use(context);
        stream.append(0, LENGTH, 9, new ImageReader(image).digest(0, LENGTH));
        send(stream, 0, LENGTH);
        send(stream, 16_000, 300);
        send(stream, 900, 5000);
        assertEquals(16_000 + 900, nic.counters().get(ModelCounter.DUMPED_BYTES));
        assertTrue(nic.counters().get(ModelCounter.DUMPED_PACKETS) >= PIECES);
        wire.assertSlicesOf(JceRecords.seal(keys, 9, content, 23), 0);
        assertEquals(LENGTH + 5300, wire.payloads().length);
    }

    private void scatter(final byte[] content) {
        final Memory whole = new Memory(LENGTH);
        try (RecordSealer sealer = new RecordSealer(AeadProviders.best(), keys.copy(), KeyLimits.DEFAULT)) {
            sealer.frame(Memory.of(content).address(), CONTENT, whole.address());
        }
        for (int i = 0; i < PIECES; i++) {
            pieces[i] = Memory.of(whole.get(i * PIECE, PIECE));
            memoryKeys[i] = nic.register(pieces[i].address(), PIECE);
        }
    }

    private void send(final OffloadedStream stream, final int from, final int length) {
        final Memory header = new Memory(128);
        Wire.writeHeader(header, 0, from, Math.min(length, 1448));
        stream.transmit(from, length, 1448, header.address(), Wire.HEADER_LENGTH);
        nic.poll();
        stream.poll(0);
    }
}
