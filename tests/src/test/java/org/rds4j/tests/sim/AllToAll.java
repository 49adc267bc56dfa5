package org.rds4j.tests.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.collections.MutableLong;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.qos.classify.QosConfiguration;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.world.SimHost;

/** Sockets on two nodes, each of which sends to all sockets of the other node and checks what it receives. */
public final class AllToAll implements SimHost, AutoCloseable {
    private static final int FIRST_PORT = 4000;
    private static final int POLL_LIMIT = 16;

    /** A socket that sends to all sockets of the other node in turn, one datagram at a time, at one level after the other. */
    private final class Sender {
        private final CheckedSocket from;
        private final List<RdsAddress> to;
        private int left;
        private int length = -1;

        Sender(final CheckedSocket from, final List<CheckedSocket> to, final int messages) {
            this.from = from;
            this.to = to.stream().map(socket -> socket.socket().localAddress()).toList();
            this.left = messages * to.size();
        }

        int send() {
            int work = 0;
            while (left > 0 && sendNext()) {
                work++;
            }
            return work;
        }

        private boolean sendNext() {
            length = length < 0 ? lengths.nextInt(maxLength + 1) : length;
            if (from.send(to.get(left % to.size()), length, levels[left / to.size() % levels.length]) < 0) {
                return false;
            }
            length = -1;
            left--;
            unsent--;
            return true;
        }
    }

    private final HistoryChecker checker;
    private final RandomGenerator lengths;
    private final int maxLength;
    private final int[] levels;
    private final List<CheckedSocket> sockets = new ArrayList<>();
    private final List<Sender> senders = new ArrayList<>();
    private long unsent;

    /**
     * Sockets that have sent nothing yet.
     *
     * @param left      unbound sockets of one node, closed with this object.
     * @param right     those of the other.
     * @param messages  from each to each of the other node.
     * @param maxLength longest message.
     * @param checker   of their history.
     * @param lengths   chance that chooses lengths.
     * @param clock     for messages about breaches.
     * @param levels    service levels.
     */
    public AllToAll(
        final List<RdsSocket> left, final List<RdsSocket> right, final int messages, final int maxLength,
        final HistoryChecker checker, final RandomGenerator lengths, final LongSupplier clock, final int... levels) {
        this.checker = checker;
        this.lengths = lengths;
        this.maxLength = maxLength;
        this.levels = levels.clone();
        final List<CheckedSocket> ofLeft = bind(left, clock);
        final List<CheckedSocket> ofRight = bind(right, clock);
        ofLeft.forEach(socket -> senders.add(new Sender(socket, ofRight, messages)));
        ofRight.forEach(socket -> senders.add(new Sender(socket, ofLeft, messages)));
        unsent = 2L * left.size() * right.size() * messages;
    }

    /** So many sockets of a node. */
    public static List<RdsSocket> open(final RdsNode node, final int count) {
        return IntStream.range(0, count).mapToObj(i -> node.socket()).toList();
    }

    private List<CheckedSocket> bind(final List<RdsSocket> unbound, final LongSupplier clock) {
        final List<CheckedSocket> bound = new ArrayList<>();
        for (final RdsSocket socket : unbound) {
            socket.bind(FIRST_PORT + bound.size());
            bound.add(new CheckedSocket(checker, socket, clock, QosConfiguration.defaults()::laneOf));
        }
        sockets.addAll(bound);
        return bound;
    }

    @Override
    public int doWork(final long nowNs) {
        int work = 0;
        for (final CheckedSocket socket : sockets) {
            work += socket.poll(POLL_LIMIT);
        }
        for (final Sender sender : senders) {
            work += sender.send();
        }
        return work;
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    /** Whether everything has been accepted. */
    public boolean isSent() {
        return unsent == 0;
    }

    /** Whether everything has come, or something came that must not. */
    public boolean isOver() {
        return checker.violation().isPresent() || (isSent() && checker.outstanding() == 0);
    }

    static long counter(final RdsNode node, final String wanted) {
        final MutableLong found = new MutableLong();
        node.counters((label, meaning, value) -> {
            if (label.equals(wanted)) {
                found.set(value);
            }
        });
        return found.get();
    }

    @Override
    public void close() {
        CloseHelper.closeAll(sockets);
    }
}
