package org.rds4j.crypto.agent;

import org.rds4j.crypto.record.RecordError;

/** Keeps the last completion of each kind, and counts them, without allocating. */
final class Completions implements CompletionHandler {
    int sealed;
    int opened;
    int handshakes;
    int closed;
    long lastTag = -1;
    int lastLength;
    int lastType;
    long lastAddress;
    RecordError lastError;
    boolean isInOrder = true;

    @Override
    public void onSealed(
        final SecureSession session, final long tag, final int recordLength, final RecordError error) {
        sealed++;
        note(tag, recordLength, error);
    }

    @Override
    public void onOpened(
        final SecureSession session,
        final long tag,
        final long contentAddress,
        final int contentLength,
        final int contentType,
        final RecordError error) {
        opened++;
        lastAddress = contentAddress;
        lastType = contentType;
        note(tag, contentLength, error);
    }

    @Override
    public void onHandshake(final HandshakeTask task) {
        handshakes++;
    }

    @Override
    public void onClosed(final SecureSession session) {
        closed++;
    }

    private void note(final long tag, final int length, final RecordError error) {
        isInOrder &= tag == lastTag + 1;
        lastTag = tag;
        lastLength = length;
        lastError = error;
    }
}
