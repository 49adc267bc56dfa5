package org.rds4j.tests.driver;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;

/**
 * One end of a conversation in which each sends the other the same datagrams: lengths and octets follow from a datagram's
 * number alone, so either end can check every octet of what comes.
 */
final class Exchange {
    private static final int LONGEST = 1 << 20;
    private static final int SHORT = 3_000;
    private static final int LONG_EVERY = 1_000;
    private static final int SHIFTS = 4_096;
    private static final byte[] NOISE = new byte[LONGEST + SHIFTS];
    private static final int POLL_LIMIT = 16;

    static {
        new SplittableRandom(7).nextBytes(NOISE);
    }

    private final RdsSocket socket;
    private final RdsAddress peer;
    private int count;
    private final UnsafeBuffer octets = new UnsafeBuffer(NOISE);
    private final byte[] received = new byte[LONGEST];
    private int sent;
    private int checked;

    Exchange(final RdsSocket socket, final RdsAddress peer, final int count) {
        this.socket = socket;
        this.peer = peer;
        this.count = count;
    }

    private static int length(final int number) {
        return number % LONG_EVERY == LONG_EVERY - 1 ? LONGEST : (int) (number * 2_654_435_761L % SHORT);
    }

    private static int shift(final int number) {
        return number * 31 % SHIFTS;
    }

    /** Sends and receives what can be now; answers whether anything could. */
    boolean work() {
        final int before = sent + checked;
        while (sent < count && socket.offer(peer, octets, shift(sent), length(sent)) > 0) {
            sent++;
        }
        socket.poll(this::check, POLL_LIMIT);
        return sent + checked > before;
    }

    private void check(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        if (!info.source().equals(peer)) {
            throw new AssertionError("datagram " + checked + " comes from " + info.source());
        }
        buffer.getBytes(offset, received, 0, length);
        final int from = shift(checked);
        if (length != length(checked) || !Arrays.equals(received, 0, length, NOISE, from, from + length)) {
            throw new AssertionError("datagram " + checked + " of " + length + " octets is not what was sent");
        }
        checked++;
    }

    /** Whether everything has come; what was sent may be on its way. */
    boolean isDone() {
        return sent == count && checked == count;
    }

    /** Ends this end's part with what was sent. */
    void sendNoMore() {
        count = sent;
    }

    /** Whether everything that the other end sent has come. */
    boolean hasAllOf(final Exchange other) {
        return checked == other.sent;
    }

    boolean isAcknowledged() {
        return socket.unacknowledgedLength() == 0;
    }

    @Override
    public String toString() {
        return sent + " sent and " + checked + " received of " + count;
    }
}
