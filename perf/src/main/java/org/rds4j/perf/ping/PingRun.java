package org.rds4j.perf.ping;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.agrona.CloseHelper;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.perf.host.RdsHost;

/**
 * Pings a host at an interval and prints a line for each answer and each failure, as rds-ping does: eight sockets take turns, so
 * that a slow answer does not hold up the next ping. A socket whose answer did not come in time is replaced: what
 * arrives late finds no port, and is not taken for the answer to a later ping. Not thread safe.
 */
public final class PingRun implements AutoCloseable {
    private static final int SOCKETS = 8;

    private final RdsHost host;
    private final PingOptions options;
    private final PrintWriter out;
    private final NanoClock clock;
    private final List<PingSocket> sockets = new ArrayList<>();
    private final IdleStrategy idle = new BackoffIdleStrategy(1_000, 100, 1_000, 20_000);
    private long sent;
    private long ended;
    private long answers;
    private long dueNs;
    private int turn;

    /**
     * Opens the sockets.
     *
     * @param host    started; borrowed.
     * @param options what to do.
     * @param out     gets the lines.
     * @param clock   measures.
     */
    public PingRun(final RdsHost host, final PingOptions options, final PrintWriter out, final NanoClock clock) {
        this.host = host;
        this.options = options;
        this.out = out;
        this.clock = clock;
        try {
            for (int i = 0; i < SOCKETS; i++) {
                sockets.add(newSocket());
            }
        } catch (final RdsException e) {
            close();
            throw e;
        }
    }

    private PingSocket newSocket() {
        final RdsSocket socket = host.socket();
        try {
            return new PingSocket(socket, options.serviceLevel());
        } catch (final RdsException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Runs until as many pings as asked for were sent and each was answered or given up, or the thread is interrupted, which
     * it then is not any more.
     *
     * @return how many were answered.
     * @throws RdsException ECONNRESET when the node in use goes away.
     */
    public long run() {
        dueNs = clock.nanoTime();
        while ((options.count() == 0 || ended < options.count()) && !Thread.interrupted()) {
            final long endedBefore = ended;
            final long nowNs = clock.nanoTime();
            if (nowNs - dueNs >= 0 && (options.count() == 0 || sent < options.count())) {
                sendNext(nowNs);
            }
            for (int i = 0; i < SOCKETS; i++) {
                look(i);
            }
            idle.idle((int) (ended - endedBefore));
        }
        return answers;
    }

    /** On the socket whose turn it is. While all have pings under way, the next waits, and is not followed by what it held up. */
    private void sendNext(final long nowNs) {
        for (int i = 0; i < SOCKETS; i++) {
            final PingSocket socket = sockets.get((turn + i) % SOCKETS);
            if (!socket.isWaiting()) {
                turn = (turn + i + 1) % SOCKETS;
                dueNs = Math.max(dueNs, nowNs - options.intervalNs()) + options.intervalNs();
                send(socket, nowNs);
                return;
            }
        }
    }

    private void send(final PingSocket socket, final long nowNs) {
        final int result = socket.send(options.destination(), ++sent, nowNs);
        if (result <= 0) {
            ended++;
            say(line(socket.number()) + " ERROR: " + RdsSocket.errnoOf(result));
        }
    }

    private void look(final int index) {
        final PingSocket socket = sockets.get(index);
        final RdsAddress from = socket.poll();
        final long nowNs = clock.nanoTime();
        if (from != null) {
            onAnswer(socket, from, nowNs);
        } else if (socket.isClosed()) {
            throw RdsException.of(Errno.ECONNRESET, "the node has ended");
        } else if (socket.isWaiting() && nowNs - socket.sentNs() >= options.timeoutNs()) {
            ended++;
            say(line(socket.number()) + " ERROR: no answer within " + seconds(options.timeoutNs()) + " s");
            socket.close();
            sockets.set(index, newSocket());
        }
    }

    private void onAnswer(final PingSocket socket, final RdsAddress from, final long nowNs) {
        final boolean wasDue = socket.answered();
        final StringBuilder text = new StringBuilder(line(socket.number()))
            .append(' ').append((nowNs - socket.sentNs()) / 1_000).append(" usec");
        if (!from.equals(options.destination())) {
            text.append(" (").append(RdsAddress.hostText(from.high(), from.low())).append(')');
        }
        say(wasDue ? text.toString() : text + " DUP!");
        if (wasDue) {
            ended++;
            answers++;
        }
    }

    private static String line(final long number) {
        return String.format(Locale.ROOT, " %3d:", number);
    }

    private static String seconds(final long durationNs) {
        return durationNs % 1_000_000_000 == 0
            ? Long.toString(durationNs / 1_000_000_000) : Double.toString(durationNs / 1e9);
    }

    private void say(final String text) {
        out.println(text);
        out.flush();
    }

    @Override
    public void close() {
        CloseHelper.closeAll(sockets);
    }
}
