package org.rds4j.socket;

import java.lang.invoke.VarHandle;

/**
 * The sockets with a poller to which something has happened since the last {@link #flush()}, so that however much happens to a
 * socket meanwhile its poller is told once. Engine thread only.
 */
public final class ReadySignals {
    private final EngineSocket[] sockets;
    private int count;

    ReadySignals(final int maxSockets) {
        sockets = new EngineSocket[maxSockets];
    }

    void add(final EngineSocket socket) {
        sockets[count++] = socket;
    }

    /** Tells the pollers that wait for what has happened. */
    public void flush() {
        if (count > 0) {
            // Else the engine might see a poller not waiting yet while the poller does not see yet what has happened.
            VarHandle.fullFence();
            for (int i = 0; i < count; i++) {
                sockets[i].signal();
                sockets[i] = null;
            }
            count = 0;
        }
    }
}
