package org.rds4j.tests.driver;

import org.rds4j.RdsAddress;
import org.rds4j.check.CheckedSocket;

/** One end of a conversation in which each sends the other as many datagrams, of the same lengths. */
final class Exchange {
    private static final int LONGEST = 1 << 20;
    /** No two of these are the same, whoever sends them. */
    private static final int SHORTEST = Long.BYTES;
    private static final int SHORT = 3_000;
    private static final int LONG_EVERY = 1_000;
    private static final int POLL_LIMIT = 16;

    private final CheckedSocket socket;
    private final RdsAddress peer;
    private long count;

    Exchange(final CheckedSocket socket, final RdsAddress peer, final int count) {
        this.socket = socket;
        this.peer = peer;
        this.count = count;
    }

    private static int length(final long number) {
        return number % LONG_EVERY == LONG_EVERY - 1 ? LONGEST : SHORTEST + (int) (number * 2_654_435_761L % SHORT);
    }

    /** Sends and receives what can be now; answers whether anything could. */
    boolean work() {
        final long before = socket.sent() + socket.received();
        boolean isTaken = true;
        while (isTaken && socket.sent() < count) {
            isTaken = socket.send(peer, length(socket.sent())) > 0;
        }
        socket.poll(POLL_LIMIT);
        return socket.sent() + socket.received() > before;
    }

    /** Whether everything has come; what was sent may be on its way. */
    boolean isDone() {
        return socket.sent() == count && socket.received() == count;
    }

    /** Ends this end's part with what was sent. */
    void sendNoMore() {
        count = socket.sent();
    }

    /** Whether everything that the other end sent has come. */
    boolean hasAllOf(final Exchange other) {
        return socket.received() == other.socket.sent();
    }

    boolean isAcknowledged() {
        return socket.socket().unacknowledgedLength() == 0;
    }

    @Override
    public String toString() {
        return socket.sent() + " sent and " + socket.received() + " received of " + count;
    }
}
