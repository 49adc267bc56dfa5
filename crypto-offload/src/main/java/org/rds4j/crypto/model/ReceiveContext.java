package org.rds4j.crypto.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.offload.wqe.ProgressParameters;
import org.rds4j.crypto.offload.wqe.StaticParameters;

/**
 * The cipher engine's state for one TIR. It follows records by their lengths through the packets that come, whatever the order,
 * and decrypts those whose octets it has all seen. Behind a gap that ends in the record that it is in, it goes on with the next
 * record; behind any other it looks for what may be headers, follows their lengths, and asks for the number of one.
 * Only packets of which it has handled each octet are changed.
 */
final class ReceiveContext {
    /** Headers that must follow one another before the engine believes in the first. */
    private static final int CONVINCING = 2;
    /** Headers after which the engine asks for the number of another, as it had no answer. */
    private static final int PATIENCE = 16;
    private static final int FIRST_TYPE = 20;
    private static final int LAST_TYPE = 23;
    private static final int LATE = 2;
    private static final int DECLINED = 29;

    private enum State { START, OPENING, SEARCHING, FOLLOWING, ASKING }

    /** To a resync: a record's number, of force from a packet on. */
    private record Answer(int sequence, long number, int from) {
    }

    private final boolean isTlsEnabled;
    private final int receiveQueue;
    private final boolean isAdversarial;
    private final ModelCounters counters;
    private final RecordKey records = new RecordKey();
    private final byte[] header = new byte[RecordKey.MAX_CLEAR_LENGTH];
    private final byte[] tag = new byte[RecordKey.TAG_LENGTH];
    private boolean hasParameters;
    private boolean isStarted;
    private State state = State.START;
    private long initialNumber;
    private long number;
    private int next;
    private int headerCount;
    private int textLeft;
    private int tagLeft;
    /** Octets of the record were missed, and it is not decrypted. */
    private boolean isBroken;
    /** Octets of the record were missed, and it is decrypted without being authenticated. */
    private boolean isUnproven;
    private int candidate;
    private int recordsSince;
    private final List<Answer> answers = new ArrayList<>();
    private int arrivals;
    private int packets;
    private boolean isHandled;
    private boolean isAuthentic;
    private boolean hasHeader;

    ReceiveContext(
        final boolean isTlsEnabled, final int receiveQueue, final boolean isAdversarial, final ModelCounters counters) {
        this.isTlsEnabled = isTlsEnabled;
        this.receiveQueue = receiveQueue;
        this.isAdversarial = isAdversarial;
        this.counters = counters;
    }

    boolean isTlsEnabled() {
        return isTlsEnabled;
    }

    int receiveQueue() {
        return receiveQueue;
    }

    boolean hasParameters() {
        return hasParameters;
    }

    /** Static parameters: others than before are for the next start, the same are the answer to a resync. */
    void parameters(final long parameters, final EncryptionKey key) {
        initialNumber = StaticParameters.recordNumber(parameters);
        if (isStarted && records.isSame(parameters, key) && !records.isKeyChanged()) {
            answer(StaticParameters.resyncSequence(parameters));
            return;
        }
        records.use(parameters, key);
        hasParameters = true;
        isStarted = false;
    }

    /** Replaces the one before, unless things are as bad as can be: then each is kept until its place comes up. */
    private void answer(final int sequence) {
        if (!isAdversarial) {
            answers.clear();
        }
        answers.add(new Answer(sequence, initialNumber, isAdversarial ? arrivals + LATE : arrivals));
    }

    /** Awaits the header of the first record. */
    void start(final int sequence) {
        isStarted = hasParameters;
        state = State.START;
        number = initialNumber;
        next = sequence;
        answers.clear();
        dropRecord();
    }

    /** Follows a packet, and decrypts it in place; what becomes of it, other than DECRYPTED when it is to stay as it was. */
    int receive(final int sequence, final byte[] packet, final int length) {
        final int decryption = decrypt(sequence, packet, length);
        counters.increment(switch (decryption) {
            case Completion.DECRYPTED -> ModelCounter.RECEIVED_DECRYPTED;
            case Completion.RESYNC -> ModelCounter.RECEIVED_RESYNC;
            case Completion.DECRYPTION_ERROR -> ModelCounter.RECEIVED_ERROR;
            default -> ModelCounter.RECEIVED_NOT_DECRYPTED;
        });
        return decryption;
    }

    private int decrypt(final int sequence, final byte[] packet, final int length) {
        takeAnswers();
        arrivals++;
        if (!isStarted || length == 0 || (state != State.SEARCHING && next - sequence >= length)) {
            return Completion.NOT_DECRYPTED;
        }
        if (records.isKeyChanged()) {
            records.refreshKey();
        }
        records.onUse();
        packets++;
        isHandled = !(isAdversarial && packets % DECLINED == 0);
        isAuthentic = true;
        hasHeader = false;
        final byte[] original = packet.clone();
        if (!isFollowed(sequence, packet, length)) {
            isHandled = false;
            search(sequence, original, length);
        }
        return status();
    }

    /** Writes what GET_PSV asks for. */
    void report(final long address, final int tir) {
        final boolean isTracking = state == State.OPENING || state == State.ASKING;
        final int tracker = state == State.START ? ProgressParameters.TRACKER_START
            : isTracking ? ProgressParameters.TRACKER_TRACKING : ProgressParameters.TRACKER_SEARCHING;
        ProgressParameters.report(
            address, tir, next + textLeft + tagLeft - headerCount, candidate, tracker,
            state == State.OPENING ? ProgressParameters.AUTH_OFFLOAD : ProgressParameters.AUTH_NO_OFFLOAD, recordsSince);
    }

    private void takeAnswers() {
        answers.removeIf(answer -> arrivals >= answer.from() && (isTaken(answer) || !isAdversarial));
    }

    /** Goes on with numbers, from the next record on, if the answer is the one that is waited for. */
    private boolean isTaken(final Answer answer) {
        if (state != State.ASKING || answer.sequence() != candidate) {
            counters.increment(ModelCounter.VAIN_RESYNC_ANSWERS);
            return false;
        }
        counters.increment(ModelCounter.RESYNC_ANSWERS);
        state = State.OPENING;
        isBroken = textLeft + tagLeft > 0;
        number = answer.number() + recordsSince - (isBroken ? 1 : 0);
        return true;
    }

    private int status() {
        if (state == State.OPENING) {
            return !isAuthentic ? Completion.DECRYPTION_ERROR : isHandled ? Completion.DECRYPTED : Completion.NOT_DECRYPTED;
        }
        final boolean isAsking = state == State.ASKING && hasHeader;
        return isAsking || isAdversarial ? Completion.RESYNC : Completion.NOT_DECRYPTED;
    }

    /** Whether the packet is where a record is known to go on, and all headers in it are where they must be. */
    private boolean isFollowed(final int sequence, final byte[] packet, final int length) {
        if (state == State.SEARCHING || (next - sequence < 0 && !isBridged(sequence - next))) {
            return false;
        }
        final int from = next - sequence;
        isHandled &= from == 0;
        next = sequence + length;
        return follow(packet, from, length);
    }

    /** Whether octets that are missing belong to the record that the engine is in. */
    private boolean isBridged(final int missing) {
        if (state == State.START || missing > textLeft + tagLeft) {
            return false;
        }
        if (isAdversarial && state == State.OPENING && !isBroken) {
            records.gcm().decrypt(new byte[missing], 0, Math.min(missing, textLeft));
            isUnproven = true;
        } else {
            isBroken = true;
        }
        tagLeft -= Math.max(missing - textLeft, 0);
        textLeft -= Math.min(missing, textLeft);
        next += missing;
        if (textLeft + tagLeft == 0) {
            endRecord();
        }
        return true;
    }

    /** Runs through octets that continue one another; false at what should be a header and is none. */
    private boolean follow(final byte[] packet, final int from, final int length) {
        int offset = from;
        while (offset < length) {
            if (textLeft > 0) {
                offset += takeText(packet, offset, length - offset);
            } else if (tagLeft > 0) {
                offset += takeTag(packet, offset, length - offset);
            } else {
                header[headerCount++] = packet[offset++];
                if (headerCount == records.clearLength() && !startRecord(next - (length - offset) - headerCount)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The header is complete that begins at the sequence number. */
    private boolean startRecord(final int sequence) {
        headerCount = 0;
        if (!isHeader(header, 0)) {
            return false;
        }
        hasHeader = true;
        textLeft = records.textLength(header, 0);
        tagLeft = RecordKey.TAG_LENGTH;
        if (state == State.START) {
            state = State.OPENING;
        }
        if (state == State.OPENING) {
            records.start(header, number);
        } else {
            followCandidate(sequence);
        }
        return true;
    }

    private void followCandidate(final int sequence) {
        recordsSince++;
        if (recordsSince >= (isAdversarial ? 1 : CONVINCING)) {
            state = State.ASKING;
        }
        if (recordsSince > PATIENCE) {
            candidate = sequence;
            recordsSince = 1;
        }
    }

    private int takeText(final byte[] packet, final int offset, final int available) {
        final int count = Math.min(available, textLeft);
        if (isOpened()) {
            records.gcm().decrypt(packet, offset, count);
        }
        textLeft -= count;
        return count;
    }

    private int takeTag(final byte[] packet, final int offset, final int available) {
        final int count = Math.min(available, tagLeft);
        System.arraycopy(packet, offset, tag, RecordKey.TAG_LENGTH - tagLeft, count);
        tagLeft -= count;
        if (isOpened() && tagLeft == 0 && !isUnproven) {
            isAuthentic &= Arrays.equals(tag, records.gcm().finish());
        }
        if (tagLeft == 0) {
            endRecord();
        }
        return count;
    }

    /** Whether the record is decrypted; a packet with a part of one that is not stays as it was. */
    private boolean isOpened() {
        final boolean isOpened = state == State.OPENING && !isBroken;
        isHandled &= isOpened;
        return isOpened;
    }

    private void endRecord() {
        isBroken = false;
        isUnproven = false;
        number++;
    }

    private void dropRecord() {
        headerCount = 0;
        textLeft = 0;
        tagLeft = 0;
        isBroken = false;
        isUnproven = false;
    }

    /** Looks for a header from which lengths lead to other headers, as far as the packet goes. */
    private void search(final int sequence, final byte[] packet, final int length) {
        for (int i = 0; i + records.clearLength() <= length; i++) {
            if (isHeader(packet, i)) {
                dropRecord();
                state = State.FOLLOWING;
                candidate = sequence + i;
                recordsSince = 0;
                next = sequence + length;
                if (follow(packet, i, length)) {
                    return;
                }
            }
        }
        dropRecord();
        next = sequence + length;
        state = State.SEARCHING;
    }

    private boolean isHeader(final byte[] octets, final int offset) {
        return octets[offset] >= FIRST_TYPE && octets[offset] <= LAST_TYPE && records.isPlausible(octets, offset);
    }
}
