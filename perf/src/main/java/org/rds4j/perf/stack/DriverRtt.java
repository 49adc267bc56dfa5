package org.rds4j.perf.stack;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.MessagePattern;
import org.rds4j.perf.load.Patience;
import org.rds4j.perf.load.RttSession;

/** Ping-pong through a driver: the applications of both ends take turns on the measuring thread. */
final class DriverRtt implements RttSession {
    private final DriverEnds ends;
    private final int size;
    private final RdsAddress clientAddress;
    private final RdsAddress serverAddress;
    private final UnsafeBuffer ping;
    private final UnsafeBuffer pong;
    private final DatagramHandler onRequest = this::onRequest;
    private final DatagramHandler onEcho = this::onEcho;
    private final IdleStrategy idle = Patience.create();
    private boolean isReplyPending;
    private boolean underWay;
    private boolean arrived;
    private long nextIndex;

    DriverRtt(final DriverEnds ends, final int size) {
        this.ends = ends;
        this.size = size;
        this.clientAddress = ends.clientAddress();
        this.serverAddress = ends.serverAddress();
        this.ping = new UnsafeBuffer(new byte[size]);
        this.pong = new UnsafeBuffer(new byte[size]);
        MessagePattern.fill(ping, 0, size);
    }

    @Override
    public boolean trySend() {
        if (underWay) {
            return false;
        }
        MessagePattern.stamp(ping, 0, size, nextIndex);
        underWay = ends.client().offer(serverAddress, ping, 0, size) > 0;
        return underWay;
    }

    @Override
    public boolean poll() {
        arrived = false;
        int work = ends.server().poll(onRequest, 1);
        if (isReplyPending) {
            isReplyPending = ends.server().offer(clientAddress, pong, 0, size) < 0;
        }
        work += ends.client().poll(onEcho, 1);
        if (work == 0) {
            ends.check();
        }
        idle.idle(work);
        return arrived;
    }

    private void onRequest(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        pong.putBytes(0, buffer, offset, length);
        isReplyPending = true;
    }

    private void onEcho(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        if (!underWay || length != size || !MessagePattern.matches(buffer, offset, size, nextIndex)) {
            throw new MeasurementException("the echo of message " + nextIndex + " arrived with wrong content");
        }
        nextIndex++;
        underWay = false;
        arrived = true;
    }

    @Override
    public void close() {
        ends.close();
    }
}
