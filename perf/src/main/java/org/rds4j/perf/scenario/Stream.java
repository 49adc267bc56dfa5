package org.rds4j.perf.scenario;

import java.util.random.RandomGenerator;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.world.SimHost;

/**
 * An application at both ends: one socket sends datagrams of random lengths as fast as its socket takes them, another
 * receives and checks them.
 */
final class Stream implements SimHost, DatagramHandler, AutoCloseable {
    private static final int POLL_LIMIT = 64;
    private static final int PORT = 4000;

    private final HistoryChecker checker;
    private final RandomGenerator lengths;
    private final int maxLength;
    private final RdsSocket sender;
    private final RdsSocket receiver;
    private final RdsAddress destination;
    private final long source;
    private final ExpandableArrayBuffer payload = new ExpandableArrayBuffer();
    private long left;
    private int nextLength = -1;
    private long nowNs;

    Stream(
        final RdsNode from, final RdsNode to, final long datagrams, final int maxLength, final HistoryChecker checker,
        final RandomGenerator lengths) {
        this.checker = checker;
        this.lengths = lengths;
        this.maxLength = maxLength;
        this.left = datagrams;
        this.receiver = to.socket();
        this.sender = from.socket();
        receiver.bind(PORT);
        sender.bind(PORT + 1);
        destination = to.address().withPort(PORT);
        source = from.address().low();
    }

    @Override
    public int doWork(final long timeNs) {
        nowNs = timeNs;
        int work = receiver.poll(this, POLL_LIMIT);
        while (left > 0 && offerNext()) {
            work++;
        }
        return work;
    }

    private boolean offerNext() {
        if (nextLength < 0) {
            nextLength = lengths.nextInt(maxLength + 1);
            payload.checkLimit(nextLength + 1);
            checker.fillNext(source, destination.low(), payload, 0, nextLength);
        }
        if (sender.offer(destination, payload, 0, nextLength) < 0) {
            return false;
        }
        checker.onSent(source, destination.low(), nextLength);
        nextLength = -1;
        left--;
        return true;
    }

    @Override
    public void onDatagram(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        checker.onDelivered(info.sourceLow(), destination.low(), buffer, offset, length, nowNs);
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    /** Sends nothing more after what is sent already. */
    void stop() {
        left = 0;
    }

    long delivered() {
        return checker.delivered();
    }

    boolean isSent() {
        return left == 0;
    }

    @Override
    public void close() {
        sender.close();
        receiver.close();
    }
}
