package org.rds4j.tests.guest;

import java.io.PrintStream;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramInfo;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;

/** What {@code rds-exchange} does in the guest, on a socket of a node: same words, same lines. */
final class ExchangeRun {
    private static final int POLL_LIMIT = 64;
    private static final int BUFFER_LENGTH = 4 << 20;

    private final PrintStream out;
    private final Map<String, String> settings = new HashMap<>();
    private final int port;
    private final RdsAddress peer;
    private final long toSend;
    private final long toReceive;
    private final boolean isLoose;
    private final CheckedMessages outward;
    private final CheckedMessages inward;
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[CheckedMessages.BUFFER_LENGTH]);

    private int prepared = -1;
    private long sent;
    private long came;
    private long octets;
    private long refused;
    private long full;
    private long next;
    private long firstOfRange = -1;
    private long movedNs = System.nanoTime();
    private String fault;

    /**
     * A run that has not begun.
     *
     * @param out   for its lines.
     * @param words {@code OWN PORT PEER PORT [NAME=VALUE...]}.
     */
    ExchangeRun(final PrintStream out, final String... words) {
        this.out = out;
        port = Integer.parseInt(words[1]);
        peer = RdsAddress.parse(words[2]).withPort(Integer.parseInt(words[3]));
        for (int i = 4; i < words.length; i++) {
            final String[] pair = words[i].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        toSend = number("send", 0);
        toReceive = number("receive", 0);
        isLoose = number("loose", 0) != 0;
        final String size = settings.getOrDefault("size", "mixed");
        outward = new CheckedMessages(number("seed", 0), size);
        inward = new CheckedMessages(number("seed", 0) ^ 1, size);
    }

    private long number(final String name, final long otherwise) {
        final String value = settings.get(name);
        return value == null ? otherwise : Long.parseLong(value);
    }

    /** Runs to the end; answers the exit code. */
    int run(final RdsNode node) throws InterruptedException {
        try (RdsSocket socket = node.socket()) {
            socket.sendBufferLength((int) number("sndbuf", BUFFER_LENGTH));
            socket.bind(port);
            out.println("bound");
            final long startNs = System.nanoTime();
            if (!exchange(socket, startNs)) {
                return 1;
            }
            out.printf("done: sent %d, came %d, octets %d, refused %d, full %d, ms %d%n",
                sent, came, octets, refused, full, (movedNs - startNs) / 1_000_000);
            Thread.sleep(number("linger", 0) * 1_000);
            return 0;
        }
    }

    private boolean exchange(final RdsSocket socket, final long startNs) {
        final long deafNs = number("deaf", 0) * 1_000_000_000L;
        final long gapNs = number("gap", 0) * 1_000;
        final long patienceNs = number("wait", 60) * 1_000_000_000L + deafNs;
        long nextSendNs = startNs + number("delay", 0) * 1_000_000;
        while (fault == null && (sent < toSend || next < toReceive || socket.unacknowledgedLength() > 0)) {
            final long nowNs = System.nanoTime();
            int work = 0;
            if (sent < toSend && nowNs - nextSendNs >= 0 && send(socket)) {
                work++;
                nextSendNs = nowNs + gapNs;
            }
            if (nowNs - startNs >= deafNs) {
                work += socket.poll(this::onDatagram, POLL_LIMIT);
            }
            movedNs = work > 0 ? nowNs : movedNs;
            if (nowNs - movedNs > patienceNs) {
                out.printf("silence: sent %d, came %d, refused %d, full %d%n", sent, came, refused, full);
                return false;
            }
            if (work == 0) {
                LockSupport.parkNanos(100_000);
            }
        }
        endRange();
        return fault == null;
    }

    private boolean send(final RdsSocket socket) {
        if (prepared < 0) {
            prepared = outward.fill(payload, sent);
        }
        final int result = socket.offer(peer, payload, 0, prepared);
        if (result > 0) {
            prepared = -1;
            sent++;
            return true;
        }
        if (result == RdsSocket.BACK_PRESSURED) {
            full++;
        } else if (RdsSocket.errnoOf(result) == Errno.ENOBUFS) {
            refused++;
        } else {
            wrong("offer says " + RdsSocket.errnoOf(result));
        }
        return false;
    }

    private void onDatagram(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        final long number =
            isLoose && length >= Long.BYTES ? buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN) : next;
        if (!info.source().equals(peer)) {
            wrong("from " + info.source() + ", a stranger");
        } else if (number < next) {
            wrong("late or repeated: number " + number);
        } else if (!inward.isRight(number, buffer, offset, length)) {
            wrong("of the wrong length or damaged: number " + number + ", " + length + " octets");
        }
        if (isLoose) {
            noteRange(number);
        }
        if (came == 0) {
            out.println("first");
        }
        next = number + 1;
        came++;
        octets += length;
    }

    private void wrong(final String what) {
        if (fault == null) {
            fault = "wrong: message " + came + " is " + what;
            out.println(fault);
        }
    }

    private void noteRange(final long number) {
        if (number != next || firstOfRange < 0) {
            endRange();
            firstOfRange = number;
        }
    }

    private void endRange() {
        if (firstOfRange >= 0) {
            out.println("came " + firstOfRange + "-" + (next - 1));
            firstOfRange = -1;
        }
    }
}
