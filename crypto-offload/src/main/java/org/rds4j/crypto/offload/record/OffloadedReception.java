package org.rds4j.crypto.offload.record;

import org.rds4j.crypto.agent.RecordOpening;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.offload.wqe.TlsVersion;
import org.rds4j.crypto.offload.wqe.UmrWqe;
import org.rds4j.crypto.offload.wqe.WqeError;

/**
 * The receive stream of a connection whose records a device decrypts on their way in, as far as it can. What the device did is
 * said with each packet, and kept with the octets of it that TCP took; a record is opened by what it consists of. The engine's
 * part: it computes no cipher. Positions are those of the stream. Nothing throws, waits or allocates but {@link #use}. Engine
 * thread.
 */
public final class OffloadedReception {
    private static final int START_BLOCKS = UmrWqe.BLOCKS + 1;
    private static final int MAX_RECORDS = 64;

    private final SendQueue queue;
    private final OffloadCounters counters;
    private final Resync resync;
    private final int sequenceOfZero;
    private final DecryptedRanges decrypted = new DecryptedRanges();
    private final RecordParts[] parts = new RecordParts[MAX_RECORDS];
    private ReceptionContext context;
    private long startEnd;
    private long nextNumber;
    private long nextHeader;
    private int taken;
    /** The device has decrypted all of the last record, and so counts the next one rightly if it goes on with it. */
    private boolean isCounted;

    /**
     * A stream of which nothing is decrypted.
     *
     * @param queue          for parameters; other connections may use it too. Retained.
     * @param sequenceOfZero TCP sequence number of position 0.
     * @param counters       to report to.
     */
    public OffloadedReception(final SendQueue queue, final int sequenceOfZero, final OffloadCounters counters) {
        this.queue = queue;
        this.sequenceOfZero = sequenceOfZero;
        this.counters = counters;
        resync = new Resync(queue, counters);
    }

    /**
     * Begins with a key. Nothing may be {@linkplain #isDecrypted decrypted} any more under the one before.
     *
     * @param receptionContext of the device; borrowed until {@link #end} and {@link #isQuiet}.
     * @param readback         where the device writes the context's state; this one's until {@link #end} and {@link #isQuiet}.
     * @param position         of the next record.
     * @param records          that came since the context was asked for, and that {@link #opening} was not asked about.
     * @return false when the queue has no room.
     */
    public boolean use(
        final ReceptionContext receptionContext, final Readback readback, final long position, final long records) {
        if (!queue.hasRoom(START_BLOCKS, UmrWqe.BLOCKS)) {
            return false;
        }
        context = receptionContext;
        nextNumber = context.firstNumber() + records;
        nextHeader = position;
        isCounted = false;
        for (int i = 0; i < MAX_RECORDS; i++) {
            parts[i] = parts[i] == null ? new RecordParts() : parts[i];
        }
        final KeyEpoch epoch = context.epoch();
        queue.postReceiveParameters(
            0, context.tir(), TlsVersion.TLS_1_3, nextNumber, 0, epoch.salt(), epoch.ivTail(), context.key());
        queue.postReceiveProgress(context.tir(), sequence(position));
        queue.ring();
        startEnd = queue.produced();
        resync.use(context, readback);
        counters.increment(OffloadCounter.RECEPTIONS);
        return true;
    }

    /**
     * Whether the device has taken the parameters, so that packets may be sent to its context.
     *
     * @return true from their completion on.
     */
    public boolean isReady() {
        return context != null && queue.completed() >= startEnd;
    }

    /**
     * Whether a packet may be given to TCP. One for which there is no room is to be dropped, as if lost: what comes again is not
     * decrypted.
     *
     * @param decryption of the packet's {@link Completion}.
     * @param pieces     as which TCP would take it, at most.
     * @return false when it can not be remembered that the packet is decrypted.
     */
    public boolean takes(final int decryption, final int pieces) {
        if (decryption != Completion.DECRYPTED || decrypted.hasRoom(pieces)) {
            return true;
        }
        counters.increment(OffloadCounter.DECRYPTED_DROPPED);
        return false;
    }

    /**
     * TCP took octets of a packet, which it did not have before.
     *
     * @param position   of the first.
     * @param length     how many.
     * @param decryption of the packet's {@link Completion}.
     */
    public void onTaken(final long position, final int length, final int decryption) {
        switch (decryption) {
            case Completion.DECRYPTED -> onDecrypted(position, length);
            case Completion.DECRYPTION_ERROR -> counters.increment(OffloadCounter.DECRYPTION_ERRORS);
            case Completion.RESYNC -> resync.onRequest();
            default -> { }
        }
    }

    private void onDecrypted(final long position, final int length) {
        decrypted.add(position, position + length);
        resync.onDecrypted(position + length);
        counters.increment(OffloadCounter.DECRYPTED_PACKETS);
        counters.add(OffloadCounter.DECRYPTED_BYTES, length);
    }

    /**
     * The header of a record is here, all octets before it too. May be said more than once.
     *
     * @param position of the header.
     */
    public void onHeader(final long position) {
        if (context != null && position == nextHeader) {
            resync.onHeader(sequence(position), position, nextNumber);
        }
    }

    /**
     * How a record is to be opened that is the next one. At most 64 may be open at once.
     *
     * @param position of its header.
     * @param length   octets with header and tag.
     * @return borrowed until the record is open; null for a record that stands as it came.
     */
    public RecordOpening opening(final long position, final int length) {
        if (context == null) {
            return null;
        }
        onHeader(position);
        final RecordParts record = parts[taken++ & MAX_RECORDS - 1];
        record.set(context, nextNumber++);
        nextHeader = position + length;
        decrypted.copy(position, nextHeader, record);
        decrypted.dropUntil(nextHeader);
        final boolean isTrusted = judge(record, length);
        if (record.isEmpty()) {
            return null;
        }
        counters.increment(isTrusted ? OffloadCounter.RECORDS_DECRYPTED : OffloadCounter.RECORDS_RESTORED);
        return record;
    }

    /**
     * The device goes over packets that TCP does not take, in which somebody may have written what it counts as records. So the
     * first record that it decrypts as a whole must show, by its tag, that the number is right; those that follow it are.
     */
    private boolean judge(final RecordParts record, final int length) {
        final boolean isWhole = record.isWhole(length);
        final boolean isTrusted = isWhole && isCounted;
        if (isTrusted) {
            record.trust();
        }
        isCounted = isWhole;
        return isTrusted;
    }

    /**
     * Goes on with what the device has said.
     */
    public void poll() {
        resync.poll();
    }

    /**
     * Whether the context is of no use any more, and is to be made anew.
     *
     * @return true when the device can not be told where it is without going over records twice.
     */
    public boolean isLost() {
        return resync.isLost();
    }

    /** The key has changed, or the connection ends: the device is told nothing more. */
    public void end() {
        resync.end();
    }

    /**
     * Whether octets stand decrypted that are not part of a record yet.
     *
     * @return true while the context may be needed for a record that is not {@linkplain #opening being opened}.
     */
    public boolean isDecrypted() {
        return !decrypted.isEmpty();
    }

    /**
     * Whether the device has done all that it was asked for.
     *
     * @return true when {@link Readback} may be another's and the context may go.
     */
    public boolean isQuiet() {
        return (resync.isQuiet() && queue.completed() >= startEnd) || queue.failure() != WqeError.NONE;
    }

    private int sequence(final long position) {
        return sequenceOfZero + (int) position;
    }
}
