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
import org.rds4j.perf.load.ThroughputSession;

/** A stream through a driver: the applications of both ends take turns on the measuring thread. */
final class DriverThroughput implements ThroughputSession {
    private static final int OFFERS_PER_PUMP = 64;
    private static final int OCTETS_PER_PUMP = 64 << 10;

    private final DriverEnds ends;
    private final int size;
    private final int offersPerPump;
    private final RdsAddress serverAddress;
    private final UnsafeBuffer message;
    private final DatagramHandler onMessage = this::onMessage;
    private final IdleStrategy idle = Patience.create();
    private long sent;
    private long nextIndex;

    DriverThroughput(final DriverEnds ends, final int size) {
        this.ends = ends;
        this.size = size;
        this.offersPerPump = Math.max(1, Math.min(OFFERS_PER_PUMP, OCTETS_PER_PUMP / size));
        this.serverAddress = ends.serverAddress();
        this.message = new UnsafeBuffer(new byte[size]);
        MessagePattern.fill(message, 0, size);
    }

    @Override
    public int pump() {
        final long before = sent;
        for (int i = 0; i < offersPerPump; i++) {
            MessagePattern.stamp(message, 0, size, sent);
            if (ends.client().offer(serverAddress, message, 0, size) < 0) {
                break;
            }
            sent++;
        }
        final int news = ends.server().poll(onMessage, OFFERS_PER_PUMP);
        if (news == 0) {
            ends.check();
        }
        idle.idle(news + (int) (sent - before));
        return news;
    }

    private void onMessage(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        if (length != size || !MessagePattern.matches(buffer, offset, size, nextIndex)) {
            throw new MeasurementException("message " + nextIndex + " arrived with wrong content");
        }
        nextIndex++;
    }

    @Override
    public void close() {
        ends.close();
    }
}
