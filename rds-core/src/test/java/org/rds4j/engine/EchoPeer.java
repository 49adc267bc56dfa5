package org.rds4j.engine;

import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.CarrierHandler;
import org.rds4j.carrier.CarrierWatcher;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.frame.RdsHeaderFlyweight;

/** A carrier whose other end is a host of this kind with one path that sends every datagram back where it came from. */
final class EchoPeer implements ByteCarrier {
    private final UnsafeBuffer sent = new UnsafeBuffer(0, 0);
    private final ExpandableDirectByteBuffer answers = new ExpandableDirectByteBuffer(256);
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final RdsHeaderFlyweight answer = new RdsHeaderFlyweight();
    private CarrierWatcher watcher;
    private long nextSequence = 1;
    private long offered;
    private int length;
    private int read;

    @Override
    public long offer(final long address, final int chunkLength) {
        int done = 0;
        while (done < chunkLength) {
            header.wrap(address + done);
            final int total = RdsHeaderFlyweight.LENGTH + (int) header.payloadLength();
            answer(address + done, (int) header.payloadLength());
            done += total;
        }
        offered += chunkLength;
        watcher.onCarrierEvent();
        return offered;
    }

    private void answer(final long message, final int payload) {
        if (header.flags() == RdsHeaderFlyweight.FLAG_CONG_BITMAP) {
            return;
        }
        final boolean isProbe = header.isProbePing();
        sent.wrap(message, RdsHeaderFlyweight.LENGTH + payload);
        answers.putBytes(length, sent, 0, RdsHeaderFlyweight.LENGTH + payload);
        final int asked = header.destinationPort();
        final int asking = header.sourcePort();
        answer.wrap(answers.addressOffset() + length).write(nextSequence++, payload, asked, asking, 0);
        if (isProbe) {
            final ExtensionHeaderFlyweight extensions =
                new ExtensionHeaderFlyweight().clear().pathCount(1).generation(7).sourcePortIndex();
            answer.extensions(extensions.high(), extensions.low());
        }
        length += RdsHeaderFlyweight.LENGTH + payload;
    }

    @Override
    public int receive(final CarrierHandler handler) {
        if (read == length) {
            return 0;
        }
        final int taken = handler.onBytes(answers.addressOffset() + read, length - read);
        read += taken;
        if (read == length) {
            read = 0;
            length = 0;
        }
        return taken;
    }

    @Override
    public int maxChunkLength() {
        return 16_384;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public long acknowledgedPosition() {
        return offered;
    }

    @Override
    public void watcher(final CarrierWatcher named) {
        watcher = named;
    }

    @Override
    public CarrierWatcher watcher() {
        return watcher;
    }

    @Override
    public void close() {
        throw new AssertionError("nobody closes it");
    }

    @Override
    public void abort() {
        throw new AssertionError("nobody aborts it");
    }

    @Override
    public void discard() {
        throw new AssertionError("nobody discards it");
    }

    @Override
    public boolean isDrained() {
        return false;
    }
}
