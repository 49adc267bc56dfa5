package org.rds4j.perf.stress;

import org.rds4j.RdsAddress;

/**
 * One of our tasks and one of the peer's: two pipelines, one each way, over which requests and answers are numbered together.
 * Each pipeline has {@code depth} places, used in turn; an answer names the place of its request.
 */
final class Conversation {
    final RdsAddress peer;
    private final long[] sentNs;
    private int sendSequence;
    private int receiveSequence;
    private int sendIndex;
    private int receiveIndex;
    private int pending;
    private int unacked;

    Conversation(final RdsAddress peer, final int depth) {
        this.peer = peer;
        this.sentNs = new long[depth];
    }

    boolean hasRoom() {
        return pending < sentNs.length;
    }

    boolean owesAck() {
        return unacked > 0;
    }

    int sendSequence() {
        return sendSequence;
    }

    int receiveSequence() {
        return receiveSequence;
    }

    /** Place of the next request. */
    int requestIndex() {
        return sendIndex;
    }

    /** Place of the next answer: that of the oldest request that has none. */
    int ackIndex() {
        return Math.floorMod(receiveIndex - unacked, sentNs.length);
    }

    /** Place that an incoming message must name. */
    int expectedIndex(final int operation) {
        return operation == StressHeader.REQUEST ? receiveIndex : Math.floorMod(sendIndex - pending, sentNs.length);
    }

    void onRequestSent(final long nowNs) {
        sentNs[sendIndex] = nowNs;
        sendIndex = (sendIndex + 1) % sentNs.length;
        sendSequence++;
        pending++;
    }

    void onAckSent() {
        sendSequence++;
        unacked--;
    }

    void onRequestReceived() {
        receiveSequence++;
        receiveIndex = (receiveIndex + 1) % sentNs.length;
        unacked++;
    }

    /** Takes an answer; answers the round-trip time. */
    long onAckReceived(final long nowNs) {
        final long roundTripNs = nowNs - sentNs[expectedIndex(StressHeader.ACK)];
        receiveSequence++;
        pending = Math.max(0, pending - 1);
        return roundTripNs;
    }
}
