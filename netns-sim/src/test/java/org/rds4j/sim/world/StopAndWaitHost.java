package org.rds4j.sim.world;

import java.util.random.RandomGenerator;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;

/**
 * The smallest reliable protocol there is, to prove the event loop with: one message at a time, repeated until acknowledged.
 * Both hosts send and receive. Frame: type, 8-octet index, 32-bit sum of the payload, payload.
 */
final class StopAndWaitHost implements SimHost {
    private static final byte DATA = 1;
    private static final byte ACK = 2;
    private static final int HEADER_LENGTH = 13;
    private static final int MAX_PAYLOAD = 400;
    private static final long RETRANSMIT_NS = 200_000;

    long sentFrames;
    private final LinkPort port;
    private final RandomGenerator random;
    private final HistoryChecker checker;
    private final long self;
    private final long peer;
    private final long messages;
    private final FrameBurst received = new FrameBurst(32);
    private final FrameBurst outgoing = new FrameBurst(1);
    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[MAX_PAYLOAD]);
    private int payloadLength = -1;
    private long sendIndex;
    private long expectedIndex;
    private long retransmitAtNs = Long.MAX_VALUE;

    StopAndWaitHost(final LinkPort port, final RandomGenerator random, final HistoryChecker checker, final long self,
        final long peer, final long messages) {
        this.port = port;
        this.random = random;
        this.checker = checker;
        this.self = self;
        this.peer = peer;
        this.messages = messages;
    }

    boolean isDone() {
        return sendIndex == messages && expectedIndex == messages;
    }

    @Override
    public int doWork(final long nowNs) {
        final int count = port.receiveBurst(received);
        for (int i = 0; i < count; i++) {
            frame.wrap(received.address(i), received.length(i));
            onFrame(nowNs);
        }
        port.release(received);
        return count + sendNext(nowNs);
    }

    @Override
    public long nextDeadlineNs() {
        return retransmitAtNs;
    }

    private void onFrame(final long nowNs) {
        final int length = frame.capacity() - HEADER_LENGTH;
        if (length < 0 || frame.getInt(9) != sum(frame, frame.getByte(0), frame.getLong(1), HEADER_LENGTH, length)) {
            return;
        }
        final long index = frame.getLong(1);
        if (frame.getByte(0) == ACK) {
            if (index == sendIndex && payloadLength >= 0) {
                sendIndex++;
                payloadLength = -1;
                retransmitAtNs = Long.MAX_VALUE;
            }
            return;
        }
        if (index == expectedIndex) {
            checker.onDelivered(peer, self, frame, HEADER_LENGTH, length, nowNs);
            expectedIndex++;
        }
        if (index < expectedIndex) {
            transmit(ACK, index, 0);
        }
    }

    private int sendNext(final long nowNs) {
        if (payloadLength < 0 && sendIndex < messages) {
            payloadLength = random.nextInt(MAX_PAYLOAD + 1);
            checker.fillNext(self, peer, payload, 0, payloadLength);
            checker.onSent(self, peer, payloadLength);
            retransmitAtNs = nowNs;
        }
        if (nowNs < retransmitAtNs) {
            return 0;
        }
        transmit(DATA, sendIndex, payloadLength);
        retransmitAtNs = nowNs + RETRANSMIT_NS;
        return 1;
    }

    private void transmit(final byte type, final long index, final int length) {
        if (port.allocate(outgoing, 1) == 1) {
            final UnsafeBuffer out = new UnsafeBuffer(outgoing.address(0), outgoing.capacity(0));
            out.putByte(0, type);
            out.putLong(1, index);
            out.putBytes(HEADER_LENGTH, payload, 0, length);
            out.putInt(9, sum(out, type, index, HEADER_LENGTH, length));
            outgoing.length(0, HEADER_LENGTH + length);
            sentFrames += port.transmitBurst(outgoing);
            port.release(outgoing);
        }
    }

    private static int sum(final UnsafeBuffer buffer, final byte type, final long index, final int offset, final int length) {
        int sum = type * 31 + Long.hashCode(index);
        for (int i = 0; i < length; i++) {
            sum = sum * 31 + buffer.getByte(offset + i);
        }
        return sum;
    }
}
