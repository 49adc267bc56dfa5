package org.rds4j.crypto.agent;

import org.rds4j.crypto.record.RecordError;

/** One slot of the ring: written by the engine, executed and answered by the encryption thread, read by the engine. */
final class CryptoJob {
    enum Kind { SEAL, SEAL_ALERT, UPDATE_KEYS, OPEN, HANDSHAKE, ABANDON, TASK, CLOSE }

    Kind kind;
    SecureSession session;
    HandshakeTask task;
    EncryptionTask other;
    /** Null for a record that stands as it came. */
    RecordOpening opening;
    long inputAddress;
    int inputLength;
    /** What the job costs its lane, see {@link EncryptionTask#weight}. */
    int weight;
    long outputAddress;
    long tag;
    /** The thread that submitted the job, to be told from the one that computes it. */
    long submitter;
    int resultLength;
    int resultType;
    RecordError resultError;

    /** Answers the job before anything is computed and when nothing could be: by a failure. */
    void refuse() {
        resultLength = 0;
        resultType = 0;
        resultError = RecordError.INTERNAL_ERROR;
    }

    /** Drops the references, so that an idle ring keeps no session alive. */
    void release() {
        session = null;
        task = null;
        other = null;
        opening = null;
    }
}
