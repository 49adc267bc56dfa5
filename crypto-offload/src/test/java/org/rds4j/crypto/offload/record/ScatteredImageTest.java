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
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.offload.firmware.FirmwareChannel;
import org.rds4j.crypto.offload.firmware.KeyPool;
import org.rds4j.crypto.offload.firmware.TisPool;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.TrafficKeys;

/** A record in seventeen pieces of memory. */
class ScatteredImageTest {
    private static final int PIECES = 17;
    private static final int PIECE = 965;
    private static final int CONTENT = PIECES * PIECE - 22;

    private final Memory[] pieces = new Memory[PIECES];
    private final int[] memoryKeys = new int[PIECES];
    private final Wire wire = new Wire();
    private final ConnectXModel nic = new ConnectXModel(ModelMode.STRICT, 1500, wire);
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
        final Memory whole = new Memory(PIECES * PIECE);
        whole.put(5, content);
        RecordImage.frame(whole.address(), CONTENT, 23);
        for (int i = 0; i < PIECES; i++) {
            pieces[i] = Memory.of(whole.get(i * PIECE, PIECE));
            memoryKeys[i] = nic.register(pieces[i].address(), PIECE);
        }
        final FirmwareChannel channel = new FirmwareChannel(nic);
        final SendQueue queue = new SendQueue(nic.openQueue(128), RingEnd.PAD);
        final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
        try (TlsTransmitter transmitter = new TlsTransmitter(
            nic, channel, new KeyPool(channel), new TisPool(channel), queue, AeadProviders.best(), image, 1500,
            OffloadPolicy.DEFAULT.withDeviceRetransmissions(true), OffloadCounters.allocate())) {
            transmitter.start(TrafficKeys.derive(keys.secret(), 16), 0, 9, 0);
            assertEquals(AppendResult.APPENDED, transmitter.append(PIECES * PIECE, true));
            send(transmitter, queue, 0, PIECES * PIECE);
            send(transmitter, queue, 16_000, 300);
            send(transmitter, queue, 900, 5000);
        }
        assertEquals(16_000 + 900, nic.counters().get(ModelCounter.DUMPED_BYTES));
        assertTrue(nic.counters().get(ModelCounter.DUMPED_PACKETS) >= PIECES);
        wire.assertSlicesOf(JceRecords.seal(keys, 9, content, 23), 0);
        assertEquals(PIECES * PIECE + 5300, wire.payloads().length);
    }

    private void send(final TlsTransmitter transmitter, final SendQueue queue, final int from, final int length) {
        final Memory header = new Memory(128);
        Wire.writeHeader(header, 0, from, Math.min(length, 1448));
        assertEquals(
            TransmitResult.ENCRYPTED, transmitter.transmit(from, length, 1448, header.address(), Wire.HEADER_LENGTH));
        queue.ring();
        nic.poll();
        transmitter.poll();
    }
}
