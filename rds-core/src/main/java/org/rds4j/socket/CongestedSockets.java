package org.rds4j.socket;

import java.util.Arrays;

/** The sockets whose ports are congested, so that only these are looked at in each duty cycle. Engine thread only. */
final class CongestedSockets {
    private EngineSocket[] sockets = new EngineSocket[8];
    private int size;

    void add(final EngineSocket socket) {
        if (size == sockets.length) {
            sockets = Arrays.copyOf(sockets, 2 * size);
        }
        sockets[size++] = socket;
    }

    @SuppressWarnings("ReferenceEquality") // sockets have no other identity
    void remove(final EngineSocket socket) {
        for (int i = size - 1; i >= 0; i--) {
            if (sockets[i] == socket) {
                removeAt(i);
            }
        }
    }

    private void removeAt(final int index) {
        sockets[index] = sockets[--size];
        sockets[size] = null;
    }

    int poll() {
        int work = 0;
        for (int i = size - 1; i >= 0; i--) {
            work += sockets[i].receiveSide().poll();
            if (!sockets[i].receiveSide().isCongested()) {
                removeAt(i);
            }
        }
        return work;
    }
}
