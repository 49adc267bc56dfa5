package org.rds4j.node;

import org.agrona.UnsafeApi;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.CarrierHandler;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.tcp.TcpConnection;

/**
 * RDS messages in TLS 1.3 records on the TCP stream. Content is sealed by the encryption agent straight into claimed space
 * of the send stream, and opened in place in the receive stream; the engine thread only keeps both in order. A sealing job's
 * tag is the length claimed, negative for a control record: data may be as long as one.
 */
final class SecureCarrier extends TcpCarrier {
    private static final int HEADER_LENGTH = RecordHeaderFlyweight.HEADER_LENGTH;
    private static final int RECORD_OVERHEAD = RecordHeaderFlyweight.OVERHEAD;
    private static final int ALERT_LENGTH = RecordSealer.ALERT_RECORD_LENGTH;
    private static final int KEY_UPDATE_LENGTH = RecordSealer.KEY_UPDATE_RECORD_LENGTH;
    private static final int MAX_CONTENT = RecordHeaderFlyweight.MAX_CONTENT_LENGTH;
    private static final int CLOSE_NOTIFY = 0;
    /** A key lasts for seconds at any rate that a NIC has; whoever changes it more often than that keeps this host busy. */
    private static final int KEY_UPDATES_PER_SECOND = 10;
    /** For the last word to a peer that has sent something wrong. */
    private static final long ALERT_TIME_NS = 100_000_000L;

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
    /** The peer cannot follow a change of key. */
    private final boolean keysStay;
    /** Null where no device encrypts. */
    private final InlineTransmission inline;
    /** Null where no device decrypts. */
    private final InlineReception reception;
    private final Rate keyUpdates = new Rate(KEY_UPDATES_PER_SECOND);
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
    private boolean isPeerClosed;
    private boolean isPeerDone;
    private boolean isRefusing;
    private boolean isAlerting;
    private long alertEnd;
    private long endDeadlineNs;

    SecureCarrier(
        final TcpConnection connection, final Carriers carriers, final SecureSession session, final EncryptionLink link,
        final InlineService device) {
        super(connection, carriers);
        this.session = session;
        this.link = link;
        this.queue = link.queue();
        this.keysStay = PathMarker.keysStay(session.keys().peerMarker());
        this.inline = device == null ? null : device.transmission(this, connection, session, queue);
        this.reception = device == null ? null : device.reception(this, connection, session, queue);
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
            final int length = isHeaderHere ? RecordHeaderFlyweight.recordLength(header()) : RECORD_OVERHEAD;
            connection.acknowledgeUpTo(parsedPosition + Math.max(length, RECORD_OVERHEAD) - 1);
        }
    }

    SecureSession session() {
        return session;
    }

    @Override
    public long offer(final long address, final int length) {
        if (!isOpen() || isQueueFull() || !hasKeyInForce()) {
            return NOT_NOW;
        }
        final int recordLength = length + RECORD_OVERHEAD;
        final long position = connection.claimSend(recordLength);
        if (position < 0) {
            return NOT_NOW;
        }
        if (inline != null && inline.takes(length)) {
            inline.frame(address, length, position);
        } else {
            queue.seal(session, address, length, connection.sendAddress(position), recordLength);
        }
        onSubmitted(recordLength);
        return position + recordLength;
    }

    /** Whether a device encrypts large records now. */
    boolean isInline() {
        return inline != null && inline.isByDevice();
    }

    EncryptionQueue queue() {
        return queue;
    }

    /** Asked before anything is claimed, since a claim cannot be taken back. Two slots: a key update may come first. */
    private boolean isQueueFull() {
        return queue.room(session) < 2;
    }

    /** Whether anything may be sent that is not an alert. */
    private boolean isOpen() {
        return !isDown() && !isClosing && !isRefusing;
    }

    /** Where a new key is due, a KeyUpdate goes before more data; without room for it, no more data goes. */
    private boolean hasKeyInForce() {
        return !session.isKeyUpdateDue() || isUpdatingKeys || changeKeys();
    }

    private boolean changeKeys() {
        if (keysStay) {
            renew();
            return false;
        }
        return updateKeys();
    }

    /** A new connection brings new keys, and what this one has not carried. A peer that does not answer is cut off in the end. */
    private void renew() {
        carriers.count(NodeCounter.PATH_RENEWED);
        endDeadlineNs = carriers.nowNs() + carriers.patienceNs();
        carriers.onLastWord(this);
        close();
    }

    private boolean updateKeys() {
        final long position = connection.claimSend(KEY_UPDATE_LENGTH);
        if (position < 0) {
            return false;
        }
        queue.updateKeys(session, connection.sendAddress(position), -KEY_UPDATE_LENGTH);
        onSubmitted(KEY_UPDATE_LENGTH);
        isUpdatingKeys = true;
        if (inline != null) {
            inline.onKeyUpdate();
        }
        return true;
    }

    private boolean alert(final int description) {
        final long position = isQueueFull() ? -1 : connection.claimSend(ALERT_LENGTH);
        if (position < 0) {
            return false;
        }
        queue.sealAlert(session, description, connection.sendAddress(position), -ALERT_LENGTH);
        onSubmitted(ALERT_LENGTH);
        alertEnd = position + ALERT_LENGTH;
        return true;
    }

    private void onSubmitted(final int length) {
        sealing++;
        sealingOctets += length;
    }

    @Override
    public int maxChunkLength() {
        return MAX_CONTENT;
    }

    @Override
    public boolean isReady() {
        return isOpen()
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

    void onSealed(final int tag, final RecordError error) {
        final int claimed = Math.abs(tag);
        isUpdatingKeys &= tag != -KEY_UPDATE_LENGTH;
        if (!takeSealed(claimed, error)) {
            return;
        }
        connection.commitSend(claimed);
        if (isAlerting && tag == -ALERT_LENGTH) {
            connection.closeSend();
        }
    }

    /** Whether a record that stands in claimed space may be committed. */
    boolean takeSealed(final int claimed, final RecordError error) {
        if (isDown() || isClosing) {
            tellWatcher(); // a path with data left is looked at anyway
        }
        sealing--;
        sealingOctets -= claimed;
        if (isDown()) {
            return false;
        }
        if (error != RecordError.NONE) {
            failSealing();
            return false;
        }
        return true;
    }

    /** What was to be sent cannot be protected. */
    void failSealing() {
        carriers.count(NodeCounter.SEAL_FAILED);
        fail(CarrierDownReason.SECURITY);
    }

    @Override
    public void onReceivable(final TcpConnection receiving) {
        submitRecords();
        withholdAcknowledgement();
    }

    /** Hands complete records to the encryption thread, in order, as far as both rings have room. A header is judged at once. */
    void submitRecords() {
        long available = connection.receivedPosition() - parsedPosition;
        while (available >= HEADER_LENGTH && submitted - delivered < OPEN_CAPACITY && !isRefusing && !isDiscarded()) {
            final RecordError error = RecordHeaderFlyweight.check(header());
            if (error != RecordError.NONE) {
                queue.refused(error);
                refuse(error);
                return;
            }
            final int length = RecordHeaderFlyweight.recordLength(header());
            if (available < length) {
                noteHeader();
                return;
            }
            if (!open(length)) {
                tellWatcher(); // nobody else would try again
                return;
            }
            parsedPosition += length;
            available -= length;
            recordEnd[(int) submitted & OPEN_MASK] = parsedPosition;
            submitted++;
        }
    }

    private boolean open(final int length) {
        final long record = connection.receiveAddress(parsedPosition, length);
        if (reception == null || queue.room(session) == 0) {
            return queue.open(session, record, length, submitted);
        }
        return queue.open(session, record, length, submitted, reception.opening(parsedPosition, length));
    }

    /** A device that has lost its way may ask for a record that is not here as a whole. */
    private void noteHeader() {
        if (reception != null) {
            reception.onHeader(parsedPosition);
        }
    }

    long recordsSubmitted() {
        return submitted;
    }

    /** Where the next record begins that was not submitted. */
    long parsedPosition() {
        return parsedPosition;
    }

    private long header() {
        return connection.receiveAddress(parsedPosition, HEADER_LENGTH);
    }

    void onOpened(final long address, final int length, final int type, final RecordError error) {
        tellWatcher();
        final int slot = (int) opened & OPEN_MASK;
        final boolean isData = error == RecordError.NONE && type == RecordHeaderFlyweight.TYPE_APPLICATION_DATA && !isPeerDone;
        contentAddress[slot] = address;
        contentLength[slot] = isData ? length : 0;
        opened++;
        if (error != RecordError.NONE) {
            refuse(error);
            return;
        }
        if (!isDown()) {
            withholdAcknowledgement();
            onControl(type, address);
            requireGoodEnd();
        }
    }

    private void onControl(final int type, final long address) {
        if (type == RecordHeaderFlyweight.TYPE_ALERT) {
            onAlert(UnsafeApi.getByte(address + 1) & 0xff);
        } else if (type == RecordHeaderFlyweight.TYPE_HANDSHAKE && !isRefusing) {
            onKeyUpdate();
        }
    }

    /** All but the one that says farewell are errors, whatever they call themselves (RFC 8446 section 6). */
    private void onAlert(final int description) {
        isPeerDone = true;
        if (description == CLOSE_NOTIFY) {
            close();
        } else {
            carriers.count(NodeCounter.ALERT_RECEIVED);
            fail(CarrierDownReason.RESET);
        }
    }

    private void onKeyUpdate() {
        if (reception != null) {
            reception.onKeyUpdate();
        }
        if (keyUpdates.has(carriers.nowNs())) {
            keyUpdates.take(carriers.nowNs());
        } else {
            carriers.count(NodeCounter.KEY_UPDATE_FLOOD);
            refuse(RecordError.UNEXPECTED_MESSAGE);
        }
    }

    /**
     * Says why, then ends the connection: as soon as the peer has heard it, or cannot be expected to any more. From here on
     * nothing is opened and no data is sent.
     */
    private void refuse(final RecordError error) {
        if (isRefusing) {
            return;
        }
        isRefusing = true;
        carriers.count(NodeCounter.RECORD_REFUSED);
        isAlerting = !isDown() && !isClosing && alert(error.alert());
        if (isAlerting) {
            failure(CarrierDownReason.SECURITY);
            endDeadlineNs = carriers.nowNs() + ALERT_TIME_NS;
            carriers.onLastWord(this);
        } else {
            fail(CarrierDownReason.SECURITY);
        }
    }

    /** Ends the connection if the peer has the alert, or its time is over. Returns true when there is nothing left to do. */
    boolean endAfterLastWord() {
        final boolean isHeard = isRefusing && connection.acknowledgedPosition() >= alertEnd;
        if (!isDown() && (isHeard || carriers.nowNs() - endDeadlineNs >= 0)) {
            connection.abort();
        }
        return isDown();
    }

    @Override
    public void onPeerClosed(final TcpConnection halfClosed) {
        isPeerClosed = true;
        requireGoodEnd();
    }

    /** A stream that ends without a farewell may have been cut by somebody on the way (RFC 8446 section 6.1). */
    private void requireGoodEnd() {
        if (isPeerClosed && !isPeerDone && !isRefusing && !isDown() && opened == submitted && !holdsCompleteRecord()) {
            carriers.count(NodeCounter.TRUNCATED);
            fail(CarrierDownReason.RESET);
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
        answerKeyUpdate();
        continueClose();
        return total;
    }

    /** A peer that asks for a new key gets it when there is no data to send, too. */
    private void answerKeyUpdate() {
        if (isOpen() && session.isKeyUpdateDue() && !isUpdatingKeys && !isQueueFull()) {
            changeKeys();
        }
    }

    /** Says close_notify inside the records, then closes. */
    @Override
    public void close() {
        isClosing = true;
        continueClose();
    }

    private void continueClose() {
        if (isClosing && !closeNotifySent && !isDown() && !isRefusing && alert(CLOSE_NOTIFY)) {
            closeNotifySent = true;
            connection.closeSend();
        }
    }

    @Override
    public boolean isDrained() {
        return isReleased() || (isDown() && sealing == 0 && opened == submitted && (isDiscarded() || isRead()) && isOffDevice());
    }

    private boolean isOffDevice() {
        final boolean isSent = inline == null || inline.end();
        return (reception == null || reception.end()) && isSent;
    }

    private boolean isRead() {
        return delivered == submitted && !holdsCompleteRecord();
    }

    private boolean holdsCompleteRecord() {
        if (isRefusing) {
            return false;
        }
        final long available = connection.receivedPosition() - parsedPosition;
        return available >= HEADER_LENGTH && available >= RecordHeaderFlyweight.recordLength(header());
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
