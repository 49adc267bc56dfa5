package org.rds4j.crypto.agent;

import org.rds4j.crypto.record.RecordError;

/**
 * What an engine does with finished jobs. Called on the engine thread from {@link EncryptionQueue#drain}, in order of
 * submission. A callback may submit further jobs; it must not drain and must not throw.
 */
public interface CompletionHandler {
    /**
     * A record was sealed, or not.
     *
     * @param session      of the job.
     * @param tag          the caller's own mark, as submitted.
     * @param recordLength octets written at the output address, 0 when there was an error.
     * @param error        {@link RecordError#NONE}, or why nothing was written.
     */
    void onSealed(SecureSession session, long tag, int recordLength, RecordError error);

    /**
     * A record was opened, or not. After the first error the session opens nothing more.
     *
     * @param session        of the job.
     * @param tag            the caller's own mark, as submitted.
     * @param contentAddress of the content, inside the record's own memory.
     * @param contentLength  octets of content, 0 when there was an error.
     * @param contentType    23 application data, 21 alert, 22 for a KeyUpdate that has already been obeyed (length 0).
     * @param error          {@link RecordError#NONE}, or why the record was refused; its alert should be sent.
     */
    void onOpened(
        SecureSession session, long tag, long contentAddress, int contentLength, int contentType, RecordError error);

    /**
     * A handshake took a step. The task's output must be copied out before its next job.
     *
     * @param task whose state is to be read now.
     */
    void onHandshake(HandshakeTask task);

    /**
     * A session's keys are gone and no job of it is outstanding.
     *
     * @param session closed.
     */
    void onClosed(SecureSession session);
}
