package org.rds4j.sim.check;

import org.agrona.collections.Long2ObjectHashMap;

/** A socket, through all its lives. */
final class Endpoint {
    private final long id;
    private final Long2ObjectHashMap<Conversation> outgoing = new Long2ObjectHashMap<>();
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

    Conversation conversation(final PayloadPattern pattern, final Endpoint destination) {
        Conversation conversation = outgoing.get(destination.id);
        if (conversation == null) {
            conversation = new Conversation(pattern, this, destination);
            outgoing.put(destination.id, conversation);
        }
        return conversation;
    }

    /** Messages that must come. */
    long due() {
        return outgoing.values().stream().mapToLong(Conversation::due).sum();
    }

    void requireComplete() {
        for (final Conversation conversation : outgoing.values()) {
            if (conversation.due() > 0) {
                throw new IllegalStateException(
                    conversation + ": " + conversation.progress() + " messages were delivered");
            }
        }
    }

    void end(final long event) {
        outgoing.values().forEach(Conversation::end);
        life++;
        lastEnd = event;
    }

    @Override
    public String toString() {
        return Long.toHexString(id);
    }
}
