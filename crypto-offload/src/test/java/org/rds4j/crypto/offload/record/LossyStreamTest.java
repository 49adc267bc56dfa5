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
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadRig;
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * A stream of random messages over a wire that loses and reorders, with key changes, records that change sides and at last a fall
 * back to software: the peer opens every record in order, and an octet sent twice is the same octet.
 */
class LossyStreamTest {
    private static final int RING = OffloadRig.RING;
    private static final int WINDOW = 1 << 18;
    private static final int FIRST = -300_000;
    private static final int THRESHOLD = 300;

    private final Random random = new Random(11);
    private final Memory received = new Memory(RING);
    private final Memory record = new Memory(20_000);
    private final BitSet arrived = new BitSet(RING);
    private final List<byte[]> late = new ArrayList<>();
    private final RecordOpener opener = new RecordOpener(
        AeadProviders.best(), TrafficKeys.derive(TestSecrets.specificationSecret(), 16));
    private OffloadRig rig;
    private int next;
    private int sent;
    private int parsed;
    private int appended;
    private int opened;
    private int changes;
    private int returns;

    @ParameterizedTest
    @CsvSource({
        "REAL, PAD, true, 20000", "STRICT, WRAP, true, 20000", "ADVERSARIAL, PAD, true, 20000", "STRICT, PAD, false, 40000"})
    void shouldDeliverEveryMessage(
        final ModelMode mode, final RingEnd ringEnd, final boolean isByDevice, final int messages) {
        rig = OffloadRig.rig().mode(mode).queue(512, ringEnd).start(FIRST, 0)
            .policy(isByDevice ? OffloadRig.BY_DEVICE : OffloadRig.BY_SOFTWARE).build();
        for (int rounds = 0; opened < messages; rounds++) {
            assertTrue(rounds < messages, "stuck behind message " + opened);
            append(messages);
            sendNew();
            repair();
            deliver();
            rig.acknowledge(next);
            changeKey();
            if (opened > messages * 9 / 10) {
                rig.stream.leave();
            }
        }
        assertEquals(messages, opened);
        assertEquals(0, rig.count(ModelCounter.TRANSMIT_DESYNC));
        assertEquals(0, rig.count(ModelCounter.PLAINTEXT_LEAK));
        assertEquals(0, rig.count(ModelCounter.KEY_SYNC_VIOLATIONS));
        assertTrue(changes > 20, changes + " key changes");
        assertTrue(returns > 5, returns + " returns to the device");
        assertTrue(rig.count(OffloadCounter.ENCRYPTED_PACKETS) > 100);
        assertTrue(rig.count(OffloadCounter.SEALED_PACKETS) > 100);
        assertTrue(rig.count(OffloadCounter.RESYNCS) > 100);
    }

    private void append(final int messages) {
        while (appended < messages && rig.length() - rig.releasable() < WINDOW) {
            if (random.nextInt(300) == 0) {
                rig.updateKeys();
                changes++;
            }
            final byte[] content = message(appended++);
            assertEquals(RecordError.NONE, rig.append(content, content.length > THRESHOLD && rig.isByDevice()));
        }
    }

    private void changeKey() {
        final boolean wasByDevice = rig.isByDevice();
        rig.changeKey();
        returns += !wasByDevice && rig.isByDevice() ? 1 : 0;
    }

    /** A message knows its number; its length depends on it. */
    private static byte[] message(final int number) {
        final Random ofMessage = new Random(number);
        final byte[] content = new byte[number % 50 == 0 ? 16_384 : 4 + ofMessage.nextInt(1500)];
        ofMessage.nextBytes(content);
        return content;
    }

    private void sendNew() {
        while (rig.length() > sent && rig.stream.hasRoom()) {
            final int length = Math.min(rig.length() - sent, 1 + random.nextInt(20_000));
            transmit(sent, length);
            sent += length;
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

    /** Device and engine work now and then; what has to be sealed waits for its turn. */
    private void transmit(final int offset, final int length) {
        if (rig.stream.hasRoom()) {
            rig.post(offset, length, OffloadRig.MSS);
        }
        rig.nic.poll();
        if (random.nextBoolean()) {
            rig.poll();
        }
        if (random.nextInt(4) == 0) {
            rig.seal();
        }
    }

    private void deliver() {
        final List<byte[]> now = new ArrayList<>(late);
        late.clear();
        for (int i = 0; i < rig.wire.count(); i++) {
            final int fate = random.nextInt(20);
            if (fate > 1) {
                now.add(rig.wire.frame(i));
            } else if (fate == 1) {
                late.add(rig.wire.frame(i));
            }
        }
        rig.wire.clear();
        now.forEach(this::onFrame);
        while (arrived.get(next & RING - 1)) {
            arrived.clear(next++ & RING - 1);
        }
        parse();
    }

    private void onFrame(final byte[] frame) {
        final int offset = new UnsafeBuffer(frame).getInt(38, ByteOrder.BIG_ENDIAN) - FIRST;
        for (int i = 0; i < frame.length - Wire.HEADER_LENGTH; i++) {
            final int slot = offset + i & RING - 1;
            if (offset + i >= next) {
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

    private byte[] get(final int offset, final int length) {
        final int at = offset & RING - 1;
        final int toEnd = Math.min(length, RING - at);
        final byte[] octets = Arrays.copyOf(received.get(at, toEnd), length);
        System.arraycopy(received.get(0, length - toEnd), 0, octets, toEnd, length - toEnd);
        return octets;
    }
}
