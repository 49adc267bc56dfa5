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
 * begins; it is asked where, and answered with the record's number if one does begin there, be it long gone or still to come. A
 * place where none begins gets no answer, as there is none that says so. One question at a time; the device asks again. What
 * comes too late does no harm: the device compares the place.
 * <p>
 * The device authenticates the octets that it went over, once, from the answer on. It must never be sent over octets again that
 * it has decrypted before, of which TCP may hold another copy than it authenticates the second time: places before such octets,
 * and those that were answered for, get no answer. Only a device to which somebody plays old packets asks for them.
 * Engine thread.
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
    private boolean isWanted;
    private int wanted;
    /** No answer is given for a place before. */
    private long floor;

    Resync(final SendQueue queue, final OffloadCounters counters) {
        this.queue = queue;
        this.counters = counters;
    }

    /** Begins with a context. */
    void use(final ReceptionContext newContext, final Readback newReadback) {
        context = newContext;
        readback = newReadback;
        headers.clear();
    }

    /** Nothing is answered any more. */
    void end() {
        context = null;
        isWanted = false;
    }

    /** A packet says that the device wants to be told. */
    void onRequest() {
        counters.increment(OffloadCounter.RESYNC_REQUESTS);
        if (context == null || isAsking || isWanted || !queue.hasRoom(BLOCKS, UmrWqe.BLOCKS)) {
            counters.increment(OffloadCounter.RESYNC_REQUESTS_SKIPPED);
            return;
        }
        queue.postReadback(context.tir(), readback.memoryKey(), readback.address());
        queue.ring();
        postedEnd = queue.produced();
        isAsking = true;
    }

    /** Octets before a position stand as the device has decrypted them. */
    void onDecrypted(final long end) {
        floor = Math.max(floor, end);
    }

    /** A record begins there, behind all those before. */
    void onHeader(final int sequence, final long position, final long number) {
        if (headers.isLast(sequence)) {
            return;
        }
        headers.add(sequence, position, number);
        if (isWanted) {
            answer();
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
            answer();
        }
    }

    /** Whether the device has done all that it was asked for. */
    boolean isQuiet() {
        return !isAsking && queue.completed() >= postedEnd;
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
        isWanted = true;
        answer();
    }

    private void answer() {
        final int slot = headers.find(wanted);
        if (slot < 0) {
            if (headers.isBeyond(wanted)) {
                isWanted = false;
                counters.increment(OffloadCounter.RESYNC_FALSE);
            }
        } else if (headers.position(slot) < floor) {
            isWanted = false;
            counters.increment(OffloadCounter.RESYNC_PASSED);
        } else if (queue.hasRoom(BLOCKS, UmrWqe.BLOCKS)) {
            isWanted = false;
            floor = headers.position(slot) + 1;
            final KeyEpoch epoch = context.epoch();
            queue.postReceiveParameters(
                ControlSegment.COMPLETION, context.tir(), TlsVersion.TLS_1_3, headers.number(slot), wanted, epoch.salt(),
                epoch.ivTail(), context.key());
            queue.ring();
            postedEnd = queue.produced();
            counters.increment(OffloadCounter.RESYNC_ANSWERS);
        }
    }
}
