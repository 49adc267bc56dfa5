package org.rds4j.perf.ping;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;

/**
 * One of the sockets that pings take turns on. A ping is an empty datagram, and so is its answer: which ping it answers is told
 * by the socket alone, so that each has one under way at most.
 */
final class PingSocket implements DatagramHandler, AutoCloseable {
    private static final UnsafeBuffer EMPTY = new UnsafeBuffer(0, 0);

    private final RdsSocket socket;
    private long number;
    private long sentNs;
    private boolean isWaiting;
    private RdsAddress answerFrom;

    PingSocket(final RdsSocket socket, final int serviceLevel) {
        this.socket = socket;
        socket.bind(0);
        socket.serviceLevel(serviceLevel);
    }

    /** Sends a ping; answers what {@link RdsSocket#offer} did. */
    int send(final RdsAddress destination, final long pingNumber, final long nowNs) {
        number = pingNumber;
        sentNs = nowNs;
        final int result = socket.offer(destination, EMPTY, 0, 0);
        isWaiting = result > 0;
        return result;
    }

    /** Takes an answer; answers where it came from, null for none. */
    RdsAddress poll() {
        answerFrom = null;
        socket.poll(this, 1);
        return answerFrom;
    }

    @Override
    public void onDatagram(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        answerFrom = info.source().withPort(0);
    }

    /** Notes an answer; answers whether one was due. */
    boolean answered() {
        final boolean wasWaiting = isWaiting;
        isWaiting = false;
        return wasWaiting;
    }

    long number() {
        return number;
    }

    long sentNs() {
        return sentNs;
    }

    boolean isWaiting() {
        return isWaiting;
    }

    boolean isClosed() {
        return socket.isClosed();
    }

    @Override
    public void close() {
        socket.close();
    }
}
