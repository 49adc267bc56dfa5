package org.rds4j.node;

import java.util.ArrayDeque;
import java.util.Deque;
import org.rds4j.crypto.agent.CompletionHandler;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.agent.SecureSession;

/** An engine's link to one encryption thread: the queue, and the connections that are pinned to it. Engine thread only. */
final class EncryptionLink {
    private static final int COMPLETIONS_PER_TURN = 64;

    private final EncryptionQueue queue;
    private final Deque<Object> wipes = new ArrayDeque<>();
    private int connections;

    EncryptionLink(final EncryptionQueue queue) {
        this.queue = queue;
    }

    EncryptionQueue queue() {
        return queue;
    }

    int connections() {
        return connections;
    }

    /** A connection lives on this link from its handshake until it is closed or abandoned. */
    void pin() {
        connections++;
    }

    /** Has the session's keys wiped, now or as soon as the queue has room. */
    void close(final SecureSession session) {
        unpin(session);
    }

    /** Has an unfinished handshake's secrets wiped, now or as soon as the queue has room. */
    void abandon(final HandshakeTask task) {
        unpin(task);
    }

    int drain(final CompletionHandler handler) {
        final int work = queue.drain(handler, COMPLETIONS_PER_TURN);
        if (!wipes.isEmpty()) {
            submitWipes();
        }
        return work;
    }

    private void unpin(final Object wipe) {
        connections--;
        wipes.add(wipe);
        submitWipes();
    }

    private void submitWipes() {
        while (!wipes.isEmpty() && submit(wipes.peek())) {
            wipes.remove();
        }
    }

    private boolean submit(final Object wipe) {
        return wipe instanceof SecureSession session ? queue.close(session) : queue.abandon((HandshakeTask) wipe);
    }
}
