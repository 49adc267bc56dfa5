package org.rds4j.node;

import java.nio.ByteBuffer;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.RecordOpening;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.record.OffloadedReception;
import org.rds4j.crypto.offload.record.ReceptionTask;
import org.rds4j.crypto.offload.record.ReceptionTask.Step;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.receive.ReceiveWatcher;

/**
 * The part of a secure connection that a NIC decrypts. From the first large record on the device has the connection's key and its
 * packets; TCP says which copy of an octet it keeps, and so which octets stand decrypted. A key change ends it: the packets are
 * taken from the device, what it has decrypted is opened, and the next large record gives it the new key. The same happens where
 * the device is lost or was too busy to be told where it begins, some times in a second at most, as firmware takes its time.
 * Records are opened on the encryption thread in any case. Engine thread; it waits for no firmware.
 */
final class InlineReception implements ReceiveWatcher {
    /** As often as a peer may change its key. */
    private static final int LOSSES_PER_SECOND = 10;

    /** How far a connection has come with the device. */
    private enum Phase {
        /** The device knows nothing; a large record changes that. */
        IDLE,
        /** The encryption thread is giving the device the key. */
        ATTACHING,
        /** The device is told where it begins, in the elements of a queue. */
        STARTING,
        /** The encryption thread is sending packets to the device's context. */
        STEERING,
        /** Packets come as the device has decrypted them. */
        RECEIVING,
        /** The encryption thread is taking the packets from the context. */
        UNSTEERING,
        /** What was decrypted is being opened. */
        DRAINING,
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
    private final ReceptionTask task;
    private final Rate losses = new Rate(LOSSES_PER_SECOND);
    private Phase phase = Phase.IDLE;
    private OffloadedReception reception;
    private long recordsAtRequest;
    /** The device was told where it begins. */
    private boolean isUsed;
    /** The device has no use for the key any more. */
    private boolean isKeyOld;
    private boolean isEnding;
    /** A step failed; what the device holds is taken from it, and it is not asked again. */
    private boolean isRefused;
    private long receivedAllWhenUnsteered;

    InlineReception(
        final InlineService service, final SecureCarrier carrier, final TcpConnection connection,
        final SecureSession session, final EncryptionQueue queue) {
        this.service = service;
        this.carrier = carrier;
        this.connection = connection;
        this.session = session;
        this.queue = queue;
        task = new ReceptionTask(
            service.device(), service.provider(), service.counters(), flow(connection), this::onStep);
    }

    /** Addresses and ports as they stand in the packets that come. */
    private static byte[] flow(final TcpConnection connection) {
        final boolean isIpv4 = connection.remoteHigh() == 0 && connection.remoteLow() >>> 32 == 0xffff;
        final ByteBuffer flow = ByteBuffer.allocate(isIpv4 ? 12 : 36);
        if (isIpv4) {
            flow.putInt((int) connection.remoteLow()).putInt((int) connection.localLow());
        } else {
            flow.putLong(connection.remoteHigh()).putLong(connection.remoteLow())
                .putLong(connection.localHigh()).putLong(connection.localLow());
        }
        return flow.putShort((short) connection.remotePort()).putShort((short) connection.localPort()).array();
    }

    /** The header of the next record is here. */
    void onHeader(final long position) {
        if (reception != null) {
            reception.onHeader(position);
        }
    }

    /** How the next record is to be opened, for which the queue has room. */
    RecordOpening opening(final long position, final int length) {
        if (phase == Phase.IDLE && !isEnding && length >= service.device().threshold() && queue.room(session) > 1
            && losses.has(carrier.carriers.nowNs()) && service.losses().has(carrier.carriers.nowNs())) {
            recordsAtRequest = carrier.recordsSubmitted();
            submit(Step.ATTACH, Phase.ATTACHING);
        }
        return reception == null ? null : reception.opening(position, length);
    }

    /** The peer has changed its key, behind all records opened so far. */
    void onKeyUpdate() {
        if (phase == Phase.STARTING || phase == Phase.STEERING || phase == Phase.RECEIVING) {
            isKeyOld = true;
            reception.end();
        }
    }

    /** The connection has ended: true when the device has no part in it any more. */
    boolean end() {
        isEnding = true;
        if (reception != null) {
            reception.end();
        }
        if (phase == Phase.IDLE) {
            leave();
        }
        return phase == Phase.LEFT;
    }

    boolean isOver() {
        return phase == Phase.LEFT;
    }

    /** Whether something is to come from the device, or to be done, that nothing else says. */
    boolean isBusy() {
        return switch (phase) {
            case IDLE, LEFT -> false;
            case RECEIVING -> isStopping() || !reception.isQuiet();
            case DRAINING -> isEnding || !isReceived() || !reception.isQuiet() || !reception.isDecrypted();
            default -> true;
        };
    }

    void poll() {
        reception.poll();
        switch (phase) {
            case STARTING -> start();
            case RECEIVING -> stop();
            case DRAINING -> drain();
            default -> { }
        }
    }

    private void start() {
        if (isKeyOld || isEnding || service.isReceptionOver()) {
            submit(Step.UNSTEER, Phase.UNSTEERING);
        } else if (reception.isReady()) {
            submit(Step.STEER, Phase.STEERING);
        }
    }

    private void stop() {
        if (isStopping()) {
            submit(Step.UNSTEER, Phase.UNSTEERING);
        }
    }

    private boolean isStopping() {
        return isKeyOld || isEnding || isRefused || reception.isLost();
    }

    /** Nobody reads on where a connection has ended. What is being opened goes before the step, by the same queue. */
    private void drain() {
        reception.end();
        if (isReceived() && (isEnding || !reception.isDecrypted()) && reception.isQuiet()) {
            submit(Step.DETACH, Phase.DETACHING);
        }
    }

    /** Whether TCP has all packets that the device had decrypted and given back before they were taken from it. */
    private boolean isReceived() {
        return service.receivedAll() != receivedAllWhenUnsteered;
    }

    private void onDetached() {
        phase = Phase.IDLE;
        if (!isUsed || reception.isLost()) {
            losses.take(carrier.carriers.nowNs());
            service.losses().take(carrier.carriers.nowNs());
        }
        if (isEnding || isRefused || service.isReceptionOver()) {
            leave();
        }
    }

    private void leave() {
        phase = Phase.LEFT;
        if (reception != null) {
            connection.receiveWatcher(null);
        }
        carrier.tellWatcher();
    }

    private void submit(final Step step, final Phase next) {
        task.set(step);
        final Phase before = phase;
        phase = next;
        if (!queue.submit(session, task)) {
            phase = before;
        }
    }

    private void onStep(final ReceptionTask done, final RecordError error) {
        isRefused |= error != RecordError.NONE;
        switch (done.step()) {
            case ATTACH -> onAttached();
            case STEER -> phase = Phase.RECEIVING;
            case UNSTEER -> onUnsteered(error);
            case DETACH -> onDetached();
        }
    }

    /** A device that keeps the packets would go on with a key that is not in force: its key stays, and the connection ends. */
    private void onUnsteered(final RecordError error) {
        phase = Phase.DRAINING;
        receivedAllWhenUnsteered = service.receivedAll();
        if (error != RecordError.NONE) {
            carrier.fail(CarrierDownReason.SECURITY);
            leave();
        }
    }

    private void onAttached() {
        service.receptionQueue(task.queue());
        if (task.context() == null) {
            leave();
            return;
        }
        if (reception == null) {
            reception = new OffloadedReception(task.queue(), connection.receiveSequence(0), service.counters());
            connection.receiveWatcher(this);
            service.add(this);
        }
        final long records = carrier.recordsSubmitted() - recordsAtRequest;
        phase = Phase.STARTING;
        isUsed = reception.use(task.context(), task.readback(), carrier.parsedPosition(), records);
        isKeyOld = isEnding || !isUsed;
    }

    /** What comes from the device although no context has the packets was in it for long; without the context it is of no use. */
    @Override
    public boolean takes(final long address, final int pieces) {
        final int decryption = service.device().decryption(address);
        if (decryption == Completion.DECRYPTED && !isOfContext()) {
            service.counters().increment(OffloadCounter.DECRYPTED_DROPPED);
            return false;
        }
        return reception.takes(decryption, pieces);
    }

    private boolean isOfContext() {
        return switch (phase) {
            case STEERING, RECEIVING, UNSTEERING, DRAINING -> true;
            default -> false;
        };
    }

    @Override
    public void onTaken(final long position, final long address, final int length) {
        reception.onTaken(position, length, service.device().decryption(address));
    }
}
