package org.rds4j.crypto.offload.record;

import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.ProgressParameters;
import org.rds4j.crypto.offload.wqe.TlsVersion;
import org.rds4j.crypto.offload.wqe.UmrWqe;

/**
 * Tells a device that has lost its way which record it is at. The device marks packets when it believes to know where a record
 * begins; it is asked where, and answered with the record's number if one does begin there, be it long gone. If none is known to,
 * but one may, the device is asked again when its header has come. A place where none begins gets no answer, as there is none
 * that says so. One question at a time.
 * <p>
 * The device authenticates the octets that it goes over from an answer on. It must never be sent over octets again that it has
 * decrypted before, of which TCP may hold another copy than it authenticates the second time; old packets that somebody plays
 * again lead it back to any place, at any time. So a place before octets that it has decrypted gets no answer, and none is given
 * while an answer may still come into force. That it has is known from the next packet that is decrypted; then the device goes
 * on until it says of a packet that it has lost its way, and decrypts nothing more without another answer: what it has decrypted
 * is known when it is asked. A device that asks for another place before it has taken an answer up is lost, and needs a new
 * context. Engine thread.
 */
final class Resync {
    private static final int BLOCKS = UmrWqe.BLOCKS + 2;

    private final SendQueue queue;
    private final OffloadCounters counters;
    private final HeaderLog headers = new HeaderLog();
    private ReceptionContext context;
    private Readback readback;
    private long postedEnd;
    private boolean isAsking;
    /** The header is awaited that the device believes to be at a place. */
    private boolean isWanted;
    private int wanted;
    /** Octets before are decrypted. */
    private long decryptedEnd;
    /** The last answer may still come into force. */
    private boolean isOpen;
    private boolean wasOpenWhenAsked;
    private int answered;
    private boolean isLost;

    Resync(final SendQueue queue, final OffloadCounters counters) {
        this.queue = queue;
        this.counters = counters;
    }

    /** Begins with a context. */
    void use(final ReceptionContext newContext, final Readback newReadback) {
        context = newContext;
        readback = newReadback;
        headers.clear();
        isOpen = false;
        isLost = false;
    }

    /** Nothing is answered any more. */
    void end() {
        context = null;
        isWanted = false;
    }

    /** A packet says that the device wants to be told. */
    void onRequest() {
        counters.increment(OffloadCounter.RESYNC_REQUESTS);
        if (context == null || isLost || isAsking || isWanted || !ask()) {
            counters.increment(OffloadCounter.RESYNC_REQUESTS_SKIPPED);
        }
    }

    private boolean ask() {
        if (!queue.hasRoom(BLOCKS, UmrWqe.BLOCKS)) {
            return false;
        }
        queue.postReadback(context.tir(), readback.memoryKey(), readback.address());
        queue.ring();
        postedEnd = queue.produced();
        isAsking = true;
        wasOpenWhenAsked = isOpen;
        return true;
    }

    /** Octets before a position stand as the device has decrypted them. */
    void onDecrypted(final long end) {
        decryptedEnd = Math.max(decryptedEnd, end);
        isOpen = false;
    }

    /** A record begins there, behind all those before. */
    void onHeader(final int sequence, final long position, final long number) {
        if (headers.isLast(sequence)) {
            return;
        }
        headers.add(sequence, position, number);
        if (isWanted) {
            seek();
        }
    }

    /** Goes on with what the device has said. */
    void poll() {
        if (isAsking && queue.completed() >= postedEnd) {
            isAsking = false;
            if (context != null) {
                onReport();
            }
        } else if (isWanted) {
            seek();
        }
    }

    /** Whether the device has done all that it was asked for. */
    boolean isQuiet() {
        return !isAsking && queue.completed() >= postedEnd;
    }

    /** Whether an answer may come into force at a time when it must not. */
    boolean isLost() {
        return isLost;
    }

    private void onReport() {
        final long report = readback.address();
        if (ProgressParameters.object(report) != context.tir()
            || ProgressParameters.tracker(report) != ProgressParameters.TRACKER_TRACKING
            || ProgressParameters.authentication(report) != ProgressParameters.AUTH_NO_OFFLOAD) {
            counters.increment(OffloadCounter.RESYNC_RETRIES);
            return;
        }
        wanted = ProgressParameters.resync(report);
        if (wasOpenWhenAsked) {
            isLost = isOpen && wanted != answered;
            counters.increment(isLost ? OffloadCounter.RESYNC_LOST : OffloadCounter.RESYNC_PASSED);
        } else {
            onPlace();
        }
    }

    private void onPlace() {
        final int slot = headers.find(wanted);
        if (slot < 0) {
            isWanted = true;
            seek();
        } else if (headers.position(slot) < decryptedEnd) {
            counters.increment(OffloadCounter.RESYNC_PASSED);
        } else {
            answer(slot);
        }
    }

    /** Whether a record begins where the device believes; it may believe something else by now. */
    private void seek() {
        if (headers.find(wanted) >= 0) {
            isWanted = !ask();
        } else if (headers.isBeyond(wanted)) {
            isWanted = false;
            counters.increment(OffloadCounter.RESYNC_FALSE);
        }
    }

    /** Without room it is as if the device had not asked. */
    private void answer(final int slot) {
        if (!queue.hasRoom(BLOCKS, UmrWqe.BLOCKS)) {
            return;
        }
        final KeyEpoch epoch = context.epoch();
        queue.postReceiveParameters(
            ControlSegment.COMPLETION, context.tir(), TlsVersion.TLS_1_3, headers.number(slot), wanted, epoch.salt(),
            epoch.ivTail(), context.key());
        queue.ring();
        postedEnd = queue.produced();
        answered = wanted;
        isOpen = true;
        counters.increment(OffloadCounter.RESYNC_ANSWERS);
    }
}
