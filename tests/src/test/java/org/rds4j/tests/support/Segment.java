package org.rds4j.tests.support;

import java.nio.ByteBuffer;
import java.util.List;

/** A TCP segment over IPv4 in a captured frame. */
public final class Segment {
    private static final int ETHERNET = 14;
    private static final int SYN = 0x02;

    private final byte[] frame;

    private Segment(final byte[] frame) {
        this.frame = frame;
    }

    /** Those frames of a capture that are TCP segments. */
    public static List<Segment> of(final List<byte[]> frames) {
        return frames.stream().map(Segment::new).filter(Segment::isTcp).toList();
    }

    private boolean isTcp() {
        return unsignedShort(12) == 0x0800 && frame[ETHERNET + 9] == 6;
    }

    public int dscp() {
        return (frame[ETHERNET + 1] & 0xff) >>> 2;
    }

    /** Source and destination ports, which name one direction of one connection between two hosts. */
    public int ports() {
        return ByteBuffer.wrap(frame).getInt(tcp());
    }

    public int sourcePort() {
        return unsignedShort(tcp());
    }

    public int destinationPort() {
        return unsignedShort(tcp() + 2);
    }

    public boolean isSyn() {
        return (frame[tcp() + 13] & SYN) != 0;
    }

    public int sequence() {
        return ByteBuffer.wrap(frame).getInt(tcp() + 4);
    }

    public byte[] payload() {
        final int start = tcp() + ((frame[tcp() + 12] & 0xf0) >>> 2);
        final int end = ETHERNET + unsignedShort(ETHERNET + 2);
        final byte[] payload = new byte[end - start];
        System.arraycopy(frame, start, payload, 0, payload.length);
        return payload;
    }

    private int tcp() {
        return ETHERNET + (frame[ETHERNET] & 0x0f) * 4;
    }

    private int unsignedShort(final int offset) {
        return ByteBuffer.wrap(frame).getShort(offset) & 0xffff;
    }
}
