package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.JceRecords;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * In whatever order, cut and piece the segments of a stream leave, wherever its sequence and record numbers are, and however
 * little room the device's queue has: the peer sees the octets of software, and the device never encrypts out of place.
 */
class OffloadedSequenceTest {
    private static final int RING = 1 << 21;
    private static final int MSS = 1448;
    private static final OffloadPolicy STAY =
        OffloadPolicy.DEFAULT.withRetransmissions(1000, 1L << 40).withDeviceRetransmissions(true);

    private final Wire wire = new Wire();
    private final Random random = new Random(11);
    private final OffloadCounters counters = OffloadCounters.allocate();
    private final AeadProvider provider = AeadProviders.best();
    private final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private final Memory ring = new Memory(RING);
    private final Memory header = new Memory(128);
    private final ByteArrayOutputStream reference = new ByteArrayOutputStream();
    private final Deque<SealTask> asked = new ArrayDeque<>();
    private RecordSealer sealer;
    private ConnectXModel nic;
    private AttachTask attached;
    private OffloadedStream stream;
    private int first;
    private long number;

    private void open(final ModelMode mode, final OffloadPolicy policy, final int start, final long firstNumber) {
        first = start;
        number = firstNumber;
        sealer = new RecordSealer(provider, keys.copy(), KeyLimits.DEFAULT, firstNumber);
        nic = new ConnectXModel(mode, 1500, wire);
        attached = new AttachTask(new InlineTls(nic, policy, 1), provider, counters, ring.address(), RING, null, task -> { });
        attached.execute(sealer, null);
        stream = new OffloadedStream(
            attached.queue(), new RingImage(ring.address(), RING, attached.memoryKey(), start), 1500, start, policy, counters,
            this::ask);
        stream.use(attached.context());
    }

    private boolean ask(final int position, final int length, final long recordNumber, final long digest) {
        final SealTask task = new SealTask((done, error) -> stream.onSealed((int) done.position(), true));
        task.set(attached.context(), ring.address() + (position - first), length, position, recordNumber, digest);
        return asked.add(task);
    }

    private void append(final int length, final boolean isForDevice) {
        final byte[] content = new byte[length];
        random.nextBytes(content);
        final Memory memory = Memory.of(content);
        final long address = ring.address() + reference.size();
        if (isForDevice) {
            final ImageTask task = new ImageTask((done, error) ->
                stream.append((int) done.position(), done.length(), done.number(), done.digest()));
            task.set(attached.context(), memory.address(), length, address, first + reference.size());
            task.onExecuted(task.execute(sealer, null));
        } else {
            sealer.seal(memory.address(), length, address);
        }
        reference.writeBytes(JceRecords.seal(keys, number++, content, 23));
    }

    private void post(final int offset, final int length) {
        Wire.writeHeader(header, 0, first + offset, Math.min(length, MSS));
        stream.transmit(first + offset, length, MSS, header.address(), Wire.HEADER_LENGTH);
    }

    /** The device works, and what has to be sealed is. */
    private void run(final int acknowledged) {
        for (int i = 0; i < 3; i++) {
            nic.poll();
            stream.poll(first + acknowledged);
            while (!asked.isEmpty()) {
                final SealTask task = asked.remove();
                task.onExecuted(task.execute(sealer, null));
            }
        }
    }

    private void assertWire() {
        wire.assertSlicesOf(reference.toByteArray(), first);
        assertEquals(0, nic.counters().get(ModelCounter.TRANSMIT_DESYNC));
        assertEquals(0, nic.counters().get(ModelCounter.PLAINTEXT_LEAK));
        assertEquals(0, nic.counters().get(ModelCounter.REFUSED_ELEMENTS));
        assertEquals(0, nic.counters().get(ModelCounter.UNFENCED_PARAMETERS));
    }

    @ParameterizedTest
    @EnumSource
    void shouldEncryptAnyCut(final ModelMode mode) {
        open(mode, STAY, 1000, 0);
        int at = 0;
        while (reference.size() < RING - 20_000) {
            append(random.nextInt(random.nextBoolean() ? 60 : 16_385), random.nextInt(4) > 0);
            while (reference.size() - at > 9_000 && stream.hasRoom()) {
                final int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 9000 : 1500);
                post(at, length);
                at += length;
                run(Math.max(0, at - 50_000));
            }
        }
        assertArrayEquals(Arrays.copyOf(reference.toByteArray(), at), wire.payloads());
        assertTrue(nic.counters().get(ModelCounter.ENCRYPTED_BYTES) > at / 2);
        assertWire();
    }

    /** Where a record begins, the device is set to it and dumps nothing; elsewhere it dumps what is before it in the record. */
    @ParameterizedTest
    @EnumSource
    void shouldSendAnyRangeAgain(final ModelMode mode) {
        open(mode, STAY, 1000, 0);
        final int record = 10_022;
        for (int i = 0; i < 6; i++) {
            append(record - 22, true);
        }
        post(0, reference.size());
        run(0);
        for (int i = 0; i < 200; i++) {
            final int from = i % 10 == 0 ? record * random.nextInt(6) : random.nextInt(reference.size() - 1);
            final long dumped = nic.counters().get(ModelCounter.DUMPED_BYTES);
            post(from, 1 + random.nextInt(Math.min(reference.size() - from, 30_000)));
            run(0);
            assertEquals(from % record, nic.counters().get(ModelCounter.DUMPED_BYTES) - dumped);
        }
        assertTrue(asked.isEmpty());
        assertWire();
    }

    @ParameterizedTest
    @ValueSource(ints = {0xfffffb00, -3022, -1, 0, Integer.MAX_VALUE - 3011})
    void shouldNotCareWhereSequenceNumbersWrap(final int start) {
        open(ModelMode.STRICT, STAY, start, 7);
        for (int i = 0; i < 3; i++) {
            append(3000, true);
        }
        post(0, reference.size());
        run(0);
        post(0x540, 1000);
        run(0);
        assertEquals(0x540, nic.counters().get(ModelCounter.DUMPED_BYTES));
        post(3022, 3022);
        post(3000, 100);
        run(3022);
        run(3022);
        post(3000, 20);
        assertEquals(1, counters.get(OffloadCounter.DROPPED_ACKNOWLEDGED));
        assertEquals(start + 3022, stream.releasable());
        assertWire();
    }

    @Test
    void shouldCrossTheRecordNumber32BitsWide() {
        open(ModelMode.STRICT, STAY, 0, 0xffff_fffeL);
        for (int i = 0; i < 4; i++) {
            append(500, true);
        }
        post(0, reference.size());
        post(700, 1000);
        run(0);
        assertWire();
    }

    /** Whoever sends the third segment before the second tells the device so, three times. */
    @Test
    void shouldNotCareInWhichOrderSegmentsLeave() {
        open(ModelMode.REAL, STAY, 1000, 0);
        append(10_000, true);
        for (final int segment : new int[] {0, 2, 1, 3}) {
            post(segment * MSS, MSS);
        }
        run(0);
        assertEquals(4, counters.get(OffloadCounter.RESYNCS), "the first of all included");
        assertWire();
    }

    /** What the queue has no room for waits, or is as if lost; nothing is posted of it in part. */
    @Test
    void shouldPostNothingInPartWithoutRoomAndGoOnLater() {
        open(ModelMode.STRICT, STAY, 1000, 0);
        for (int i = 0; i < 8; i++) {
            append(16_000, true);
        }
        final int end = reference.size();
        int posted = 0;
        while (stream.hasRoom()) {
            post(posted * 16_022 % end + 15_000, 500);
            posted++;
        }
        assertTrue(posted > 20, posted + " segments");
        final long produced = attached.queue().produced();
        for (int i = 0; i < 10; i++) {
            assertFalse(stream.hasRoom());
            stream.poll(first);
        }
        assertEquals(produced, attached.queue().produced());
        run(0);
        assertTrue(stream.hasRoom());
        post(0, end);
        run(0);
        run(0);
        assertEquals(0, counters.get(OffloadCounter.NO_ROOM));
        assertWire();
    }
}
