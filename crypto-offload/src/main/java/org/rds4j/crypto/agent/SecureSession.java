package org.rds4j.crypto.agent;

import org.rds4j.crypto.Closing;
import org.rds4j.crypto.handshake.SessionKeys;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;

/**
 * The record layer of one connection. The engine only holds it and names it in jobs; sealer and opener belong to the
 * encryption thread.
 */
public final class SecureSession {
    private final long id;
    private final SessionKeys keys;
    private final RecordSealer sealer;
    private final RecordOpener opener;
    private int lane;
    private volatile boolean keyUpdateDue;
    private volatile boolean closed;
    private volatile int sendGeneration;
    private volatile int receiveGeneration;
    private boolean isSoftLimitNoted;
    private boolean isAnswerDue;
    private boolean hasAsked;

    /**
     * A session with record number 0 in both directions. Sessions that come out of a {@link HandshakeTask} are made by it.
     *
     * @param id       the engine's own name for the connection.
     * @param keys     of both directions; taken over, wiped when the session closes and when it cannot be made.
     * @param provider of AES-GCM.
     * @param limits   of each key.
     */
    public SecureSession(
        final long id, final SessionKeys keys, final AeadProvider provider, final KeyLimits limits) {
        this.id = id;
        this.keys = keys;
        RecordSealer made = null;
        try {
            made = new RecordSealer(provider, keys.sendKeys(), limits);
            this.opener = new RecordOpener(provider, keys.receiveKeys(), limits, 0);
        } catch (final Throwable e) {
            Closing.all(made, keys);
            throw e;
        }
        this.sealer = made;
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
     * Who the peer is and what was negotiated; the traffic keys in it are not the engine's to use.
     *
     * @return the outcome of the handshake.
     */
    public SessionKeys keys() {
        return keys;
    }

    /**
     * Whether the engine should submit {@link EncryptionQueue#updateKeys}. Any thread.
     *
     * @return true once the sealing key is past its soft limit, the peer has asked for another one, or the peer is to be asked;
     *     until the sealing key is replaced.
     */
    public boolean isKeyUpdateDue() {
        return keyUpdateDue;
    }

    /**
     * How often the sealing key was replaced. Any thread.
     *
     * @return 0 for the first key.
     */
    public int sendGeneration() {
        return sendGeneration;
    }

    /**
     * How often the peer has replaced its sealing key. Any thread.
     *
     * @return 0 for the first key.
     */
    public int receiveGeneration() {
        return receiveGeneration;
    }

    /**
     * Whether the keys are wiped. Any thread.
     *
     * @return true from the execution of the close job on.
     */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Says whose rank the session's records have, before the first of them. Engine thread.
     *
     * @param value below the number of lanes of the session's queue; 0 unless set.
     */
    public void lane(final int value) {
        lane = value;
    }

    int lane() {
        return lane;
    }

    RecordSealer sealer() {
        return sealer;
    }

    RecordOpener opener() {
        return opener;
    }

    /** Encryption thread, after a record was sealed. Returns true when the key has come to its soft limit with it. */
    boolean onSealed() {
        final boolean isDue = sealer.isKeyUpdateDue();
        final boolean isNew = isDue && !isSoftLimitNoted;
        isSoftLimitNoted = isDue;
        judge();
        return isNew;
    }

    /** Encryption thread, after a record was opened. However many requests came, the next new key answers all of them. */
    void onOpened() {
        isAnswerDue |= opener.isKeyUpdateRequested();
        if (receiveGeneration != opener.generation()) {
            receiveGeneration = opener.generation();
            hasAsked = false;
        }
        judge();
    }

    /** Encryption thread: whether the KeyUpdate sealed next should ask the peer for one. */
    boolean isPeerToBeAsked() {
        return !hasAsked && opener.isKeyUpdateOverdue();
    }

    /** Encryption thread, after a KeyUpdate was sealed. */
    void onKeysUpdated(final boolean wasPeerAsked) {
        hasAsked |= wasPeerAsked;
        isAnswerDue = false;
        sendGeneration = sealer.generation();
    }

    /** Written only when it changes, as the engine reads it for each record. */
    private void judge() {
        final boolean isDue = isAnswerDue || sealer.isKeyUpdateDue() || isPeerToBeAsked();
        if (isDue != keyUpdateDue) {
            keyUpdateDue = isDue;
        }
    }

    /** Encryption thread: wipes the keys of both directions. */
    void close() {
        try {
            Closing.all(sealer, opener, keys);
        } finally {
            keyUpdateDue = false;
            closed = true;
        }
    }
}
