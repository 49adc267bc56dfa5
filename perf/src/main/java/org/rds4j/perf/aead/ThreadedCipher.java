package org.rds4j.perf.aead;

import java.security.SecureRandom;
import java.util.List;
import org.rds4j.crypto.agent.CompletionHandler;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.SessionKeys;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.TrafficKeys;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.SubjectDescription;

/**
 * The encryption thread: the measuring thread stands for the engine, submits a batch record by record, and takes the results
 * when they are computed.
 */
final class ThreadedCipher implements RecordSubject, CompletionHandler {
    private static final int KEY_LENGTH = 16;
    private static final int RESULTS_PER_DRAIN = 64;
    /** Out of reach: a new key now and then is not what is measured. */
    private static final KeyLimits LIMITS = new KeyLimits(1L << 60, 1L << 61, 1L << 60, 1L << 61);

    private final EncryptionThread thread;
    private final AeadProvider provider;
    private final SecureSession sender;
    private final SecureSession receiver;
    private final RecordMemory memory;
    private final int size;
    private final int count;
    private int done;
    private int good;

    /** The thread stays its owner's. */
    ThreadedCipher(final EncryptionThread thread, final AeadProvider provider, final int size, final int count) {
        final byte[] secret = new byte[TrafficKeys.SECRET_LENGTH];
        new SecureRandom().nextBytes(secret);
        this.thread = thread;
        this.provider = provider;
        this.sender = session(secret, provider, true);
        this.receiver = session(secret, provider, false);
        this.memory = new RecordMemory(size, count);
        this.size = size;
        this.count = count;
    }

    @Override
    public SubjectDescription description() {
        return new SubjectDescription("encryption thread", provider.name(), true, AeadScenario.LINK, "thread",
            "an encryption thread with " + provider.name() + ", fed through its queue by the measuring thread");
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public long seal() {
        return batch(true);
    }

    @Override
    public long open() {
        return batch(false);
    }

    @Override
    public void close() {
        closeSession(sender);
        closeSession(receiver);
    }

    private long batch(final boolean isSealing) {
        done = 0;
        good = 0;
        for (int i = 0; i < count; i++) {
            if (!submit(isSealing, i)) {
                throw new MeasurementException("the queue is full after " + i + " of " + count + " records");
            }
        }
        final long elapsedNs = compute(count);
        if (good != count) {
            throw new MeasurementException("the encryption thread refused " + (count - good) + " of " + count + " records");
        }
        return elapsedNs;
    }

    private long compute(final int jobs) {
        final long elapsedNs = thread.compute(jobs);
        while (done < jobs) {
            thread.queue().drain(this, RESULTS_PER_DRAIN);
        }
        return elapsedNs;
    }

    private boolean submit(final boolean isSealing, final int index) {
        return isSealing
            ? thread.queue().seal(sender, memory.content(index), size, memory.record(index), index)
            : thread.queue().open(receiver, memory.record(index), size + RecordHeaderFlyweight.OVERHEAD, index);
    }

    @Override
    public void onSealed(final SecureSession session, final long tag, final int recordLength, final RecordError error) {
        done++;
        good += recordLength == size + RecordHeaderFlyweight.OVERHEAD ? 1 : 0;
    }

    @Override
    public void onOpened(
        final SecureSession session,
        final long tag,
        final long contentAddress,
        final int contentLength,
        final int contentType,
        final RecordError error) {
        done++;
        good += error == RecordError.NONE && contentLength == size ? 1 : 0;
    }

    @Override
    public void onHandshake(final HandshakeTask task) {
        throw new AssertionError("there are no handshakes");
    }

    @Override
    public void onClosed(final SecureSession session) {
        done++;
    }

    private void closeSession(final SecureSession session) {
        done = 0;
        thread.queue().close(session);
        compute(1);
    }

    private static SecureSession session(final byte[] secret, final AeadProvider provider, final boolean isClient) {
        return new SecureSession(isClient ? 1 : 2,
            new SessionKeys(TrafficKeys.derive(secret, KEY_LENGTH), TrafficKeys.derive(secret, KEY_LENGTH), isClient,
                "TLS_AES_128_GCM_SHA256", List.of(), new Marker(0, 0)), provider, LIMITS);
    }
}
