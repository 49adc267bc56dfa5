package org.rds4j.sim.check;

import java.util.ArrayList;
import java.util.List;

/** A socket, through all its lives. */
final class Endpoint {
    private final long id;
    private final List<Conversation> outgoing = new ArrayList<>();
    private int life;
    private long lastEnd;

    Endpoint(final long id) {
        this.id = id;
    }

    long id() {
        return id;
    }

    /** Of those that began after an end. */
    int life() {
        return life;
    }

    /** The event that ended the last life; 0 when none did. */
    long lastEnd() {
        return lastEnd;
    }

    List<Conversation> outgoing() {
        return outgoing;
    }

    void end(final long event) {
        outgoing.forEach(Conversation::end);
        life++;
        lastEnd = event;
    }

    @Override
    public String toString() {
        return Long.toHexString(id);
    }
}
