package org.rds4j;

import java.time.Clock;
import java.time.Instant;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.rds4j.socket.DatagramRecord;

/**
 * What a socket wants to know of how its datagrams arrived: SO_TIMESTAMP and SO_RDS_MSG_RXPATH_LATENCY. Any thread sets, the
 * receiving thread has it told.
 */
final class Arrivals {
    private static final int POSITIONS = 3;
    private static final int[] NO_POSITIONS = {};
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final NanoClock clock;
    private volatile boolean isTimestampOn;
    private volatile int[] positions = NO_POSITIONS;
    /** What to add to the time of the clock to have that of the calendar, and when this was last looked up. */
    private long epochOffsetNs;
    private long offsetTakenNs;
    private boolean isOffsetKnown;

    Arrivals(final NanoClock clock) {
        this.clock = clock;
    }

    boolean isOn() {
        return isTimestampOn || positions.length > 0;
    }

    boolean isTimestampOn() {
        return isTimestampOn;
    }

    void timestamp(final boolean isOn) {
        isTimestampOn = isOn;
    }

    /** Too many change nothing; one that there is not ends what was asked before (rds_recv_track_latency). */
    void latency(final int[] asked) {
        if (asked.length > POSITIONS) {
            throw RdsException.of(Errno.EFAULT, asked.length + " positions: there are only " + POSITIONS);
        }
        for (final int position : asked) {
            if (position < 0 || position >= POSITIONS) {
                positions = NO_POSITIONS;
                throw RdsException.of(Errno.EFAULT, "there is no position " + position);
            }
        }
        positions = asked.clone();
    }

    /** Says of a datagram that the application is just getting how it arrived. */
    void describe(final DatagramInfo info, final DirectBuffer buffer, final int index) {
        final long nowNs = clock.nanoTime();
        final int[] asked = positions;
        for (int i = 0; i < asked.length; i++) {
            final int position = asked[i];
            final long endNs = position == POSITIONS - 1 ? nowNs : DatagramRecord.timeNs(buffer, index, position + 1);
            info.addLatency(endNs - DatagramRecord.timeNs(buffer, index, position));
        }
        if (isTimestampOn) {
            info.arrivalNs(epochOffsetNs(nowNs) + DatagramRecord.timeNs(buffer, index, POSITIONS - 1));
        }
    }

    /** Looked up once in a second: the calendar may be set, but asking it makes an object. */
    private long epochOffsetNs(final long nowNs) {
        if (!isOffsetKnown || nowNs - offsetTakenNs >= NANOS_PER_SECOND) {
            final Instant calendar = Clock.systemUTC().instant();
            epochOffsetNs = calendar.getEpochSecond() * NANOS_PER_SECOND + calendar.getNano() - nowNs;
            offsetTakenNs = nowNs;
            isOffsetKnown = true;
        }
        return epochOffsetNs;
    }
}
