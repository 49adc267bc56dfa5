package org.rds4j.crypto.agent;

import org.rds4j.crypto.Closing;
import org.rds4j.crypto.certificate.PeerIdentity;
import org.rds4j.crypto.handshake.HandshakeFailure;
import org.rds4j.crypto.handshake.TlsContext;
import org.rds4j.crypto.handshake.TlsHandshake;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.record.KeyLimits;

/**
 * One connection's handshake as the engine sees it. The engine makes it, submits it to its {@link EncryptionQueue} with the
 * octets that came (none, to let a client begin), and reads it inside {@link CompletionHandler#onHandshake}. Between
 * submission and that call the task belongs to the encryption thread. No cryptography happens on the engine thread.
 */
public final class HandshakeTask {
    /** Made beforehand, as there may be no memory to say more. */
    private static final HandshakeFailure NOT_COMPUTED =
        new HandshakeFailure(HandshakeFailure.Cause.TLS, "the handshake could not be computed");

    private final long id;
    private final HandshakeSupplier supplier;
    private final AeadProvider provider;
    private final KeyLimits limits;
    private TlsHandshake handshake;
    private SecureSession session;
    private HandshakeFailure failure;
    private PeerIdentity peer;
    private int consumed;
    private boolean outstanding;

    /** How a task begins, on the encryption thread. */
    @FunctionalInterface
    public interface HandshakeSupplier {
        /**
         * Begins a handshake, usually by {@link TlsContext#newClient} or {@link TlsContext#newServer}.
         *
         * @return a new handshake.
         */
        TlsHandshake begin();
    }

    /**
     * A handshake not yet begun.
     *
     * @param id       the engine's own name for the connection, passed on to its session.
     * @param supplier called once, on the encryption thread.
     * @param provider of AES-GCM for the session.
     * @param limits   of the session's sealing keys.
     */
    public HandshakeTask(
        final long id, final HandshakeSupplier supplier, final AeadProvider provider, final KeyLimits limits) {
        this.id = id;
        this.supplier = supplier;
        this.provider = provider;
        this.limits = limits;
    }

    /**
     * The engine's own name for the connection.
     *
     * @return as given.
     */
    public long id() {
        return id;
    }

    /**
     * What computes the session's cipher.
     *
     * @return as given.
     */
    public AeadProvider provider() {
        return provider;
    }

    /**
     * Octets of the last job's input that TLS took. All of them, unless the handshake ended: what is not consumed belongs
     * to the record layer.
     *
     * @return 0 to the length submitted.
     */
    public int consumed() {
        return consumed;
    }

    /**
     * Octets to be sent to the peer because of the last job, present after a failure too.
     *
     * @return address of {@link #outputLength()} octets, valid until {@link #clearOutput()} or the task's next job.
     */
    public long outputAddress() {
        return handshake == null ? 0 : handshake.outputAddress();
    }

    /**
     * How many octets are to be sent.
     *
     * @return 0 or more.
     */
    public int outputLength() {
        return handshake == null ? 0 : handshake.outputLength();
    }

    /** Forgets the output: the engine has copied it out. Engine thread, while the task is not outstanding. */
    public void clearOutput() {
        if (handshake != null) {
            handshake.clearOutput();
        }
    }

    /**
     * The session, once keys are agreed. What the engine sends after the output, and receives after what was consumed, are
     * records of this session.
     *
     * @return null before the end and after a failure.
     */
    public SecureSession session() {
        return session;
    }

    /**
     * Who the peer proved to be, also when it was refused after that.
     *
     * @return null until TLS itself is finished.
     */
    public PeerIdentity peer() {
        return peer;
    }

    /**
     * Why there will be no session.
     *
     * @return null unless the handshake failed.
     */
    public HandshakeFailure failure() {
        return failure;
    }

    /**
     * Whether a job of this task is between submission and drain.
     *
     * @return true while the task must not be read.
     */
    public boolean isOutstanding() {
        return outstanding;
    }

    void outstanding(final boolean isOutstanding) {
        outstanding = isOutstanding;
    }

    /** Encryption thread: one step. Returns true when this step ended the handshake, either way. */
    boolean step(final long inputAddress, final int inputLength) {
        consumed = 0;
        if (session != null || failure != null) {
            return false;
        }
        try {
            advance(inputAddress, inputLength);
            if (failure != null) {
                wipe();
            }
        } catch (final Throwable e) {
            fail(e);
        }
        return session != null || failure != null;
    }

    /** Encryption thread: ends the handshake, or the session that it gave, as something that it needs has failed. */
    void fail(final Throwable cause) {
        final HandshakeFailure earlier = failure;
        failure = earlier == null ? NOT_COMPUTED : earlier;
        final SecureSession lost = session;
        session = null;
        try {
            if (lost != null) {
                lost.close();
            }
        } finally {
            wipe();
        }
        failure = earlier == null
            ? new HandshakeFailure(HandshakeFailure.Cause.TLS, NOT_COMPUTED.reason() + ": " + cause) : earlier;
    }

    /** Encryption thread: wipes what a handshake leaves that will not go on, keys that became no session included. Idempotent. */
    void wipe() {
        if (handshake != null) {
            Closing.all(handshake, session == null ? handshake.keys() : null);
        }
    }

    /** Encryption thread: gives up. Returns true when the handshake had not ended before. */
    boolean abandon() {
        consumed = 0;
        if (session != null || failure != null) {
            return false;
        }
        failure = new HandshakeFailure(HandshakeFailure.Cause.ABANDONED, "given up by the local side");
        clearOutput();
        wipe();
        return true;
    }

    private void advance(final long inputAddress, final int inputLength) {
        if (handshake == null) {
            handshake = supplier.begin();
        }
        clearOutput();
        consumed = handshake.onInput(inputAddress, inputLength);
        failure = handshake.failure();
        peer = handshake.peer();
        if (handshake.isDone()) {
            session = new SecureSession(id, handshake.keys(), provider, limits);
        }
    }

    boolean isBegun() {
        return handshake != null;
    }

    /** Whether there is something secret that no session has taken over and no failure has wiped. */
    boolean isUnfinished() {
        return handshake != null && session == null && failure == null;
    }
}
