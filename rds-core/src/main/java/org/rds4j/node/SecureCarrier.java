package org.rds4j.node;

import org.agrona.UnsafeApi;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.CarrierHandler;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.tcp.TcpConnection;

/**
 * RDS messages in TLS 1.3 records on the TCP stream. Content is sealed by the encryption agent straight into claimed space
 * of the send stream, and opened in place in the receive stream; the engine thread only keeps both in order.
 */
final class SecureCarrier extends TcpCarrier {
    private static final int HEADER_LENGTH = 5;
    private static final int RECORD_OVERHEAD = 22;
    /** Header, type, tag, and nothing inside. */
    private static final int LEAST_RECORD = 22;
    private static final int ALERT_LENGTH = 24;
    private static final int KEY_UPDATE_LENGTH = 27;
    private static final int MAX_CONTENT = 16_384;
    private static final int MAX_BODY = MAX_CONTENT + 256;
    private static final int CLOSE_NOTIFY = 0;
    private static final int TYPE_ALERT = 21;

    /** Records in flight, whatever their size, beyond which datagrams wait and share the next record. */
    private static final int SMALL_RECORDS_IN_FLIGHT = 2;
    /** Records in flight when they are well filled: keeps the encryption thread busy while this one builds frames. */
    private static final int RECORDS_IN_FLIGHT = 16;
    /** Mean content from which on records count as well filled: batching more into each would gain little. */
    private static final int WELL_FILLED = 4_096;
    /** Records being opened or waiting for RDS; a power of two. */
    private static final int OPEN_CAPACITY = 64;
    private static final int OPEN_MASK = OPEN_CAPACITY - 1;

    private final SecureSession session;
    private final EncryptionLink link;
    private final EncryptionQueue queue;
    private final long[] contentAddress = new long[OPEN_CAPACITY];
    private final int[] contentLength = new int[OPEN_CAPACITY];
    private final long[] recordEnd = new long[OPEN_CAPACITY];
    private long delivered;
    private long opened;
    private long submitted;
    private int deliveredOfHead;
    private long parsedPosition;
    private int sealing;
    private int sealingOctets;
    private boolean isUpdatingKeys;
    private boolean isClosing;
    private boolean closeNotifySent;
    private boolean isRefusing;

    SecureCarrier(
        final TcpConnection connection, final Carriers carriers, final SecureSession session, final EncryptionLink link) {
        super(connection, carriers);
        this.session = session;
        this.link = link;
        this.queue = link.queue();
        this.parsedPosition = connection.consumedPosition();
        withholdAcknowledgement();
    }

    /**
     * TCP acknowledges all of a record but its last octet until it is opened, and the peer keeps a message until its last octet
     * is acknowledged. So what somebody on the way has changed is refused before the peer has let go of what it was.
     */
    private void withholdAcknowledgement() {
        if (opened < submitted) {
            connection.acknowledgeUpTo(recordEnd[(int) opened & OPEN_MASK] - 1);
        } else if (!isRefusing) {
            final boolean isHeaderHere = connection.receivedPosition() - parsedPosition >= HEADER_LENGTH;
            final int length = isHeaderHere ? HEADER_LENGTH + (octet(3) << 8 | octet(4)) : LEAST_RECORD;
            connection.acknowledgeUpTo(parsedPosition + Math.max(length, LEAST_RECORD) - 1);
        }
    }

    SecureSession session() {
        return session;
    }

    @Override
    public long offer(final long address, final int length) {
        if (isDown() || isClosing || isQueueFull() || (session.isKeyUpdateDue() && !isUpdatingKeys && !updateKeys())) {
            return NOT_NOW;
        }
        final int recordLength = length + RECORD_OVERHEAD;
        final long position = connection.claimSend(recordLength);
        if (position < 0) {
            return NOT_NOW;
        }
        queue.seal(session, address, length, connection.sendAddress(position), recordLength);
        sealing++;
        sealingOctets += recordLength;
        return position + recordLength;
    }

    /** Asked before anything is claimed, since a claim cannot be taken back. Two slots: a key update may come first. */
    private boolean isQueueFull() {
        return queue.room(session) < 2;
    }

    private boolean updateKeys() {
        isUpdatingKeys = submitControl(KEY_UPDATE_LENGTH);
        return isUpdatingKeys;
    }

    private boolean submitControl(final int length) {
        final long position = connection.claimSend(length);
        if (position < 0) {
            return false;
        }
        final long address = connection.sendAddress(position);
        if (length == ALERT_LENGTH) {
            queue.sealAlert(session, CLOSE_NOTIFY, address, length);
        } else {
            queue.updateKeys(session, address, length);
        }
        sealing++;
        sealingOctets += length;
        return true;
    }

    @Override
    public int maxChunkLength() {
        return MAX_CONTENT;
    }

    @Override
    public boolean isReady() {
        return !isDown() && !isClosing
            && hasRecordToSpare()
            && connection.sendSpace() >= MAX_CONTENT + RECORD_OVERHEAD + KEY_UPDATE_LENGTH
            && hasRoom();
    }

    private boolean hasRoom() {
        if (isQueueFull()) {
            carriers.count(NodeCounter.ENCRYPTION_FULL);
            return false;
        }
        return true;
    }

    private boolean hasRecordToSpare() {
        return sealing < SMALL_RECORDS_IN_FLIGHT
            || (sealing < RECORDS_IN_FLIGHT && sealingOctets >= sealing * WELL_FILLED);
    }

    void onSealed(final int claimed, final RecordError error) {
        tellWatcher();
        sealing--;
        sealingOctets -= claimed;
        isUpdatingKeys &= claimed != KEY_UPDATE_LENGTH;
        if (isDown()) {
            return;
        }
        if (error != RecordError.NONE) {
            carriers.count(NodeCounter.SEAL_FAILED);
            fail(CarrierDownReason.SECURITY);
            return;
        }
        connection.commitSend(claimed);
    }

    @Override
    public void onReceivable(final TcpConnection receiving) {
        submitRecords();
        withholdAcknowledgement();
    }

    /** Hands complete records to the encryption thread, in order, as far as both rings have room. */
    void submitRecords() {
        long available = connection.receivedPosition() - parsedPosition;
        while (available >= HEADER_LENGTH && submitted - delivered < OPEN_CAPACITY && !isRefusing && !isDiscarded()) {
            final int body = octet(3) << 8 | octet(4);
            if (body > MAX_BODY) {
                refuse();
                return;
            }
            final int length = HEADER_LENGTH + body;
            if (available < length) {
                return;
            }
            if (!queue.open(session, connection.receiveAddress(parsedPosition, length), length, submitted)) {
                tellWatcher(); // nobody else would try again
                return;
            }
            parsedPosition += length;
            available -= length;
            recordEnd[(int) submitted & OPEN_MASK] = parsedPosition;
            submitted++;
        }
    }

    private int octet(final int offset) {
        return UnsafeApi.getByte(connection.receiveAddress(parsedPosition + offset, 1)) & 0xff;
    }

    void onOpened(final long address, final int length, final int type, final RecordError error) {
        tellWatcher();
        final int slot = (int) opened & OPEN_MASK;
        contentAddress[slot] = address;
        contentLength[slot] = type == TYPE_ALERT || error != RecordError.NONE ? 0 : length;
        if (error != RecordError.NONE) {
            refuse();
            opened++;
            return;
        }
        opened++;
        if (!isDown()) {
            withholdAcknowledgement();
        }
        if (type == TYPE_ALERT && !isDown()) {
            connection.closeSend();
        }
    }

    private void refuse() {
        if (!isRefusing) {
            isRefusing = true;
            carriers.count(NodeCounter.RECORD_REFUSED);
            fail(CarrierDownReason.SECURITY);
        }
    }

    @Override
    public int receive(final CarrierHandler handler) {
        if (isReleased()) {
            return 0;
        }
        int total = 0;
        while (delivered < opened) {
            final int slot = (int) delivered & OPEN_MASK;
            final int left = contentLength[slot] - deliveredOfHead;
            if (left > 0) {
                final int taken = handler.onBytes(contentAddress[slot] + deliveredOfHead, left);
                total += taken;
                if (taken < left) {
                    deliveredOfHead += taken;
                    break;
                }
            }
            deliveredOfHead = 0;
            delivered++;
            connection.consume(recordEnd[slot]);
        }
        submitRecords();
        if (!isDown()) {
            withholdAcknowledgement();
        }
        continueClose();
        return total;
    }

    /** Says close_notify inside the records, then closes. */
    @Override
    public void close() {
        isClosing = true;
        continueClose();
    }

    private void continueClose() {
        if (isClosing && !closeNotifySent && !isDown() && !isQueueFull() && submitControl(ALERT_LENGTH)) {
            closeNotifySent = true;
            connection.closeSend();
        }
    }

    @Override
    public boolean isDrained() {
        return isReleased() || (isDown() && sealing == 0 && opened == submitted && (isDiscarded() || isRead()));
    }

    private boolean isRead() {
        return delivered == submitted && !holdsCompleteRecord();
    }

    private boolean holdsCompleteRecord() {
        if (isRefusing) {
            return false;
        }
        final long available = connection.receivedPosition() - parsedPosition;
        return available >= HEADER_LENGTH && available >= HEADER_LENGTH + (octet(3) << 8 | octet(4));
    }

    @Override
    boolean isSecure() {
        return true;
    }

    @Override
    void onRelease() {
        carriers.forget(this);
        link.close(session);
    }
}
