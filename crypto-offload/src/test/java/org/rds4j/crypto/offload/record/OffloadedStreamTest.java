package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.crypto.record.TrafficKeys;

/** Records that stand as plaintext or ciphertext in one stream, whose segments leave by the modelled device as one. */
class OffloadedStreamTest {
    private static final int RING = 1 << 20;
    private static final int MSS = 1448;
    private static final OffloadPolicy STAY = OffloadPolicy.DEFAULT.withRetransmissions(1000, 1L << 40);

    private final Wire wire = new Wire();
    private final Random random = new Random(3);
    private final OffloadCounters counters = OffloadCounters.allocate();
    private final AeadProvider provider = AeadProviders.best();
    private final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private final RecordSealer sealer = new RecordSealer(provider, keys.copy(), KeyLimits.DEFAULT);
    private final Memory ring = new Memory(RING);
    private final Memory header = new Memory(128);
    private final ByteArrayOutputStream reference = new ByteArrayOutputStream();
    private final Deque<SealTask> asked = new ArrayDeque<>();
    private ConnectXModel nic;
    private AttachTask attached;
    private OffloadedStream stream;
    private long number;
    private RecordError sealError;

    private void open(final ModelMode mode, final OffloadPolicy policy) {
        nic = new ConnectXModel(mode, 1500, wire);
        attached = new AttachTask(
            new InlineTls(nic, policy, 1), provider, counters, ring.address(), RING, null, task -> { });
        assertEquals(RecordError.NONE, attached.execute(sealer, null));
        stream = new OffloadedStream(
            attached.queue(), new RingImage(ring.address(), RING, attached.memoryKey(), 0), 1500, 0, policy, counters,
            this::ask);
        stream.use(attached.context());
    }

    private boolean ask(final int position, final int length, final long recordNumber, final long digest) {
        final SealTask task = new SealTask((done, error) -> {
            sealError = error;
            stream.onSealed((int) done.position(), error == RecordError.NONE);
        });
        task.set(attached.context(), ring.address() + position, length, position, recordNumber, digest);
        return asked.add(task);
    }

    private void seal() {
        while (!asked.isEmpty()) {
            final SealTask task = asked.remove();
            task.onExecuted(task.execute(sealer, null));
        }
    }

    private int append(final int length, final boolean isForDevice) {
        final byte[] content = new byte[length];
        random.nextBytes(content);
        final Memory memory = Memory.of(content);
        final int position = reference.size();
        if (isForDevice) {
            final ImageTask task = new ImageTask((done, error) ->
                stream.append((int) done.position(), done.length(), done.number(), done.digest()));
            task.set(attached.context(), memory.address(), length, ring.address() + position, position);
            task.onExecuted(task.execute(sealer, null));
        } else {
            sealer.seal(memory.address(), length, ring.address() + position);
        }
        reference.writeBytes(JceRecords.seal(keys, number++, content, 23));
        return position;
    }

    private void post(final int position, final int length) {
        Wire.writeHeader(header, 0, position, length);
        stream.transmit(position, length, MSS, header.address(), Wire.HEADER_LENGTH);
    }

    private void run(final int acknowledged) {
        nic.poll();
        stream.poll(acknowledged);
        nic.poll();
    }

    private void assertWire() {
        wire.assertSlicesOf(reference.toByteArray(), 0);
        assertEquals(0, nic.counters().get(ModelCounter.TRANSMIT_DESYNC));
        assertEquals(0, nic.counters().get(ModelCounter.REFUSED_ELEMENTS));
    }

    @ParameterizedTest
    @EnumSource
    void shouldCutATrainWherePlaintextBecomesCiphertext(final ModelMode mode) {
        open(mode, STAY);
        append(500, false);
        append(3000, true);
        append(700, true);
        append(400, false);
        append(2000, true);
        post(0, reference.size());
        run(0);
        assertArrayEquals(reference.toByteArray(), wire.payloads());
        assertEquals(3022 + 722 + 2022, nic.counters().get(ModelCounter.ENCRYPTED_BYTES));
        assertEquals(2, counters.get(OffloadCounter.RESYNCS));
        assertWire();
    }

    @Test
    void shouldSealWhatIsSentAgainAndAllBehindItInTheRecord() {
        open(ModelMode.STRICT, STAY);
        append(10_000, true);
        append(5000, true);
        post(0, 4 * MSS);
        run(0);
        final int before = wire.count();
        post(MSS, MSS);
        post(4 * MSS, reference.size() - 4 * MSS);
        run(0);
        assertEquals(1, asked.size());
        assertEquals(before + Math.ceilDiv(5022, MSS), wire.count(), "the second record need not wait");
        seal();
        run(0);
        assertEquals(before + 1 + Math.ceilDiv(10_022 - 4 * MSS, MSS) + Math.ceilDiv(5022, MSS), wire.count());
        assertEquals(1, counters.get(OffloadCounter.RECORDS_SEALED));
        post(0, MSS);
        run(0);
        assertTrue(asked.isEmpty(), "sealed once");
        assertWire();
    }

    @Test
    void shouldNotSealWhatTheDeviceHasNotReadYet() {
        open(ModelMode.STRICT, STAY);
        append(3000, true);
        post(0, 3022);
        post(0, MSS);
        stream.poll(0);
        assertTrue(asked.isEmpty());
        nic.poll();
        stream.poll(0);
        assertEquals(1, asked.size());
        seal();
        run(0);
        assertWire();
        assertEquals(4, wire.count());
    }

    @Test
    void shouldKeepMemoryUntilTheDeviceHasReadIt() {
        open(ModelMode.STRICT, STAY);
        append(3000, true);
        append(100, false);
        final int end = reference.size();
        post(0, end);
        stream.poll(end);
        stream.poll(end);
        assertEquals(0, stream.releasable());
        assertFalse(stream.isQuiet());
        nic.poll();
        stream.poll(end);
        stream.poll(end);
        assertEquals(end, stream.releasable());
        assertTrue(stream.isQuiet() && stream.isPlain() && stream.isDoneWithKey());
    }

    @Test
    void shouldKeepARecordOfWhichAPartIsMissing() {
        open(ModelMode.STRICT, STAY);
        append(3000, true);
        append(3000, true);
        post(0, 6044);
        run(3022 + MSS);
        stream.poll(3022 + MSS);
        assertEquals(3022, stream.releasable(), "its header is needed");
        post(3022 + MSS, MSS);
        run(3022 + MSS);
        seal();
        run(3022 + MSS);
        assertWire();
    }

    @Test
    void shouldSetTheDeviceBackWhereThePolicySaysSo() {
        open(ModelMode.STRICT, STAY.withDeviceRetransmissions(true));
        append(10_000, true);
        append(10_000, true);
        post(0, 15_000);
        run(0);
        post(2000, MSS);
        post(15_000, 5044);
        run(0);
        assertTrue(asked.isEmpty());
        assertEquals(3, counters.get(OffloadCounter.RESYNCS));
        assertEquals(2000 + 15_000 - 10_022, nic.counters().get(ModelCounter.DUMPED_BYTES));
        assertWire();
    }

    @Test
    void shouldSealEverythingWhenTooMuchIsSentAgain() {
        open(ModelMode.STRICT, OffloadPolicy.DEFAULT.withRetransmissions(100, 20_000));
        append(9000, true);
        append(9000, true);
        post(0, 18_044);
        run(0);
        post(0, 3000);
        assertTrue(stream.isLeaving());
        assertEquals(1, counters.get(OffloadCounter.FALLBACKS));
        append(2000, true);
        run(0);
        assertFalse(stream.isPlain());
        seal();
        run(0);
        assertTrue(stream.isPlain());
        assertArrayEquals(reference.toByteArray(), ring.get(0, reference.size()));
        assertWire();
    }

    @Test
    void shouldSealEverythingWhenTheDeviceStopsTheQueue() {
        open(ModelMode.STRICT, STAY);
        append(9000, true);
        post(0, 5000);
        nic.reset();
        post(5000, 4022);
        nic.poll();
        stream.poll(0);
        assertFalse(stream.hasRoom());
        assertTrue(stream.isLeaving());
        stream.poll(0);
        seal();
        assertTrue(stream.isPlain() && stream.isQuiet());
        assertArrayEquals(reference.toByteArray(), ring.get(0, reference.size()));
    }

    @Test
    void shouldNotSealAnImageThatHasChanged() {
        open(ModelMode.STRICT, STAY);
        append(3000, true);
        post(0, 3022);
        run(0);
        ring.flipBit(8 * 1000);
        post(0, MSS);
        run(0);
        seal();
        run(0);
        assertEquals(RecordError.INTERNAL_ERROR, sealError);
        assertEquals(1, counters.get(OffloadCounter.IMAGE_CHANGED));
        assertEquals(3, wire.count());
        assertWire();
    }

    @Test
    void shouldDropWhatThePeerHas() {
        open(ModelMode.STRICT, STAY);
        append(3000, true);
        post(0, 3022);
        run(2000);
        post(0, MSS);
        assertEquals(1, counters.get(OffloadCounter.DROPPED_ACKNOWLEDGED));
        run(2000);
        assertEquals(3, wire.count());
    }

    @Test
    void shouldSendTheRestOfASegmentThatWaitedWhileThePeerGotItsBeginning() {
        open(ModelMode.STRICT, STAY);
        append(9000, true);
        append(9000, true);
        post(0, 9000);
        run(0);
        wire.clear();
        post(MSS, 3 * MSS); // a train of three, which waits for its record to be sealed
        post(5 * MSS, MSS);
        run(0);
        seal();
        run(2 * MSS + 100);
        assertEquals(3, wire.count());
        assertEquals(2 * MSS + 100, wire.sequence(0));
        assertEquals(MSS, wire.payload(0).length);
        assertEquals(3 * MSS + 100, wire.sequence(1));
        assertEquals(MSS - 100, wire.payload(1).length);
        assertEquals(5 * MSS, wire.sequence(2));
        assertEquals(0, counters.get(OffloadCounter.DROPPED_ACKNOWLEDGED));
        assertWire();
    }

    @Test
    void shouldDropASegmentThatWaitedWhileThePeerGotAllOfIt() {
        open(ModelMode.STRICT, STAY);
        append(9000, true);
        post(0, 9000);
        run(0);
        wire.clear();
        post(MSS, MSS);
        run(0);
        seal();
        run(2 * MSS);
        assertEquals(0, wire.count());
        assertEquals(1, counters.get(OffloadCounter.DROPPED_ACKNOWLEDGED));
    }

    @Test
    void shouldFrameUnderTheKeyOfTheContextAlone() {
        open(ModelMode.STRICT, STAY);
        sealer.updateKeys(ring.address());
        final ImageTask task = new ImageTask((done, error) -> { });
        task.set(attached.context(), ring.address(), 100, ring.address() + 500, 500);
        assertEquals(RecordError.INTERNAL_ERROR, task.execute(sealer, null));
    }

    @Test
    void shouldLeaveAConnectionToSoftwareThatTheDeviceHasNoRoomFor() {
        nic = new ConnectXModel(ModelMode.STRICT, 1500, wire, ConnectXModel.ALL, 0);
        attached = new AttachTask(
            new InlineTls(nic, STAY, 1), provider, counters, ring.address(), RING, null, task -> { });
        assertEquals(RecordError.NONE, attached.execute(sealer, null));
        assertNull(attached.context());
        assertEquals(1, counters.get(OffloadCounter.REFUSED));
    }
}
