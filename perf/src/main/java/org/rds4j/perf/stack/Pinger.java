package org.rds4j.perf.stack;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.MessagePattern;

/** The client's side of a ping-pong: one message under way at most, whose echo must be it. Used by the measuring thread. */
final class Pinger implements DatagramHandler {
    private final RdsSocket socket;
    private final RdsAddress server;
    private final int size;
    private final UnsafeBuffer ping;
    private boolean underWay;
    private boolean arrived;
    private long nextIndex;

    /**
     * A pinger that has sent nothing.
     *
     * @param socket bound; borrowed.
     * @param server sends back what it gets.
     * @param size   of messages, in octets.
     */
    Pinger(final RdsSocket socket, final RdsAddress server, final int size) {
        this.socket = socket;
        this.server = server;
        this.size = size;
        this.ping = new UnsafeBuffer(new byte[size]);
        MessagePattern.fill(ping, 0, size);
    }

    /** Sends the next message, unless one is under way or there is no room. */
    boolean trySend() {
        if (underWay) {
            return false;
        }
        MessagePattern.stamp(ping, 0, size, nextIndex);
        underWay = socket.offer(server, ping, 0, size) > 0;
        return underWay;
    }

    /** Looks for the echo; answers whether it arrived. */
    boolean poll() {
        arrived = false;
        socket.poll(this, 1);
        return arrived;
    }

    @Override
    public void onDatagram(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        if (!underWay || length != size || !MessagePattern.matches(buffer, offset, size, nextIndex)) {
            throw new MeasurementException("the echo of message " + nextIndex + " arrived with wrong content");
        }
        nextIndex++;
        underWay = false;
        arrived = true;
    }
}
