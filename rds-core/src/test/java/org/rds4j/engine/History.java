package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;

/**
 * What sockets sent, cancelled and received. Per pair of sockets: nothing arrives that was not sent, nothing twice, nothing out
 * of order; and nothing is missing at the end but what was cancelled.
 */
final class History {
    private static final int NUMBER_OFFSET = 0;
    private static final int CHECK_OFFSET = 4;
    static final int SMALLEST = 8;

    /** One direction between two sockets. */
    static final class Stream {
        private int sent;
        private int lastReceived = -1;
        private int received;
        private int cancelledBefore;

        int sent() {
            return sent;
        }

        int received() {
            return received;
        }

        private boolean isCancelled(final int number) {
            return number < cancelledBefore;
        }
    }

    private final Map<String, Stream> streams = new HashMap<>();

    Stream stream(final RdsAddress from, final RdsAddress to) {
        return streams.computeIfAbsent(from + " > " + to, key -> new Stream());
    }

    /** Sends the next datagram of a stream, if the socket takes it. */
    boolean send(final RdsSocket from, final RdsAddress to, final UnsafeBuffer buffer, final int length) {
        final Stream stream = stream(from.localAddress(), to);
        buffer.putInt(NUMBER_OFFSET, stream.sent);
        buffer.putInt(CHECK_OFFSET, length);
        if (from.offer(to, buffer, 0, length) <= 0) {
            return false;
        }
        stream.sent++;
        return true;
    }

    /** Cancels what a socket sent to another: it may arrive or not, but once and in order. */
    void cancel(final RdsSocket from, final RdsAddress to) {
        final Stream stream = stream(from.localAddress(), to);
        from.cancelSentTo(to);
        stream.cancelledBefore = stream.sent;
    }

    int receive(final RdsSocket at, final int limit) {
        return at.poll((data, offset, length, info) ->
            onReceived(stream(info.source(), at.localAddress()), data, offset, length), limit);
    }

    private static void onReceived(final Stream stream, final DirectBuffer data, final int offset, final int length) {
        final int number = data.getInt(offset + NUMBER_OFFSET);
        assertEquals(length, data.getInt(offset + CHECK_OFFSET), "length of " + number);
        assertTrue(number < stream.sent, number + " was never sent");
        assertTrue(number > stream.lastReceived, number + " after " + stream.lastReceived);
        for (int missing = stream.lastReceived + 1; missing < number; missing++) {
            assertTrue(stream.isCancelled(missing), missing + " is missing before " + number);
        }
        stream.lastReceived = number;
        stream.received++;
    }

    /** Whether everything that was not cancelled has arrived. */
    boolean isComplete() {
        return streams.values().stream().allMatch(
            stream -> stream.lastReceived + 1 >= stream.sent || stream.cancelledBefore >= stream.sent);
    }
}
