package org.rds4j.perf.stack;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.perf.load.Patience;
import org.rds4j.perf.load.RttSession;

/** Ping-pong through a driver: the applications of both ends take turns on the measuring thread. */
final class DriverRtt implements RttSession {
    private final DriverEnds ends;
    private final int size;
    private final RdsAddress clientAddress;
    private final Pinger pinger;
    private final UnsafeBuffer pong;
    private final DatagramHandler onRequest = this::onRequest;
    private final IdleStrategy idle = Patience.create();
    private boolean isReplyPending;

    DriverRtt(final DriverEnds ends, final int size) {
        this.ends = ends;
        this.size = size;
        this.clientAddress = ends.clientAddress();
        this.pinger = new Pinger(ends.client(), ends.serverAddress(), size);
        this.pong = new UnsafeBuffer(new byte[size]);
    }

    @Override
    public boolean trySend() {
        return pinger.trySend();
    }

    @Override
    public boolean poll() {
        final int requests = ends.server().poll(onRequest, 1);
        if (isReplyPending) {
            isReplyPending = ends.server().offer(clientAddress, pong, 0, size) < 0;
        }
        final boolean arrived = pinger.poll();
        final int work = arrived ? requests + 1 : requests;
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

    @Override
    public void close() {
        ends.close();
    }
}
