package org.rds4j.tests.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.agrona.CloseHelper;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.collections.MutableLong;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.world.SimHost;

/** Sockets on two nodes, each of which sends to all sockets of the other node and checks what it receives. */
final class AllToAll implements SimHost, AutoCloseable {
    private static final int POLL_LIMIT = 16;

    /** A socket that sends to all sockets of the other node in turn, one datagram at a time. */
    private final class Sender {
        private final RdsSocket from;
        private final long source;
        private final List<RdsAddress> to;
        private final ExpandableArrayBuffer payload = new ExpandableArrayBuffer();
        private int left;
        private int length = -1;

        Sender(final RdsSocket from, final List<RdsSocket> to, final int messages) {
            this.from = from;
            this.source = id(from.localAddress());
            this.to = to.stream().map(RdsSocket::localAddress).toList();
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
            final RdsAddress destination = to.get(left % to.size());
            if (length < 0) {
                length = lengths.nextInt(maxLength + 1);
                payload.checkLimit(length + 1);
                checker.fillNext(source, id(destination), payload, 0, length);
            }
            if (from.offer(destination, payload, 0, length) < 0) {
                return false;
            }
            checker.onSent(source, id(destination), length);
            length = -1;
            left--;
            unsent--;
            return true;
        }
    }

    private final HistoryChecker checker;
    private final RandomGenerator lengths;
    private final int maxLength;
    private final List<RdsSocket> sockets = new ArrayList<>();
    private final List<Sender> senders = new ArrayList<>();
    private long unsent;

    AllToAll(
        final RdsNode first, final RdsNode second, final int count, final int messages, final int maxLength,
        final HistoryChecker checker, final RandomGenerator lengths) {
        this.checker = checker;
        this.lengths = lengths;
        this.maxLength = maxLength;
        final List<RdsSocket> left = bind(first, count);
        final List<RdsSocket> right = bind(second, count);
        left.forEach(socket -> senders.add(new Sender(socket, right, messages)));
        right.forEach(socket -> senders.add(new Sender(socket, left, messages)));
        unsent = 2L * count * count * messages;
    }

    private List<RdsSocket> bind(final RdsNode node, final int count) {
        final List<RdsSocket> bound = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final RdsSocket socket = node.socket();
            socket.bind(4000 + i);
            bound.add(socket);
        }
        sockets.addAll(bound);
        return bound;
    }

    private static long id(final RdsAddress address) {
        return id(address.low(), address.port());
    }

    private static long id(final long low, final int port) {
        return low << 16 | port;
    }

    @Override
    public int doWork(final long nowNs) {
        int work = 0;
        for (final RdsSocket socket : sockets) {
            final long destination = id(socket.localAddress());
            work += socket.poll((buffer, offset, length, info) -> checker.onDelivered(
                id(info.sourceLow(), info.sourcePort()), destination, buffer, offset, length, nowNs), POLL_LIMIT);
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

    boolean isSent() {
        return unsent == 0;
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
