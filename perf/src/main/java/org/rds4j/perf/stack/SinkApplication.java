package org.rds4j.perf.stack;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.MessagePattern;

/** Checks each datagram against its index and counts it. */
final class SinkApplication implements Application {
    private static final int DATAGRAMS_PER_POLL = 64;

    private final RdsNode node;
    private final int size;
    private final AtomicLong delivered;
    private final RdsSocket socket;
    private final RdsAddress address;
    private final DatagramHandler onMessage = this::onMessage;
    private long nextIndex;

    /**
     * A sink with a socket of its own.
     *
     * @param node      that receives.
     * @param size      octets that every datagram must have.
     * @param delivered is set to the datagrams that arrived; written here, read by anyone.
     */
    SinkApplication(final RdsNode node, final int size, final AtomicLong delivered) {
        this.node = node;
        this.size = size;
        this.delivered = delivered;
        this.socket = node.socket();
        this.address = node.address().withPort(socket.bind(0));
    }

    @Override
    public int doWork() {
        final int work = node.invoke();
        final int polled = socket.poll(onMessage, DATAGRAMS_PER_POLL);
        if (polled > 0) {
            delivered.setRelease(nextIndex);
        }
        return work + polled;
    }

    private void onMessage(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        if (length != size || !MessagePattern.matches(buffer, offset, size, nextIndex)) {
            throw new MeasurementException("message " + nextIndex + " arrived with wrong content");
        }
        nextIndex++;
    }

    @Override
    public RdsAddress address() {
        return address;
    }

    @Override
    public void close() {
        socket.close();
    }
}
