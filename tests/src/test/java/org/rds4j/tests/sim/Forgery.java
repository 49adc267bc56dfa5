package org.rds4j.tests.sim;

import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/** A TCP segment over IPv4 in a frame on the wire, for somebody who changes it; checksums follow from what changes (RFC 1624). */
final class Forgery {
    private static final int ETHERNET = 14;
    private static final int TCP = ETHERNET + 20;
    private static final int PROTOCOL_OFFSET = ETHERNET + 9;
    private static final int PROTOCOL_TCP = 6;
    private static final int LENGTH_OFFSET = TCP + 12;
    private static final int FLAGS_OFFSET = TCP + 13;
    private static final int CHECKSUM_OFFSET = TCP + 16;
    private static final int SYN_RST_FIN = 0x07;

    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private byte[] payload;

    /** Whether a frame is a segment that continues a connection with at least so many octets. */
    boolean isData(final long address, final int length, final int least) {
        frame.wrap(address, length);
        if (length < TCP + 20 + least || frame.getByte(PROTOCOL_OFFSET) != PROTOCOL_TCP
            || (frame.getByte(FLAGS_OFFSET) & SYN_RST_FIN) != 0) {
            return false;
        }
        payload = new byte[length - payloadOffset()];
        frame.getBytes(payloadOffset(), payload);
        return payload.length >= least;
    }

    private int payloadOffset() {
        return TCP + ((frame.getByte(LENGTH_OFFSET) & 0xf0) >> 2);
    }

    /** A copy. */
    byte[] payload() {
        return payload;
    }

    /** As long as what is there. */
    void replace(final byte[] forged) {
        frame.putBytes(payloadOffset(), forged);
        adjust(sum(forged) - sum(payload));
    }

    void set(final int flag) {
        frame.putByte(FLAGS_OFFSET, (byte) (frame.getByte(FLAGS_OFFSET) | flag));
        adjust(flag);
    }

    private void adjust(final long difference) {
        long sum = (~frame.getShort(CHECKSUM_OFFSET, ByteOrder.BIG_ENDIAN) & 0xffffL) + Math.floorMod(difference, 0xffff);
        sum = (sum & 0xffff) + (sum >>> 16);
        frame.putShort(CHECKSUM_OFFSET, (short) ~((sum & 0xffff) + (sum >>> 16)), ByteOrder.BIG_ENDIAN);
    }

    private static long sum(final byte[] octets) {
        long sum = 0;
        for (int i = 0; i < octets.length; i++) {
            sum += (long) (octets[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }
}
