package org.rds4j.crypto.model;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/** The packets of one element on their way out, as fast as the sink takes them. */
final class Emission {
    private static final int MAX_FRAME_LENGTH = 65_536 + 64;

    private final PacketSink sink;
    private final Headers headers = new Headers();
    private final ByteBuffer headerBuffer = ByteBuffer.allocateDirect(1024);
    private final ByteBuffer frameBuffer = ByteBuffer.allocateDirect(MAX_FRAME_LENGTH);
    private final long header = BufferUtil.address(headerBuffer);
    private final long frame = BufferUtil.address(frameBuffer);
    private byte[] payload;
    private int headerLength;
    private int length;
    private int mss;
    private int offset;
    private int number;
    private boolean isBusy;

    Emission(final PacketSink sink) {
        this.sink = sink;
    }

    /** Begins with a payload that stays as it is until the emission is done. */
    void begin(
        final long headerAddress, final int headerOctets, final byte[] octets, final int octetCount, final int segmentSize) {
        UnsafeApi.copyMemory(headerAddress, header, headerOctets);
        headers.parse(header, headerOctets);
        headerLength = headerOctets;
        payload = octets;
        length = octetCount;
        mss = segmentSize;
        offset = 0;
        number = 0;
        isBusy = true;
    }

    /** Emits what the sink takes; true when nothing is left. */
    boolean advance() {
        while (isBusy && sink.room() > 0) {
            emit();
        }
        return !isBusy;
    }

    int packets() {
        return mss == 0 ? 1 : (length + mss - 1) / mss;
    }

    private void emit() {
        final int count = mss == 0 ? length : Math.min(mss, length - offset);
        UnsafeApi.copyMemory(header, frame, headerLength);
        frameBuffer.put(headerLength, payload, offset, count);
        if (mss != 0) {
            headers.segment(frame, number, offset, count, offset + count == length);
        }
        headers.checksums(frame, headerLength + count);
        sink.onPacket(frame, headerLength + count);
        offset += count;
        number++;
        isBusy = offset < length;
    }
}
