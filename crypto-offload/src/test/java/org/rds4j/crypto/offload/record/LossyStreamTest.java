package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.model.PacketSink;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.offload.firmware.FirmwareChannel;
import org.rds4j.crypto.offload.firmware.KeyPool;
import org.rds4j.crypto.offload.firmware.TisPool;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * A stream of random messages over a wire that loses and reorders, with key changes, records that change sides and at last a fall
 * back to software: the peer opens every record in order, and an octet sent twice is the same octet.
 */
class LossyStreamTest {
    private static final int RING = 1 << 20;
    private static final int WINDOW = 1 << 18;
    private static final int MSS = 1448;
    private static final int FIRST = -300_000;
    private static final int THRESHOLD = 300;

    private final Random random = new Random(11);
    private final Memory image = new Memory(RING);
    private final Memory header = new Memory(128);
    private final Memory received = new Memory(RING);
    private final Memory record = new Memory(20_000);
    private final BitSet arrived = new BitSet(RING);
    private final List<byte[]> wire = new ArrayList<>();
    private final List<byte[]> late = new ArrayList<>();
    private final OffloadCounters counters = OffloadCounters.allocate();
    private TlsTransmitter transmitter;
    private SendQueue queue;
    private ConnectXModel nic;
    private RecordOpener opener;
    private int next = FIRST;
    private int sent = FIRST;
    private int parsed = FIRST;
    private int appended;
    private int opened;

    @ParameterizedTest
    @CsvSource({
        "REAL, PAD, true, 20000", "STRICT, WRAP, true, 20000", "ADVERSARIAL, PAD, true, 20000", "STRICT, PAD, false, 40000"})
    void shouldDeliverEveryMessage(
        final ModelMode mode, final RingEnd ringEnd, final boolean isByDevice, final int messages) {
        open(mode, ringEnd, isByDevice);
        while (opened < messages) {
            append(messages);
            sendNew();
            repair();
            deliver();
            transmitter.onAcknowledged(next);
            transmitter.maintain();
            if (opened > messages * 9 / 10) {
                transmitter.fallBack();
            }
        }
        assertEquals(messages, opened);
        assertEquals(0, nic.counters().get(ModelCounter.TRANSMIT_DESYNC));
        assertEquals(0, nic.counters().get(ModelCounter.PLAINTEXT_LEAK));
        assertEquals(0, nic.counters().get(ModelCounter.KEY_SYNC_VIOLATIONS));
        assertTrue(counters.get(OffloadCounter.KEY_CHANGES) > 20);
        assertTrue(counters.get(OffloadCounter.RESUMPTIONS) > 5);
        assertTrue(counters.get(OffloadCounter.ENCRYPTED_PACKETS) > 100);
        assertTrue(counters.get(OffloadCounter.SEALED_PACKETS) > 100);
        assertTrue(counters.get(OffloadCounter.RESYNCS) > 100);
        transmitter.close();
    }

    private void open(final ModelMode mode, final RingEnd ringEnd, final boolean isByDevice) {
        final byte[] secret = TestSecrets.secret(1);
        nic = new ConnectXModel(mode, 1500, new PacketSink() {
            @Override
            public int room() {
                return 1000;
            }

            @Override
            public void onPacket(final long address, final int length) {
                final byte[] frame = new byte[length];
                new UnsafeBuffer(address, length).getBytes(0, frame);
                wire.add(frame);
            }
        });
        nic.plaintext(image.address(), RING, true);
        final FirmwareChannel channel = new FirmwareChannel(nic);
        queue = new SendQueue(nic.openQueue(512), ringEnd);
        final OffloadPolicy policy = OffloadPolicy.DEFAULT
            .withDeviceRetransmissions(isByDevice).withRetransmissions(1000, 1L << 40);
        transmitter = new TlsTransmitter(
            nic, channel, new KeyPool(channel), new TisPool(channel), queue, AeadProviders.best(),
            new RingImage(image.address(), RING, nic.register(image.address(), RING), FIRST), 1500, policy, counters);
        transmitter.start(TrafficKeys.derive(secret, 16), FIRST, 0, FIRST);
        opener = new RecordOpener(AeadProviders.best(), TrafficKeys.derive(secret, 16));
    }

    private void append(final int messages) {
        while (appended < messages && transmitter.end() - transmitter.releasable() < WINDOW) {
            if (random.nextInt(300) == 0) {
                append(new byte[] {24, 0, 0, 1, 0}, 22);
                transmitter.changeKeys();
            }
            append(message(appended++), 23);
        }
    }

    private void append(final byte[] content, final int type) {
        final Memory whole = new Memory(RecordImage.length(content.length));
        whole.put(5, content);
        RecordImage.frame(whole.address(), content.length, type);
        put(image, transmitter.end(), whole.get(0, RecordImage.length(content.length)));
        assertEquals(
            AppendResult.APPENDED,
            transmitter.append(RecordImage.length(content.length), content.length > THRESHOLD));
    }

    /** A message knows its number; its length depends on it. */
    private static byte[] message(final int number) {
        final Random ofMessage = new Random(number);
        final byte[] content = new byte[number % 50 == 0 ? 16_384 : 4 + ofMessage.nextInt(1500)];
        ofMessage.nextBytes(content);
        return content;
    }

    private void sendNew() {
        boolean isRoom = true;
        while (isRoom && transmitter.end() - sent > 0) {
            final int length = Math.min(transmitter.end() - sent, 1 + random.nextInt(20_000));
            isRoom = transmit(sent, length);
            sent += isRoom ? length : 0;
        }
    }

    /** Sends some of what is missing again, and something that need not be missing. */
    private void repair() {
        final int outstanding = sent - next;
        if (outstanding > 0) {
            transmit(next, Math.min(outstanding, 1 + random.nextInt(5000)));
            final int skipped = random.nextInt(outstanding);
            transmit(next + skipped, Math.min(outstanding - skipped, 1 + random.nextInt(3000)));
        }
    }

    private boolean transmit(final int sequence, final int length) {
        Wire.writeHeader(header, 0, sequence, Math.min(length, MSS));
        final TransmitResult result = transmitter.transmit(sequence, length, MSS, header.address(), Wire.HEADER_LENGTH);
        queue.ring();
        nic.poll();
        transmitter.poll();
        assertTrue(
            result == TransmitResult.ENCRYPTED || result == TransmitResult.SEALED || result == TransmitResult.NO_ROOM,
            result.toString());
        return result != TransmitResult.NO_ROOM;
    }

    private void deliver() {
        final List<byte[]> now = new ArrayList<>(late);
        late.clear();
        for (final byte[] frame : wire) {
            final int fate = random.nextInt(20);
            if (fate > 1) {
                now.add(frame);
            } else if (fate == 1) {
                late.add(frame);
            }
        }
        wire.clear();
        now.forEach(this::onFrame);
        while (arrived.get(next - FIRST & RING - 1)) {
            arrived.clear(next++ - FIRST & RING - 1);
        }
        parse();
    }

    private void onFrame(final byte[] frame) {
        final UnsafeBuffer view = new UnsafeBuffer(frame);
        final int sequence = view.getInt(38, ByteOrder.BIG_ENDIAN);
        for (int i = 0; i < frame.length - Wire.HEADER_LENGTH; i++) {
            final int slot = sequence + i - FIRST & RING - 1;
            if (sequence + i - next >= 0) {
                if (arrived.get(slot)) {
                    assertEquals(received.get(slot, 1)[0], frame[Wire.HEADER_LENGTH + i]);
                }
                received.put(slot, new byte[] {frame[Wire.HEADER_LENGTH + i]});
                arrived.set(slot);
            }
        }
    }

    private void parse() {
        while (next - parsed >= RecordHeaderFlyweight.HEADER_LENGTH) {
            record.put(0, get(parsed, 5));
            final int length = RecordHeaderFlyweight.recordLength(record.address());
            if (next - parsed < length) {
                return;
            }
            record.put(0, get(parsed, length));
            parsed += length;
            final int contentLength = opener.open(record.address(), length);
            assertTrue(contentLength >= 0, "message " + opened + ": " + opener.error());
            if (opener.contentType() == 23) {
                final byte[] expected = message(opened++);
                assertEquals(expected.length, contentLength);
                assertTrue(Arrays.equals(expected, record.get(5, contentLength)));
            }
        }
    }

    private byte[] get(final int sequence, final int length) {
        final int at = sequence - FIRST & RING - 1;
        final int toEnd = Math.min(length, RING - at);
        final byte[] octets = Arrays.copyOf(received.get(at, toEnd), length);
        System.arraycopy(received.get(0, length - toEnd), 0, octets, toEnd, length - toEnd);
        return octets;
    }

    private static void put(final Memory ring, final int sequence, final byte[] octets) {
        final int at = sequence - FIRST & RING - 1;
        final int toEnd = Math.min(octets.length, RING - at);
        ring.put(at, Arrays.copyOf(octets, toEnd));
        ring.put(0, Arrays.copyOfRange(octets, toEnd, octets.length));
    }
}
