package org.rds4j.crypto.agent;

import java.util.HashSet;
import java.util.Set;
import org.rds4j.crypto.Closing;
import org.rds4j.crypto.CryptoCounter;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the encryption thread does with the jobs of one queue. Knows every session and every unfinished handshake made there, so
 * that it can wipe them all at the end.
 */
final class JobExecutor {
    private static final Logger LOG = LoggerFactory.getLogger(JobExecutor.class);

    private final CryptoCounters counters;
    private final Set<SecureSession> sessions = new HashSet<>();
    private final Set<HandshakeTask> unfinished = new HashSet<>();

    JobExecutor(final CryptoCounters counters) {
        this.counters = counters;
    }

    /**
     * Answers a job: one that cannot be computed is refused, whatever was thrown, so that those behind it are not held up. What
     * state its cipher is in nobody knows then, so sealer, opener or handshake are at their end.
     */
    void execute(final CryptoJob job) {
        job.refuse();
        try {
            if (job.submitter == Thread.currentThread().threadId()) {
                counters.increment(CryptoCounter.JOBS_INLINE);
            }
            compute(job);
        } catch (final Throwable e) {
            job.refuse();
            counters.increment(CryptoCounter.JOBS_FAILED);
            if (job.task != null) {
                unfinished.remove(job.task);
                job.task.fail(e);
            }
            LOG.error("a job of the encryption thread failed: {}", job.kind, e);
        }
    }

    private void compute(final CryptoJob job) {
        switch (job.kind) {
            case SEAL, SEAL_ALERT, UPDATE_KEYS -> seal(job);
            case OPEN -> open(job);
            case HANDSHAKE -> handshake(job);
            case ABANDON -> abandon(job);
            case TASK -> other(job);
            case CLOSE -> close(job.session);
        }
    }

    /** Wipes what is still open, and all of it. */
    void closeAll() {
        counters.add(CryptoCounter.SESSIONS_CLOSED, sessions.size());
        counters.add(CryptoCounter.HANDSHAKES_ABANDONED, unfinished.size());
        try {
            Closing.all(
                () -> Closing.each(sessions, SecureSession::close), () -> Closing.each(unfinished, HandshakeTask::wipe));
        } finally {
            sessions.clear();
            unfinished.clear();
        }
    }

    private void seal(final CryptoJob job) {
        final SecureSession session = job.session;
        final RecordSealer sealer = session.sealer();
        final int length = switch (job.kind) {
            case SEAL_ALERT -> sealer.sealAlert(job.inputLength, job.outputAddress);
            case UPDATE_KEYS -> updateKeys(session, job.outputAddress);
            default -> sealer.seal(job.inputAddress, job.inputLength, job.outputAddress);
        };
        job.resultLength = length;
        job.resultError = sealer.error();
        if (length == 0) {
            counters.increment(sealer.error() == RecordError.KEY_EXHAUSTED
                ? CryptoCounter.SEAL_KEY_EXHAUSTED : CryptoCounter.SEAL_REFUSED);
            return;
        }
        counters.increment(CryptoCounter.RECORDS_SEALED);
        counters.add(CryptoCounter.OCTETS_SEALED, length - RecordHeaderFlyweight.OVERHEAD);
        if (session.onSealed()) {
            counters.increment(CryptoCounter.KEY_SOFT_LIMITS);
        }
    }

    private void other(final CryptoJob job) {
        job.resultError = job.other.execute(job.session.sealer(), job.session.opener());
        if (job.session.onSealed()) {
            counters.increment(CryptoCounter.KEY_SOFT_LIMITS);
        }
    }

    private int updateKeys(final SecureSession session, final long outputAddress) {
        final boolean isPeerAsked = session.isPeerToBeAsked();
        final int length = session.sealer().updateKeys(outputAddress, isPeerAsked);
        if (length > 0) {
            session.onKeysUpdated(isPeerAsked);
            counters.increment(CryptoCounter.KEY_UPDATES_SENT);
            counters.add(CryptoCounter.KEY_UPDATES_ASKED, isPeerAsked ? 1 : 0);
        }
        return length;
    }

    private void open(final CryptoJob job) {
        final RecordOpener opener = job.session.opener();
        final boolean wasDead = opener.error() != RecordError.NONE;
        final int length = job.opening == null
            ? opener.open(job.inputAddress, job.inputLength) : job.opening.open(opener, job.inputAddress, job.inputLength);
        job.outputAddress = job.inputAddress + RecordHeaderFlyweight.HEADER_LENGTH;
        job.resultError = opener.error();
        job.resultType = opener.contentType();
        job.resultLength = Math.max(length, 0);
        if (length < 0) {
            counters.increment(wasDead ? CryptoCounter.OPEN_REFUSED : counterOf(opener.error()));
            return;
        }
        counters.increment(CryptoCounter.RECORDS_OPENED);
        counters.add(CryptoCounter.OCTETS_OPENED, length);
        job.session.onOpened();
        if (job.resultType == RecordHeaderFlyweight.TYPE_HANDSHAKE) {
            job.resultLength = 0;
            counters.increment(CryptoCounter.KEY_UPDATES_RECEIVED);
            counters.add(CryptoCounter.KEY_UPDATES_REQUESTED, opener.isKeyUpdateRequested() ? 1 : 0);
        }
    }

    private void handshake(final CryptoJob job) {
        final HandshakeTask task = job.task;
        final boolean wasBegun = task.isBegun();
        final boolean ended = task.step(job.inputAddress, job.inputLength);
        note(task, ended);
        if (!wasBegun && task.isBegun()) {
            counters.increment(CryptoCounter.HANDSHAKES_STARTED);
        }
        if (ended && task.session() != null) {
            counters.increment(CryptoCounter.HANDSHAKES_COMPLETED);
            counters.add(CryptoCounter.HANDSHAKES_256, task.session().keys().sendKeys().keyLength() == 32 ? 1 : 0);
        } else if (ended) {
            counters.increment(CryptoCounter.HANDSHAKES_FAILED);
        }
    }

    /** What is to be wiped at the end because of a handshake, now that it has taken a step. */
    private void note(final HandshakeTask task, final boolean ended) {
        if (!ended && task.isUnfinished()) {
            unfinished.add(task);
        } else if (ended) {
            unfinished.remove(task);
        }
        if (ended && task.session() != null) {
            sessions.add(task.session());
        }
    }

    private void abandon(final CryptoJob job) {
        unfinished.remove(job.task);
        if (job.task.abandon()) {
            counters.increment(CryptoCounter.HANDSHAKES_ABANDONED);
        }
    }

    private void close(final SecureSession session) {
        if (!session.isClosed()) {
            sessions.remove(session);
            counters.increment(CryptoCounter.SESSIONS_CLOSED);
            session.close();
        }
    }

    static CryptoCounter counterOf(final RecordError error) {
        return switch (error) {
            case BAD_RECORD_MAC -> CryptoCounter.OPEN_BAD_MAC;
            case RECORD_OVERFLOW -> CryptoCounter.OPEN_OVERFLOW;
            case UNEXPECTED_MESSAGE, ILLEGAL_PARAMETER -> CryptoCounter.OPEN_UNEXPECTED;
            case KEY_EXHAUSTED -> CryptoCounter.OPEN_KEY_EXHAUSTED;
            case DECODE_ERROR -> CryptoCounter.OPEN_DECODE;
            default -> CryptoCounter.OPEN_REFUSED;
        };
    }
}
