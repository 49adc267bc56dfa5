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

    /** One way from a socket to another. */
    private static final class Flow {
        private final RdsSocket from;
        private final RdsAddress to;
        private final long source;
        private final long destination;
        private int left;
        private int nextLength = -1;

        Flow(final RdsSocket from, final RdsSocket to, final int messages) {
            this.from = from;
            this.to = to.localAddress();
            this.source = id(from.localAddress());
            this.destination = id(this.to);
            this.left = messages;
        }
    }

    private final HistoryChecker checker;
    private final RandomGenerator lengths;
    private final int maxLength;
    private final List<RdsSocket> sockets = new ArrayList<>();
    private final List<Flow> flows = new ArrayList<>();
    private final ExpandableArrayBuffer payload = new ExpandableArrayBuffer();

    AllToAll(
        final RdsNode first, final RdsNode second, final int count, final int messages, final int maxLength,
        final HistoryChecker checker, final RandomGenerator lengths) {
        this.checker = checker;
        this.lengths = lengths;
        this.maxLength = maxLength;
        final List<RdsSocket> left = bind(first, count);
        final List<RdsSocket> right = bind(second, count);
        for (final RdsSocket a : left) {
            for (final RdsSocket b : right) {
                flows.add(new Flow(a, b, messages));
                flows.add(new Flow(b, a, messages));
            }
        }
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
        for (final Flow flow : flows) {
            work += flow.left > 0 && offer(flow) ? 1 : 0;
        }
        return work;
    }

    private boolean offer(final Flow flow) {
        if (flow.nextLength < 0) {
            flow.nextLength = lengths.nextInt(maxLength + 1);
        }
        payload.checkLimit(flow.nextLength + 1);
        checker.fillNext(flow.source, flow.destination, payload, 0, flow.nextLength);
        if (flow.from.offer(flow.to, payload, 0, flow.nextLength) < 0) {
            return false;
        }
        checker.onSent(flow.source, flow.destination, flow.nextLength);
        flow.nextLength = -1;
        flow.left--;
        return true;
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    boolean isSent() {
        return flows.stream().allMatch(flow -> flow.left == 0);
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
