package org.rds4j.node;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.record.AttachTask;
import org.rds4j.crypto.offload.record.DetachTask;
import org.rds4j.crypto.offload.record.DeviceContext;
import org.rds4j.crypto.offload.record.ImageTask;
import org.rds4j.crypto.offload.record.OffloadedStream;
import org.rds4j.crypto.offload.record.RingImage;
import org.rds4j.crypto.offload.record.SealRequest;
import org.rds4j.crypto.offload.record.SealTask;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.link.SegmentSink;
import org.rds4j.tcp.link.SegmentTrain;

/**
 * The part of a secure connection that a NIC encrypts. Large records are written into the send stream as images instead of being
 * sealed, by the encryption thread in the same order; from the first of them on, segments with payload leave by the
 * device's queue of this connection, be they plaintext for it or ciphertext. A key change goes through software: its images end,
 * the old key leaves the device when nothing needs it, and the next large record brings the new one. The peer sees the
 * same octets in any case. Engine thread; it computes no cipher and waits for no firmware.
 */
final class InlineTransmission implements SegmentSink, SealRequest {
    private static final int MAX_HEADERS = 128;
    private static final int MAX_TRAIN = SegmentTrain.MAX_LENGTH - MAX_HEADERS;
    /** Images being written; more than a carrier has in flight. */
    private static final int IMAGES = 32;
    /** Records being sealed at once. */
    private static final int SEALS = 8;
    private static final long NOTHING = Long.MAX_VALUE;

    /** How far a connection has come with the device. */
    private enum Phase {
        /** Everything is sealed in software; a large record changes that. */
        IDLE,
        /** The encryption thread is giving the device its key. */
        ATTACHING,
        /** Large records are for the device. */
        DEVICE,
        /** New records are sealed in software until the device needs the old key no longer. */
        KEY_CHANGE,
        /** Everything is sealed in software, what the device had too. */
        LEAVING,
        /** The encryption thread is taking the key back. */
        DETACHING,
        /** The device is no matter any more. */
        LEFT
    }

    private final InlineService service;
    private final SecureCarrier carrier;
    private final TcpConnection connection;
    private final SecureSession session;
    private final EncryptionQueue queue;
    private final ByteBuffer headerBuffer = ByteBuffer.allocateDirect(MAX_HEADERS);
    private final long header = BufferUtil.address(headerBuffer);
    private final ImageTask[] images = new ImageTask[IMAGES];
    private final Deque<SealTask> seals = new ArrayDeque<>(SEALS);
    private Phase phase = Phase.IDLE;
    private SendQueue deviceQueue;
    private OffloadedStream stream;
    private DeviceContext context;
    private long ring;
    private long retained = NOTHING;
    private int framed;
    private int framing;
    private boolean isKeyOld;
    private boolean isEnding;

    InlineTransmission(
        final InlineService service, final SecureCarrier carrier, final TcpConnection connection,
        final SecureSession session, final EncryptionQueue queue) {
        this.service = service;
        this.carrier = carrier;
        this.connection = connection;
        this.session = session;
        this.queue = queue;
    }

    /** Whether the record that comes next is for the device. */
    boolean takes(final int length) {
        if (length < service.device().threshold()) {
            return false;
        }
        if (phase == Phase.IDLE) {
            attach();
        }
        return phase == Phase.DEVICE && framing < IMAGES && stream.hasRoomFor(framing + 1);
    }

    /** Has a record written as an image; the queue has room. */
    void frame(final long address, final int length, final long position) {
        final ImageTask task = images[framed++ & IMAGES - 1];
        task.set(context, address, length, connection.sendAddress(position), position);
        queue.submit(session, task);
        framing++;
    }

    private void onFramed(final ImageTask task, final RecordError error) {
        framing--;
        if (!carrier.takeSealed(task.length(), error)) {
            return;
        }
        stream.append((int) task.position(), task.length(), task.number(), task.digest());
        connection.commitSend(task.length());
    }

    /** The sealing key is about to change, behind all that was submitted. */
    void onKeyUpdate() {
        isKeyOld = phase == Phase.ATTACHING;
        if (phase == Phase.DEVICE) {
            phase = Phase.KEY_CHANGE;
            service.counters().increment(OffloadCounter.KEY_CHANGES);
        }
    }

    /** What protects records that are sent now, for tools. */
    boolean isByDevice() {
        return phase == Phase.DEVICE;
    }

    /** The connection has ended: true when nobody reads or writes its memory on the device's behalf. */
    boolean end() {
        isEnding = true;
        if (phase == Phase.IDLE && deviceQueue == null) {
            phase = Phase.LEFT;
        }
        return phase == Phase.LEFT;
    }

    boolean isOver() {
        return phase == Phase.LEFT;
    }

    boolean isBusy() {
        return stream != null && !stream.isQuiet();
    }

    int poll() {
        if (stream == null || phase == Phase.DETACHING || phase == Phase.LEFT) {
            return 0;
        }
        final int work = stream.poll((int) connection.acknowledgedPosition());
        retain();
        advance();
        return work;
    }

    private void advance() {
        if (phase == Phase.ATTACHING || framing > 0) {
            return;
        }
        if (isEnding || carrier.isDown()) {
            if (isEnding && stream.isQuiet()) {
                detach(true);
            }
        } else if (stream.isLeaving()) {
            phase = Phase.LEAVING;
            leave();
        } else if (phase == Phase.KEY_CHANGE && stream.isPlain()) {
            detach(false);
        }
    }

    private void leave() {
        if (stream.isPlain()) {
            connection.payloadSink(null);
            if (stream.isQuiet()) {
                detach(true);
            }
        }
    }

    /** Octets that the device still reads stay where they are though they are acknowledged. */
    private void retain() {
        final long acknowledged = connection.acknowledgedPosition();
        final long position = acknowledged - ((int) acknowledged - stream.releasable());
        if (position != retained) {
            retained = position;
            connection.retainSend(position);
            carrier.tellWatcher();
        }
    }

    private void attach() {
        if (queue.room(session) < 4 || (stream == null && !retainFirst())) {
            return;
        }
        ring = connection.sendAddress(0);
        isKeyOld = false;
        phase = Phase.ATTACHING;
        queue.submit(session, new AttachTask(
            service.device(), service.provider(), service.counters(), ring, service.ringLength() + connection.overhangLength(),
            deviceQueue, this::onAttached));
    }

    /** What was posted under a key before is retained as long as it is read; a stream that begins has nothing of that. */
    private boolean retainFirst() {
        retained = connection.acknowledgedPosition();
        return connection.retainSend(retained);
    }

    private void onAttached(final AttachTask task) {
        deviceQueue = task.queue();
        context = task.context();
        if (deviceQueue == null) {
            leaveSoftware();
            return;
        }
        if (stream == null) {
            begin(task.memoryKey());
        } else if (context != null) {
            service.counters().increment(OffloadCounter.RESUMPTIONS);
        }
        if (context == null || carrier.isDown() || !connection.payloadSink(this)) {
            stream.leave();
            phase = Phase.LEAVING;
            return;
        }
        stream.use(context);
        phase = isKeyOld ? Phase.KEY_CHANGE : Phase.DEVICE;
    }

    private void begin(final int memoryKey) {
        stream = new OffloadedStream(
            deviceQueue, new RingImage(ring, service.ringLength(), memoryKey, 0), connection.maxSegmentSize(),
            (int) connection.acknowledgedPosition(), service.device().policy(), service.counters(), this);
        for (int i = 0; i < IMAGES; i++) {
            images[i] = new ImageTask(this::onFramed);
        }
        for (int i = 0; i < SEALS; i++) {
            seals.add(new SealTask(this::onSealed));
        }
        service.add(this);
    }

    private void leaveSoftware() {
        retained = NOTHING;
        connection.retainSend(NOTHING);
        phase = Phase.LEFT;
    }

    private void detach(final boolean isLast) {
        final DetachTask task = new DetachTask(
            service.device(), context, deviceQueue, isLast, isLast ? this::leaveSoftware : () -> phase = Phase.IDLE);
        if (queue.submit(session, task)) {
            context = null;
            phase = Phase.DETACHING;
        }
    }

    @Override
    public boolean seal(final int position, final int length, final long recordNumber, final long digest) {
        final long acknowledged = connection.acknowledgedPosition();
        final long at = acknowledged - ((int) acknowledged - position);
        if (seals.isEmpty() || queue.room(session) == 0) {
            return false;
        }
        final SealTask task = seals.poll();
        task.set(context, connection.sendAddress(at), length, at, recordNumber, digest);
        return queue.submit(session, task);
    }

    private void onSealed(final SealTask task, final RecordError error) {
        seals.add(task);
        final int beyond = task.length() - service.ringLength() + (int) (task.position() & service.ringLength() - 1);
        if (beyond > 0) {
            UnsafeApi.copyMemory(ring + service.ringLength(), ring, beyond);
        }
        stream.onSealed((int) task.position(), error == RecordError.NONE);
        if (error != RecordError.NONE) {
            carrier.failSealing();
        }
    }

    @Override
    public int trainRoom(final int segmentSize, final int wanted) {
        return stream.hasRoom() ? Math.min(wanted, MAX_TRAIN / segmentSize) : 0;
    }

    @Override
    public long claim(final int length) {
        return stream.hasRoom() ? header : 0;
    }

    @Override
    public void commitTrain(final SegmentTrain train) {
        stream.transmit(
            (int) train.position(), train.payloadLength(), train.segmentSize(), header, train.headersLength());
    }

    @Override
    public void commit(final int length, final int flags) {
        // a fault of the engine: segments without payload do not come here
        throw new UnsupportedOperationException("payload comes in trains");
    }

    @Override
    public void abort() {
        // An open claim is the header's memory and has not left its place.
    }
}
