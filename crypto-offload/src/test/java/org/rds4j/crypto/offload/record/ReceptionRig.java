package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.agent.RecordOpening;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.JceRecords;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.offload.wqe.WqeError;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * A connection whose peer is the JDK's cipher and whose packets come through a modelled NIC. Packets may be delivered in any
 * order; of octets that come twice the first win, as in TCP.
 */
final class ReceptionRig {
    static final int MSS = 1448;
    static final long NUMBER = 5;

    private static final byte[] FLOW = {
        (byte) 192, (byte) 168, 1, 1, (byte) 192, (byte) 168, 1, 2, 0x3e, (byte) 0x8e, (byte) 0xc3, 0x50
    };
    private static final int CAPACITY = 4 << 20;
    /** A question, an answer, and the next packet. */
    private static final int CYCLES = 3;

    final Random random = new Random(7);
    final OffloadCounters counters = OffloadCounters.allocate();
    final ConnectXModel nic;
    final RecordOpener opener;
    final int first;
    private final InlineTls inline;
    private final SendQueue queue;
    private final OffloadedReception reception;
    private final Readback readback;
    private final Memory ring = new Memory(CAPACITY);
    private final Memory frame = new Memory(16_384);
    private final Memory completion = new Memory(64);
    private final BitSet received = new BitSet();
    private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
    private final List<byte[]> contents = new ArrayList<>();
    private final List<byte[]> opened = new ArrayList<>();
    private final List<Integer> starts = new ArrayList<>();
    private TrafficKeys peer = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private TrafficKeys before;
    private long numberBefore;
    private ReceptionContext context;
    private long number = NUMBER;
    private int parsed;
    private boolean isSilent;

    ReceptionRig(final ModelMode mode) {
        this(mode, 0x11223344);
    }

    ReceptionRig(final ModelMode mode, final int first) {
        this.first = first;
        nic = new ConnectXModel(mode, 16_000, new Wire());
        inline = new InlineTls(nic, OffloadPolicy.DEFAULT, 0);
        queue = new SendQueue(nic.openQueue(64), RingEnd.PAD);
        readback = inline.acquireReadback();
        opener = new RecordOpener(
            AeadProviders.best(), TrafficKeys.derive(TestSecrets.specificationSecret(), 16), NUMBER);
        reception = new OffloadedReception(queue, first, counters);
    }

    /** Gives the device the opener's key for the record that comes next. */
    void attach() {
        begin();
        runDevice();
        assertTrue(reception.isReady());
        assertTrue(inline.steer(FLOW, context));
    }

    /** The device is told where it begins. */
    void begin() {
        context = inline.attachReception(
            opener.copyOfKeys(), opener.generation(), opener.recordNumber(), AeadProviders.best(), counters);
        assertNotNull(context);
        assertTrue(reception.use(context, readback, parsed, 0));
    }

    /** Takes the packets from the device. */
    void unsteer() {
        reception.end();
        inline.unsteer(FLOW);
    }

    /** Whether the key may be taken out of the device. */
    boolean isQuiet() {
        return reception.isQuiet();
    }

    /** The device is told nothing more. */
    void end() {
        reception.end();
    }

    /** Takes the key out of the device. */
    void detach() {
        inline.detachReception(context);
    }

    /** The device does nothing any more until {@link #runDevice}. */
    void silence() {
        isSilent = true;
    }

    /** The device does what was posted, and is told what follows from that. */
    void runDevice() {
        isSilent = false;
        nic.poll();
        queue.poll();
        reception.poll();
    }

    /** Questions and answers are done before the next packet comes. */
    private void settle() {
        for (int i = 0; i < CYCLES; i++) {
            runDevice();
        }
    }

    /** The device does what it was asked for, of which nobody takes notice. */
    void readBack() {
        nic.poll();
    }

    /** The peer sends a record of random content. */
    void seal(final int contentLength) {
        final byte[] content = new byte[contentLength];
        random.nextBytes(content);
        seal(content, RecordHeaderFlyweight.TYPE_APPLICATION_DATA);
    }

    void seal(final byte[] content, final int type) {
        starts.add(wire.size());
        wire.writeBytes(JceRecords.seal(peer, number++, content, type));
        contents.add(content);
    }

    /** The peer changes its key. */
    void changeKeys() {
        seal(new byte[] {24, 0, 0, 1, 0}, RecordHeaderFlyweight.TYPE_HANDSHAKE);
        before = peer;
        numberBefore = number;
        peer = peer.next();
        number = 0;
    }

    /** A record that a peer would send that has forgotten its new key; it is not part of the stream. */
    byte[] sealUnderTheKeyBefore(final int contentLength) {
        return JceRecords.seal(before, numberBefore, new byte[contentLength], RecordHeaderFlyweight.TYPE_APPLICATION_DATA);
    }

    /** Keystream of the record that the peer seals next. */
    byte[] keystream(final int length) {
        final byte[] record = JceRecords.seal(peer, number, new byte[length], 0);
        return Arrays.copyOfRange(record, 5, 5 + length);
    }

    int length() {
        return wire.size();
    }

    /** Offset of a record's header. */
    int start(final int record) {
        return starts.get(record);
    }

    /** All packets in order, in segments of the same size. */
    void deliverAll(final int segment) {
        deliver(0, length(), segment);
    }

    void deliver(final int from, final int to, final int segment) {
        for (int at = from; at < to; at += segment) {
            deliver(at, Math.min(segment, to - at));
        }
    }

    byte[] payload(final int offset, final int length) {
        return Arrays.copyOfRange(wire.toByteArray(), offset, offset + length);
    }

    /** What the device makes of a packet that was damaged on its way. */
    int receiveDamaged(final int offset, final int length) {
        Wire.writeHeader(frame, 0, first + offset, length);
        frame.put(Wire.HEADER_LENGTH, payload(offset, length));
        Wire.writeChecksums(frame, Wire.HEADER_LENGTH + length);
        frame.flipBit(8 * (Wire.HEADER_LENGTH + 7));
        nic.receive(frame.address(), Wire.HEADER_LENGTH + length, completion.address());
        return Completion.decryption(completion.address());
    }

    /** A packet comes: what its completion says. */
    int deliver(final int offset, final int length) {
        return deliver(offset, payload(offset, length));
    }

    int deliver(final int offset, final byte[] payload) {
        final int decryption = receive(offset, payload);
        if (reception.takes(decryption, pieces(offset, payload.length))) {
            store(offset, payload.length, decryption);
            parse();
        }
        if (!isSilent) {
            settle();
        }
        return decryption;
    }

    /** TCP does not take the packet. */
    int deliverToTheDeviceAlone(final int offset, final byte[] payload) {
        return receive(offset, payload);
    }

    /** What the device makes of a packet; it stands in the frame then. */
    private int receive(final int offset, final byte[] payload) {
        Wire.writeHeader(frame, 0, first + offset, payload.length);
        frame.put(Wire.HEADER_LENGTH, payload);
        Wire.writeChecksums(frame, Wire.HEADER_LENGTH + payload.length);
        nic.receive(frame.address(), Wire.HEADER_LENGTH + payload.length, completion.address());
        assertEquals(Wire.HEADER_LENGTH + payload.length, Completion.receivedLength(completion.address()));
        assertTrue(Wire.isIntact(frame.get(0, Wire.HEADER_LENGTH + payload.length)));
        return Completion.decryption(completion.address());
    }

    /** A packet takes another way than through the device. */
    void deliverPastTheDevice(final int offset, final int length) {
        frame.put(Wire.HEADER_LENGTH, payload(offset, length));
        store(offset, length, Completion.NOT_DECRYPTED);
        parse();
    }

    private void store(final int offset, final int length, final int decryption) {
        for (int at = received.nextClearBit(offset); at < offset + length; at = received.nextClearBit(at)) {
            final int duplicate = received.nextSetBit(at);
            final int end = duplicate < 0 ? offset + length : Math.min(duplicate, offset + length);
            ring.put(at, frame.get(Wire.HEADER_LENGTH + at - offset, end - at));
            received.set(at, end);
            reception.onTaken(at, end - at, decryption);
            at = end;
        }
    }

    /** Holes in what was received. */
    private int pieces(final int offset, final int length) {
        int pieces = 0;
        for (int at = received.nextClearBit(offset); at < offset + length; at = received.nextClearBit(at)) {
            pieces++;
            final int duplicate = received.nextSetBit(at);
            at = duplicate < 0 ? offset + length : duplicate;
        }
        return pieces;
    }

    private void parse() {
        final int available = received.nextClearBit(0);
        while (available - parsed >= 5 && opener.error() == RecordError.NONE) {
            final long record = ring.address() + parsed;
            final int length = RecordHeaderFlyweight.recordLength(record);
            reception.onHeader(parsed);
            if (available - parsed < length) {
                return;
            }
            final RecordOpening opening = reception.opening(parsed, length);
            final int content = opening == null ? opener.open(record, length) : opening.open(opener, record, length);
            if (content >= 0) {
                opened.add(ring.get(parsed + 5, content));
            }
            parsed += length;
        }
    }

    long count(final OffloadCounter counter) {
        return counters.get(counter);
    }

    long count(final ModelCounter counter) {
        return nic.counters().get(counter);
    }

    int opened() {
        return opened.size();
    }

    boolean hasRoom() {
        return reception.takes(Completion.DECRYPTED, 1);
    }

    boolean isLost() {
        return reception.isLost();
    }

    boolean isDecrypted() {
        return reception.isDecrypted();
    }

    /** Octets received without a gap. */
    int received() {
        return received.nextClearBit(0);
    }

    /** What has been opened is what was sent, from the first record on. */
    void assertNothingElseOpened(final String message) {
        for (int i = 0; i < opened.size(); i++) {
            assertArrayEquals(contents.get(i), opened.get(i), message + ", record " + i);
        }
    }

    /** Everything that was sent has been opened to what it was, and the device has refused nothing. */
    void assertAllOpened() {
        assertOpened();
        assertEquals(WqeError.NONE, queue.failure());
    }

    void assertOpened() {
        assertEquals(RecordError.NONE, opener.error());
        assertEquals(contents.size(), opened.size());
        for (int i = 0; i < opened.size(); i++) {
            assertArrayEquals(contents.get(i), opened.get(i), "record " + i);
        }
    }
}
